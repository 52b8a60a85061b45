"""Many matches are explained as each of them is by itself."""

from __future__ import annotations

from itertools import combinations

import pytest

from feedtools.dedup.document import Document
from feedtools.dedup.evidence import explain
from feedtools.dedup.explain_batch import explain_all
from feedtools.dedup.match import compare
from feedtools.text import symbols_batch

HAN = "".join(chr(0x4E00 + 53 * number) for number in range(260))
TEXTS = [
    HAN,
    HAN[:150] + "...",
    HAN[:150] + r" \(\alpha_i\) " + HAN[150:],
    HAN[:150] + " [Math] " + HAN[150:],
    "ﬁ㎏" + HAN[20:200] + "ﬁ",
    HAN[:90] + "改" + HAN[91:],
    HAN,
]


@pytest.mark.parametrize("block", [1, 500, symbols_batch.BLOCK])
def test_many_matches_are_explained_as_one_is(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = combinations(range(len(TEXTS)), 2)
    compared = (compare(Document.of(a, TEXTS[a]), Document.of(b, TEXTS[b])) for a, b in pairs)
    matches = [one.match for one in compared if one is not None]
    expected = [explain(match, TEXTS[match.a], TEXTS[match.b]) for match in matches]
    assert len({match.kind for match in matches}) > 2
    assert sum(len(match.evidence) for match in expected) > len(matches)
    monkeypatch.setattr(symbols_batch, "BLOCK", block)
    assert list(explain_all(matches, TEXTS.__getitem__)) == expected
    assert list(explain_all([], TEXTS.__getitem__)) == []
