"""Findings remembered: a hit is what checking again would give, and whatever could change it misses."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from feedtools.check import files as checking
from feedtools.check.cache import LintCache
from feedtools.config import Config
from feedtools.lint.checks.base import Evidence
from feedtools.lint.engine import lint, lint_transmission
from feedtools.lint.rules import Rule, builtin, configure, load_folder, select
from feedtools.model import Finding
from feedtools.readers import transmission
from feedtools.system.cache_folder import FOLDER
from feedtools.text.renderers import activate, active, combined
from tests.places import FEED, of_project

SAMPLE = FEED
RULES = select(builtin(examples=False), (), ())
DATA = (SAMPLE / "000.txt").read_bytes()
READ = transmission.parse(DATA, "new.txt")


def checked(rules: tuple[Rule, ...] = RULES) -> list[Finding]:
    found = [*lint(READ.articles, rules).findings, *lint_transmission(DATA + b"x", READ, rules)]
    assert any(finding.fix for finding in found)
    return found


def remembered(folder: Path, rules: tuple[Rule, ...] = RULES, evidence: Evidence | None = None) -> LintCache:
    return LintCache(folder, rules, evidence or Evidence())


def store(folder: Path, found: list[Finding]) -> None:
    cache = remembered(folder)
    cache.put(cache.key(DATA), found, READ.articles)
    cache.close()


def test_a_hit_is_what_was_found(tmp_path: Path) -> None:
    found = checked()
    store(tmp_path, found)
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") == found
    cache.close()


def test_a_hit_names_the_file_it_is_asked_for(tmp_path: Path) -> None:
    store(tmp_path, checked())
    moved = transmission.parse(DATA, "moved.txt")
    cache = remembered(tmp_path)
    found = cache.get(cache.key(DATA), moved.articles, "moved.txt")
    assert found
    assert {finding.article.source for finding in found} == {"moved.txt"}
    cache.close()


@pytest.mark.parametrize(
    "other",
    [
        RULES[:-1],
        configure(RULES, {"FT203": {"max_depth": 7}}),
        configure(RULES, {"FT401": {"level": "warning"}}),
        tuple(rule._replace(message=rule.message + "!") if rule.id == "FT401" else rule for rule in RULES),
    ],
    ids=["fewer rules", "option", "level", "message"],
)
def test_other_rules_miss(tmp_path: Path, other: tuple[Rule, ...]) -> None:
    store(tmp_path, checked())
    cache = remembered(tmp_path, other)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") is None
    cache.close()


def test_other_content_and_other_evidence_miss(tmp_path: Path) -> None:
    store(tmp_path, checked())
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA + b"\n"), READ.articles, "new.txt") is None
    cache.close()
    cache = remembered(tmp_path, evidence=Evidence({"plugin": "plug-in"}))
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") is None
    cache.close()


def test_what_python_compiles_beside_the_checkers_is_of_no_account(tmp_path: Path) -> None:
    found = checked()
    store(tmp_path, found)
    compiled = of_project("feedtools/lint/checks/__pycache__")
    compiled.mkdir(exist_ok=True)
    unfinished = compiled / f"base.cpython.pyc.{os.getpid()}"
    unfinished.write_bytes(b"")
    try:
        cache = remembered(tmp_path)
        assert cache.get(cache.key(DATA), READ.articles, "new.txt") == found
        cache.close()
    finally:
        unfinished.unlink()


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + bytes(4096)])
def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: bytes) -> None:
    found = checked()
    store(tmp_path, found)
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "lint.sqlite").write_bytes(damage)
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") is None
    cache.close()
    store(tmp_path, found)
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") == found
    cache.close()


def test_a_cache_with_a_damaged_page_begins_anew(tmp_path: Path) -> None:
    found = checked()
    store(tmp_path, found)
    with sqlite3.connect(tmp_path / "lint.sqlite") as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        base.executemany("INSERT INTO lint VALUES (?, 1, ?)", ((bytes([i]), b"x" * 3000) for i in range(50)))
    base.close()
    path = tmp_path / "lint.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))
    for _ in range(2):  # the first finds the damage, the second the place empty
        store(tmp_path, found)
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") == found
    cache.close()


def test_a_damaged_entry_misses(tmp_path: Path) -> None:
    store(tmp_path, checked())
    with sqlite3.connect(tmp_path / "lint.sqlite") as base:
        base.execute("UPDATE lint SET found = ?", (b"\x00damaged",))
    cache = remembered(tmp_path)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") is None
    cache.close()


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checking, "CACHE_BYTES", 0)
    (tmp_path / "feedtools.toml").touch()
    (tmp_path / "new.txt").write_bytes(DATA)
    return tmp_path


def findings(feed: Path, **changes: object) -> list[Finding]:
    config = Config(root=feed, duplicates=False)._replace(**changes)
    result = checking.check([str(feed / "new.txt")], config)
    assert not result.errors
    return result.findings


def test_a_check_asks_the_cache(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = findings(feed)
    assert first == findings(feed, cache=False)
    assert (feed / FOLDER / "lint.sqlite").is_file()
    monkeypatch.setattr(checking, "check_batch", None)  # whoever checks again fails
    assert findings(feed) == first


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes everywhere")
def test_an_unwritable_cache_is_done_without(feed: Path) -> None:
    first = findings(feed, cache=False)
    (feed / FOLDER).mkdir(mode=0o500)
    assert findings(feed) == first


def test_a_cache_that_cannot_be_a_folder_is_done_without(feed: Path) -> None:
    (feed / FOLDER).write_text("in the way")
    assert findings(feed) == findings(feed, cache=False)
    assert (feed / FOLDER).read_text() == "in the way"


def test_a_changed_word_list_misses(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    rule = (
        'id = "XY101"\nname = "slip"\nlevel = "error"\nconfidence = "high"\nmessage = "m"\nwhy = "w"\nwords = "w.tsv"\n'
    )
    (pack / "XY101-slip.toml").write_text(rule + "[[bad]]\ntext = '⟦teh⟧'\n[[good]]\ntext = 'the'\n", encoding="utf-8")
    (pack / "w.tsv").write_text("teh\tthe\n", encoding="utf-8")
    keys = []
    os.utime(pack / "w.tsv", ns=(10**18, 10**18))
    for words in ("", "", "hte\tthe\n"):
        if words:
            (pack / "w.tsv").write_text(words, encoding="utf-8")
            os.utime(pack / "w.tsv", ns=(10**18, 10**18))  # as many copy it: its size is the same, too
        cache = remembered(tmp_path, load_folder(pack))
        keys.append(cache.key(DATA))
        cache.close()
    assert keys[0] == keys[1] != keys[2]


def test_what_was_used_last_is_forgotten_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedtools.check.cache.MAX_ENTRIES", 4)

    def run(*new: bytes, used: bytes | None = None) -> list[bytes]:
        cache = remembered(tmp_path)
        if used is not None:
            assert cache.get(used, READ.articles, "a.txt") == []
        for key in new:
            cache.put(key, [], READ.articles)
        cache.close()
        cache = remembered(tmp_path)
        left = [key for key in (b"1", b"2", b"3", b"4", b"5") if cache.get(key, READ.articles, "a.txt") is not None]
        cache.close()
        return left

    for key in (b"1", b"2", b"3"):
        run(key)
    assert run(b"4") == [b"1", b"2", b"3", b"4"]
    assert run(b"5", used=b"1") == [b"1", b"5"]


def test_what_another_set_of_renderers_found_is_no_hit(tmp_path: Path) -> None:
    store(tmp_path, checked())
    before = active()
    try:
        for known in (combined({"mine": {"inline-math": "<<eq>>"}}), before):
            activate(known)
            cache = remembered(tmp_path)
            assert (cache.get(cache.key(DATA), READ.articles, "new.txt") is None) == (known != before)
            cache.close()
    finally:
        activate(before)


def test_what_another_version_of_an_installed_checker_found_is_no_hit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, pack = tmp_path / "site", tmp_path / "rules"
    info = site / "loudly-1.0.dist-info"
    info.mkdir(parents=True)
    pack.mkdir()
    (site / "loudly.py").write_text("def hear(view, options):\n    return ()\n", encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loudly\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[feedtools.checks]\nloudly:hear = loudly:hear\n", encoding="utf-8")
    rule = 'id = "LO101"\nname = "loud"\nlevel = "note"\nconfidence = "low"\nmessage = "loud"\nwhy = "so"\n'
    (pack / "LO101-loud.toml").write_text(
        f'{rule}check = "loudly:hear"\n[[bad]]\ntext = "⟦a⟧"\n[[good]]\ntext = "b"\n', encoding="utf-8"
    )
    monkeypatch.syspath_prepend(site)
    rules = (*RULES, *load_folder(pack))
    for expected in (None, []):
        cache = remembered(tmp_path, rules)
        assert cache.get(cache.key(DATA), READ.articles, "new.txt") == expected
        cache.put(cache.key(DATA), [], READ.articles)
        cache.close()
    with open(site / "loudly.py", "a", encoding="utf-8") as stream:
        stream.write("# 1.1\n")
    cache = remembered(tmp_path, rules)
    assert cache.get(cache.key(DATA), READ.articles, "new.txt") is None
    cache.close()
    monkeypatch.delitem(sys.modules, "loudly")
