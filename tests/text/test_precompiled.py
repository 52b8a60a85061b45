"""Compiled patterns and parsed tables are kept from one start to the next, and nothing depends on it."""

from __future__ import annotations

import marshal
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedtools.text import precompiled
from feedtools.text.patterns import lazy
from tests.places import ROOT

CASES: list[tuple[str | bytes, int, str | bytes]] = [
    (r"(?P<year>\d{4})-(?P<month>\d\d)", 0, "seen 2024-05 and 2023-11"),
    (r"(?i:fig(?:ure|\.))\s?(\d+) # number", re.VERBOSE, "Figure 3, fig.4"),
    ("[上下]图|[\U0001d400-\U0001d7ff]+", re.MULTILINE, "上图与𝐀𝐁"),
    (rb"[\x80-\xff]+", 0, "é字".encode()),
    ("(a)(b)?", re.IGNORECASE, "AB a"),
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that nobody else writes, and a process that remembers nothing yet."""
    path = tmp_path / "__pycache__" / "precompiled.bin"
    monkeypatch.setattr(precompiled, "_path", lambda: str(path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    forget()
    yield path
    forget()


def forget() -> None:
    precompiled._kept.cache_clear()
    precompiled.compiled.cache_clear()


@pytest.mark.parametrize(("pattern", "flags", "text"), CASES)
def test_a_kept_pattern_does_what_a_compiled_one_does(kept: Path, pattern: str, flags: int, text: str) -> None:
    whole = re.compile(pattern, flags)
    precompiled.record()
    assert not kept.exists()
    precompiled.compiled(pattern, flags)
    precompiled.save()
    forget()
    assert precompiled.ready(pattern, flags)
    made = precompiled.compiled(pattern, flags)
    assert (made.pattern, made.flags, made.groups, made.groupindex) == (
        whole.pattern,
        whole.flags,
        whole.groups,
        whole.groupindex,
    )
    assert [found.groups() for found in made.finditer(text)] == [found.groups() for found in whole.finditer(text)]
    assert [found.lastgroup for found in made.finditer(text)] == [found.lastgroup for found in whole.finditer(text)]
    assert made.sub(text[:1], text) == whole.sub(text[:1], text)


def test_a_library_keeps_nothing(kept: Path) -> None:
    assert not precompiled.ready("a+")
    precompiled.compiled("a+")
    precompiled.recall("numbers", (), lambda: [1])
    precompiled.save()
    assert not kept.exists()


def test_nothing_is_written_where_python_writes_nothing(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    precompiled.record()
    precompiled.compiled("a+")
    precompiled.save()
    assert not kept.exists()


def test_a_table_is_made_again_when_its_source_has_changed(kept: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    calls: list[str] = []

    def make() -> list[str]:
        calls.append(source.read_text())
        return calls[-1:]

    def start() -> list[str]:
        forget()
        precompiled.record()
        made = precompiled.recall("numbers", precompiled.stamped(source), make)
        precompiled.save()
        return made

    assert [start(), start()] == [["one"], ["one"]]
    source.write_text("three")
    assert [start(), start()] == [["three"], ["three"]]
    os.utime(source, ns=(0, 0))  # as long as before
    assert start() == ["three"]
    assert calls == ["one", "three", "three"]


@pytest.mark.parametrize(
    "data",
    [b"", b"no marshal", marshal.dumps(()), marshal.dumps((1, {}, {})), marshal.dumps((("another",), {}, {}))],
    ids=["empty", "other", "short", "head", "version"],
)
def test_a_damaged_file_costs_time_alone(kept: Path, data: bytes) -> None:
    kept.parent.mkdir()
    kept.write_bytes(data)
    precompiled.record()
    assert precompiled.compiled("a+").findall("caab") == ["aa"]
    precompiled.save()
    forget()
    assert precompiled.ready("a+")
    assert precompiled.compiled("a+").findall("caab") == ["aa"]


def test_code_that_this_python_refuses_is_compiled_again(kept: Path) -> None:
    kept.parent.mkdir()
    content = (precompiled._head(), {("a+", 0): (32, b"\xff" * 8, 0, {}, (None,))}, {})
    kept.write_bytes(marshal.dumps(content))
    assert precompiled.compiled("a+").findall("caab") == ["aa"]


def test_two_processes_lose_nothing_of_each_other(kept: Path) -> None:
    precompiled.record()
    precompiled.compiled("a+")
    kept.parent.mkdir()
    code = precompiled._code("b+", 0)
    kept.write_bytes(marshal.dumps((precompiled._head(), {("b+", 0): code}, {})))
    precompiled.save()
    forget()
    assert precompiled.ready("a+")
    assert precompiled.ready("b+")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_folder_that_is_not_writable_is_no_error(kept: Path) -> None:
    kept.parent.write_text("no folder")
    precompiled.record()
    precompiled.compiled("a+")
    precompiled.save()
    assert kept.parent.read_text() == "no folder"


def test_an_invalid_pattern_is_refused_as_ever(kept: Path) -> None:
    precompiled.record()
    with pytest.raises(re.error):
        lazy("(").search("")


def test_the_command_line_starts_the_next_time_with_what_it_kept(tmp_path: Path) -> None:
    (tmp_path / "feed.txt").write_text(
        "INCOMING TRANSMISSION\n\nLATEST UPDATES\n如下图所示,误差 ,很小。\n", encoding="utf-8"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"), "PYTHONPATH": str(ROOT)}
    code = (
        "import re, sys; from re import _compiler; made = []; plain = _compiler._code\n"
        "_compiler._code = lambda *both: made.append(1) or plain(*both)\n"
        "from feedtools.__main__ import main; sys.argv = ['feedtools', 'check', 'feed.txt', '--show', 'note']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(len(made), 'tomllib' in sys.modules)"
    )

    def start() -> tuple[str, list[str]]:
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=True, text=True
        )
        *said, last = run.stdout.splitlines()
        return "\n".join(said), last.split()

    first, second = start(), start()
    assert first[0] == second[0] != ""
    assert first[1][1] == "True"
    assert second[1][1] == "False"
    assert int(second[1][0]) < int(first[1][0]) - 10


def test_the_same_patterns_are_written_whatever_order_sets_have() -> None:
    code = (
        "from feedtools.text.dropped import _token; from feedtools.text.placeholders import _named, openers\n"
        "print(ascii((_token().pattern, _named(('甲乙', '丙丁', '戊己'), 1).pattern, openers())))"
    )

    def written(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
        return run.stdout

    assert written("1") == written("2") == written("3")


def test_patterns_of_older_versions_are_left_out_when_there_are_too_many(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precompiled, "MOST", 2)
    for patterns, left in ((["a+", "b+"], {"a+", "b+"}), (["b+", "c+"], {"b+", "c+"})):
        forget()
        precompiled.record()
        for pattern in patterns:
            precompiled.compiled(pattern)
        precompiled.save()
        forget()
        assert {pattern for pattern, _ in precompiled._kept().patterns} == left
