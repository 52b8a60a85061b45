"""Originals: which files of a folder are read, what is said of the others, and what a second run reads again."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.clean import lookup
from feedtools.clean.lookup import Stores, read_originals
from feedtools.config import Config
from feedtools.dedup.index import history
from feedtools.errors import FeedtoolsError, Notice
from feedtools.readers import fingerprint

ARTICLE = "清晨的雾从河面上升起来,把两岸的柳树都罩在里面,只有最高的那一座钟楼还露在外面。{}".format
PAGE = "<!doctype html><html><body><article><p>{}</p></article></body></html>".format


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "originals"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "a.md").write_text(ARTICLE("一"), encoding="utf-8")
    (made / "deep" / "b.html").write_text(PAGE(ARTICLE("二")), encoding="utf-8")
    (made / "deep" / "er" / "c.jsonl").write_text(f'{{"text": "{ARTICLE("三")}"}}\n', encoding="utf-8")
    return made


def config(tmp_path: Path) -> Config:
    (tmp_path / "feedtools.toml").touch()
    return Config(root=tmp_path)


def test_every_format_of_a_folder_is_read_and_what_is_passed_over_is_said(folder: Path, tmp_path: Path) -> None:
    (folder / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
    said: list[FeedtoolsError] = []
    path, _ = read_originals(str(folder), tmp_path / "index", config(tmp_path), said.append)
    stores = Stores(None, path)
    for text, name in (("一", "a.md"), ("二", "b.html"), ("三", "c.jsonl")):
        assert name in {Path(one.place.path).name for one in stores.siblings(ARTICLE(text))}
    stores.close()
    assert [isinstance(error, Notice) and "robots.txt" in error.message for error in said] == [True]


def test_folder_without_originals_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    said: list[FeedtoolsError] = []
    read_originals(str(tmp_path / "none"), tmp_path / "index", config(tmp_path), said.append)
    assert [isinstance(error, Notice) for error in said] == [False]


@pytest.mark.parametrize(("name", "passed"), [("notes.json", True), ("article.jsonl", False)])
def test_a_file_that_cannot_be_read_is_passed_over_where_its_name_tells_no_article(
    folder: Path, tmp_path: Path, name: str, passed: bool
) -> None:
    (folder / name).write_text('{"no": "article"', encoding="utf-8")
    for _ in range(2):  # a second run does not forget it
        said: list[FeedtoolsError] = []
        read_originals(str(folder), tmp_path / "index", config(tmp_path), said.append)
        assert [isinstance(error, Notice) and error.path is not None for error in said] == [passed]


def test_a_second_run_reads_what_changed_alone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = history.batches

    def counted(paths, *rest):  # type: ignore[no-untyped-def]
        read.extend(Path(path).name for path in paths)
        return plain(paths, *rest)

    monkeypatch.setattr(history, "batches", counted)
    monkeypatch.setattr(history, "UNSETTLED", 0)

    def run() -> tuple[Path, bytes]:
        return read_originals(str(folder), tmp_path / "index", config(tmp_path), pytest.fail)

    first = run()
    assert sorted(read) == ["a.md", "b.html", "c.jsonl"]
    assert run() == first
    assert len(read) == 3
    (folder / "a.md").write_text(ARTICLE("四"), encoding="utf-8")
    (folder / "deep" / "b.html").unlink()
    path, digest = run()
    assert read[3:] == ["a.md"]
    assert digest != first[1]
    stores = Stores(None, path)
    assert [Path(one.place.path).name for one in stores.siblings(ARTICLE("四"))][:1] == ["a.md"]
    assert not any("b.html" in one.place.path for one in stores.siblings(ARTICLE("二")))
    stores.close()


def test_other_readers_or_other_settings_read_everything_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(settings: Config) -> Path:
        return read_originals(str(folder), tmp_path / "index", settings, pytest.fail)[0]

    plain = config(tmp_path)
    first = kept(plain)
    assert kept(plain._replace(exclude=("none.md",))) == first
    assert kept(plain._replace(math="none")) != first
    monkeypatch.setattr(fingerprint, "_code", lambda: ("another version",))
    assert kept(plain) != first


def test_without_a_cache_the_index_is_made_for_the_run(folder: Path, tmp_path: Path) -> None:
    path, _ = read_originals(str(folder), tmp_path / "index", Config(root=tmp_path, cache=False), pytest.fail)
    assert path == tmp_path / "index"
    assert lookup.Stores(None, path).siblings(ARTICLE("三"))
