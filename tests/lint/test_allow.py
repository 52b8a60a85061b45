"""``feedtools-allow.toml``: entries are added at its end, and what stands there stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.lint.allow import append, load
from feedtools.model import Article, Finding, Span

FINDING = Finding("FT301", "joined-identifier", "error", "high", Article("a", 1, "用 modelfree 的"), Span(2, 11), "m")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_person_wrote_stays_byte_for_byte(tmp_path: Path, end: str) -> None:
    path = tmp_path / "feedtools-allow.toml"
    before = end.join(("# ours", "[[allow]]", 'rule = "FT101"', 'text = "[Math]"', "")).encode()
    path.write_bytes(before)
    assert append(path, [FINDING, FINDING], "our spelling") == 1
    assert path.read_bytes().startswith(before + b"\n[[allow]]\n")
    assert [entry.text for entry in load(path)] == ["[Math]", "modelfree"]
