"""Copies as findings: the configured rest decides for check as it does for clean and for dedup."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from feedtools.check.files import check
from feedtools.config import Config, Policy
from feedtools.dedup import evidence as dedup_evidence
from feedtools.dedup.files import dedup
from feedtools.dedup.index.updates import IndexWriter
from feedtools.model import Article, Match, Provenance

OWN = 34
"""Symbols in a row that only the shorter one of the two texts has."""


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


BASE = _text(1, 600)
SHORT = BASE[:300] + _text(2, OWN) + BASE[300:]
LONG = BASE[:200] + _text(3, 20) + BASE[200:400] + _text(4, 20) + BASE[400:]


@pytest.mark.parametrize(("rest", "copies"), [(OWN, 0), (OWN + 1, 1)])
@pytest.mark.parametrize("asked", ["each other", "history", "dedup"])
def test_the_configured_rest_decides(tmp_path: Path, rest: int, copies: int, asked: str) -> None:
    config = Config(root=tmp_path, select=("FT9",), clean=Policy(rest=rest), cache=False)
    if asked == "history":
        (tmp_path / "a.txt").write_text(f"INCOMING TRANSMISSION\nLATEST UPDATES\n{SHORT}\n", encoding="utf-8")
        with IndexWriter(tmp_path / "i.sqlite", create=True) as index:
            index.add([Article("old.txt", 3, LONG)])
        config = config._replace(history=("i.sqlite",))
    else:
        (tmp_path / "a.txt").write_text(f"INCOMING TRANSMISSION\nLATEST UPDATES\n{SHORT}\n{LONG}\n", encoding="utf-8")
    if asked == "dedup":
        assert len(dedup([str(tmp_path / "a.txt")], config).clusters) == copies
    else:
        found = check([str(tmp_path / "a.txt")], config).findings
        assert sum(finding.rule == "FT902" for finding in found) == copies


def test_a_correction_of_a_published_record_is_no_copy_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"id": "w7", "text": SHORT.replace(SHORT[10], "别", 1)}) + "\n", encoding="utf-8"
    )
    config = Config(root=tmp_path, select=("FT9",), history=("i.sqlite",), cache=False)
    for own, copies in (("w7", 0), ("w8", 1)):
        (tmp_path / "i.sqlite").unlink(missing_ok=True)
        with IndexWriter(tmp_path / "i.sqlite", create=True) as index:
            index.add([Article("old.jsonl", 3, SHORT, False, "", Provenance(own))])
        assert len(check([str(tmp_path / "a.jsonl")], config).findings) == copies


def test_what_no_words_say_is_not_aligned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    explained: list[str] = []

    def explain(match: Match, text_a: str, text_b: str) -> Match:
        explained.append(match.kind)
        return align(match, text_a, text_b)

    align = dedup_evidence.explain
    monkeypatch.setattr(dedup_evidence, "explain", explain)
    other = _text(5, 600)
    beside = _text(6, 300) + other
    texts = [SHORT, LONG, other + _text(7, 300), beside, beside[:320] + "..."]
    (tmp_path / "a.txt").write_text(
        "INCOMING TRANSMISSION\nLATEST UPDATES\n" + "".join(f"{text}\n" for text in texts), encoding="utf-8"
    )
    config = Config(root=tmp_path, select=("FT9", "FT906"), clean=Policy(rest=OWN + 1), cache=False)
    found = check([str(tmp_path / "a.txt")], config).findings
    assert sorted(finding.rule for finding in found) == ["FT902", "FT903", "FT906"]
    (cut,) = (finding.message for finding in found if finding.rule == "FT903")
    assert cut.startswith(f"the first 320 characters of {tmp_path / 'a.txt'}:6;")
    assert explained == ["truncated"]
