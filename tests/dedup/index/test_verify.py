"""An index is sound where every text is what was stored and is found by each of its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.dedup.index.updates import IndexWriter
from feedtools.dedup.index.verify import faults
from feedtools.model import Article

TEXT = "染布的缸要养,隔几天喂一次酒糟,颜色才会一年比一年沉,出缸的布挂在背阴处慢慢地变蓝。"


@pytest.mark.parametrize("compacted", [False, True])
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE document SET digest = zeroblob(16) WHERE id = 1", "the text of document 1 is not what was stored"),
        ("DELETE FROM {keys}", "document 1 cannot be found by one of its keys"),
        (
            "UPDATE short SET bits = zeroblob(length(bits))",
            "damaged: a block's checksum does not hold",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, harm: str, told: str, compacted: bool) -> None:
    with IndexWriter(tmp_path / "i.sqlite", create=True) as index:
        index.add([Article("a.txt", 4, TEXT), Article("a.txt", 5, TEXT[::-1])])
        if compacted:
            index.compact()
        assert list(faults(index)) == []
        index.base.execute(harm.format(keys="block" if compacted else "delta WHERE key < 1 << 60"))
        [fault] = faults(index)
        assert fault.startswith(told)
