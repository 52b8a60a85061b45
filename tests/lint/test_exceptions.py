"""Findings that ``per-file-ignores`` leaves out: by patterns of paths, and by codes, their beginnings, or names."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.lint.exceptions import ignored
from feedtools.model import Article, Finding, Span

ROOT = Path("/srv/feed")


@pytest.mark.parametrize(
    ("pattern", "codes", "left_out"),
    [
        ("drafts/*", ("FT102",), True),
        ("drafts/*", ("FT1",), True),  # all codes that begin so
        ("drafts/*", ("formula-placeholder",), True),
        ("drafts/*", ("FT101", "FT102"), True),
        ("*", ("FT102",), True),  # of any folder
        ("*.txt", ("FT102",), True),
        ("drafts/2026/a.txt", ("FT102",), True),
        ("drafts/*", ("FT103",), False),
        ("drafts/*", ("formula",), False),
        ("drafts/*", (), False),
        ("drafts", ("FT102",), False),
        ("*.md", ("FT102",), False),
        ("Drafts/*", ("FT102",), False),
        ("feed/drafts/*", ("FT102",), False),  # paths are relative to the configuration's folder
    ],
)
def test_a_finding_is_left_out_by_the_path_of_its_file_and_its_rule(
    pattern: str, codes: tuple[str, ...], left_out: bool
) -> None:
    article = Article(str(ROOT / "drafts/2026/a.txt"), 4, "这里少了 [公式]。")
    finding = Finding("FT102", "formula-placeholder", "error", "high", article, Span(5, 9), "lost")
    assert ignored({pattern: codes}, ROOT)(finding) is left_out
    assert ignored({"other/*": ("ALL",), pattern: codes}, ROOT)(finding) is left_out


def test_nothing_is_left_out_without_a_pattern() -> None:
    article = Article("a.txt", 4, "这里少了 [公式]。")
    assert not ignored({}, ROOT)(Finding("FT102", "formula-placeholder", "error", "high", article, Span(5, 9), "lost"))
