"""Changes since a revision: what an article's file, or any other, did not have before."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from feedtools.check.files import check
from feedtools.config import Config
from feedtools.errors import ConfigError

HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
OLD = "老井的水位由[公式]决定,旱季要隔天量一次。"
NEW = "新井的水位由[公式]决定,雨季也要隔天量一次。"
WHOLE = "辘轳上的绳子每年换一回,换下来的旧绳用来捆柴,一寸也不浪费,这是村里的规矩。"


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two committed files: one of two articles, and one without a header."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{HEAD}{OLD}\n{WHOLE}\n", encoding="utf-8")
    (folder / "b.txt").write_text("磨刀先磨背。\n", encoding="utf-8")
    git("init", "-q")
    commit()
    return folder


def commit() -> None:
    git("add", ".")
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "commit", "-qm", "more")


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def new(*rules: str, since: str = "HEAD") -> list[tuple[str, int, str]]:
    """Places and rules of what is new, and nothing else that is wrong."""
    found = check(["feed"], Config(select=rules, since=since, jobs=1, cache=False))
    assert found.errors == []
    return [(one.article.source, one.article.line, one.rule) for one in found.findings]


def test_what_was_there_is_not_reported_where_it_stands_or_where_it_moved_to(feed: Path) -> None:
    assert new("FT102") == []
    (feed / "a.txt").write_text(f"{HEAD}{WHOLE}\n{NEW}\n", encoding="utf-8")
    (feed / "c.txt").write_text(f"{HEAD}{OLD}\n", encoding="utf-8")
    assert new("FT102") == [("feed/a.txt", 5, "FT102")]


def test_the_frame_of_a_file_is_reported_where_the_file_changed(feed: Path) -> None:
    assert new("FT601") == []
    (feed / "a.txt").write_text(f"{HEAD}{WHOLE}\n", encoding="utf-8")
    (feed / "c.txt").write_text("没有开头的文件。\n", encoding="utf-8")
    assert new("FT601") == [("feed/c.txt", 1, "FT601")]
    (feed / "b.txt").write_text("磨刀先磨背,再磨刃。\n", encoding="utf-8")
    assert new("FT601") == [("feed/b.txt", 1, "FT601"), ("feed/c.txt", 1, "FT601")]


def test_a_file_without_articles_is_reported_where_it_changed(feed: Path) -> None:
    (feed / "0.txt").write_text(HEAD, encoding="utf-8")
    assert new("FT603") == [("feed/0.txt", 1, "FT603")]
    commit()
    assert new("FT603") == []
    (feed / "0.txt").write_text(f"{HEAD}\n", encoding="utf-8")
    assert new("FT603") == [("feed/0.txt", 1, "FT603")]


def test_a_copy_is_reported_where_it_or_what_it_repeats_is_new(feed: Path) -> None:
    (feed / "b.txt").write_text(f"{HEAD}{WHOLE}\n", encoding="utf-8")
    assert new("FT9") == [("feed/b.txt", 4, "FT901")]
    commit()
    assert new("FT9") == []
    (feed / "0.txt").write_text(f"{HEAD}{WHOLE}\n", encoding="utf-8")  # comes first, so both others repeat it
    assert new("FT9") == [("feed/a.txt", 5, "FT901"), ("feed/b.txt", 4, "FT901")]


@pytest.mark.parametrize(
    ("since", "told"), [("nowhere", "no such revision; in CI, fetch it first"), ("--output=x", "no such revision")]
)
@pytest.mark.usefixtures("feed")
def test_a_revision_that_is_not_there_is_no_empty_one(since: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        new("FT102", since=since)


def test_what_lies_in_no_repository_cannot_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed/a.txt").write_text(f"{HEAD}{OLD}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ConfigError, match="is in no git repository"):
        new("FT102")


def test_before_the_first_commit_every_article_is_new(feed: Path) -> None:
    git("checkout", "-q", "--orphan", "anew")
    assert new("FT102") == [("feed/a.txt", 4, "FT102")]
    with pytest.raises(ConfigError, match="no such revision"):
        check(["feed"], Config(since="anew", jobs=1, cache=False))
