"""A finding keeps its identity when lines move, and no two findings share one."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.lint.fingerprint import CONTEXT, fingerprints, relative
from feedtools.model import Article, Finding, Span


def finding(text: str, word: str = "x", *, rule: str = "FT201", source: str = "a.txt", line: int = 1) -> Finding:
    at = text.index(word)
    return Finding(rule, "name", "error", "high", Article(source, line, text), Span(at, at + len(word)), "m", None)


def one(*arguments: str, **more: object) -> str:
    return fingerprints([finding(*arguments, **more)])[0]  # type: ignore[arg-type]


AROUND = "前" * CONTEXT, "后" * CONTEXT


def test_lines_and_what_stands_far_away_do_not_count() -> None:
    before, after = AROUND
    mark = one(f"{before}x{after}")
    assert mark == one(f"{before}x{after}", line=9) == one(f"远{before}x{after}远")
    assert len(mark) == 32


@pytest.mark.parametrize(
    "other",
    [
        finding("{}y{}".format(*AROUND), "y"),
        finding("{}x{}".format(*AROUND), rule="FT202"),
        finding("{}x{}".format(*AROUND), source="b.txt"),
        finding("{}近x{}".format(*AROUND)),
        finding("{}x近{}".format(*AROUND)),
    ],
)
def test_rule_file_words_and_surroundings_count(other: Finding) -> None:
    assert fingerprints([other]) != [one("{}x{}".format(*AROUND))]


def test_equal_findings_are_told_apart_by_their_order() -> None:
    same = [finding("{}x{}".format(*AROUND))] * 3
    assert len(set(fingerprints(same))) == 3
    assert fingerprints(same)[:2] == fingerprints(same[:2])


def test_a_path_is_named_from_the_root_where_it_lies_inside(tmp_path: Path) -> None:
    assert relative("feed/../a.txt") == "a.txt"
    assert relative(str(tmp_path / "feed" / "a.txt"), str(tmp_path)) == "feed/a.txt"
    assert relative("/elsewhere/a.txt", str(tmp_path)) == "/elsewhere/a.txt"
