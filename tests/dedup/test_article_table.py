"""A feed too large for memory gives the same matches and clusters as one that is held there."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from feedtools.config import Config, from_options
from feedtools.dedup import article_table, files
from feedtools.dedup.article_table import ArticleTable, gather
from feedtools.dedup.evidence import explain
from feedtools.errors import WriteError
from feedtools.model import Article, Match, Provenance

PROSE = "".join(chr(0x4E00 + 41 * number) for number in range(300))
OTHER = "".join(chr(0x4E01 + 37 * number) for number in range(300))
TEXTS = [
    PROSE,
    PROSE,
    PROSE[:150] + "...",
    PROSE[:80] + "改了这里" + PROSE[84:],
    PROSE[:140] + OTHER[:140],
    OTHER,
    OTHER,
    r"\(\alpha\) " + OTHER[:200],
    "",
    "短文",
]


def written(folder: Path, *, named: bool) -> list[str]:
    rows = [{"id": f"n{number % 7}" if named else "", "text": text} for number, text in enumerate(TEXTS)]
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:6]))
    (folder / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[6:]))
    pages = folder / "pages"
    pages.mkdir()
    for number in range(3):
        (pages / f"{number}.md").write_text("敬请期待\n", encoding="utf-8")
    return [str(folder / "a.jsonl"), str(folder / "b.jsonl"), str(pages)]


@pytest.mark.parametrize("evidence", [True, False])
@pytest.mark.parametrize("options", [{}, {"clean": {"keep": "newest"}}])
@pytest.mark.parametrize("named", [True, False])
def test_articles_on_the_disk_give_what_those_in_memory_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool, options: dict[str, object], evidence: bool
) -> None:
    paths, config = written(tmp_path, named=named), from_options(options, Config(root=tmp_path))
    expected = files.dedup(paths, config, evidence=evidence)
    monkeypatch.setattr(article_table, "IN_MEMORY", 400)
    found = files.dedup(paths, config, evidence=evidence, folder=tmp_path)

    def placed(match: Match) -> Match:
        aligned = not evidence or bool(match.evidence)
        return match if aligned else explain(match, found.articles[match.a].text, found.articles[match.b].text)

    assert isinstance(found.articles, ArticleTable)
    assert [one._replace(origin=None) for one in found.articles] == [
        one._replace(origin=None) for one in expected.articles
    ]
    assert tuple(found.matches) == expected.matches
    assert len(found.matches) == len(expected.matches) > 8
    assert list(files.match_rows(found)) == list(files.match_rows(expected))
    assert list(files.cluster_rows(found)) == list(files.cluster_rows(expected))
    clusters = [one._replace(matches=tuple(map(placed, one.matches))) for one in found.clusters]
    assert tuple(clusters) == expected.clusters
    assert len(found.clusters) == len(expected.clusters)
    found.articles.close()


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: object, _text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    paths = written(tmp_path, named=True)
    monkeypatch.setattr(article_table, "IN_MEMORY", 400)
    monkeypatch.setattr(article_table.Strings, "add", full)
    with pytest.raises(WriteError, match="No space left on device; TMPDIR names another place"):
        files.dedup(paths, Config(root=tmp_path), folder=tmp_path)
    assert len(files.dedup(paths, Config(root=tmp_path)).articles) == 13


def test_articles_are_held_until_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [
        Article("a.txt", 4, "一二", origin=Provenance("x", date="2026-01-01")),
        Article("b.md", 1, "\ud800三", False, "markdown/dollar"),
        Article("a.txt", 9, ""),
    ]
    monkeypatch.setattr(article_table, "IN_MEMORY", 4)
    assert gather(some, tmp_path) == some
    assert gather([*some, *some], None) == [*some, *some]
    table = gather([*some, *some], tmp_path)
    assert isinstance(table, ArticleTable)
    assert list(table) == [*some, *some]
    assert table.place(2) == ("a.txt", 9)
    assert (table.named, list(table.pages)) == (True, [0, 1, 0, 0, 1, 0])
    assert table.records([0, 1]) == {0: ("x", "2026-01-01"), 1: ("", "")}
    table.close()
