"""Exit codes: one table over commands and options against what there is to say.

0 clean or done, 1 findings, 2 could not check, 130 interrupted. Could-not-check is worse than any finding: no option
turns it into success.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feedtools.__main__ import INTERRUPTED, main

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
FEEDS = {
    "clean": "这一篇讲的是怎样把一句话说清楚,读者读完就会明白。",
    "note": "这一篇讲的是怎样把一句话说清楚 ,读者读完就会明白。",  # FT509
    "warning": "这一篇讲的是怎样把一句话说清楚，，读者读完就会明白。",  # FT508
    "error": "这一篇里的公式丢了:假设数据 [Math] 服从正态分布,读者就看不明白。",  # FT101
}
Run = Callable[..., int]
LEVELS = ("clean", "note", "warning", "error")


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file for each level, and one that cannot be read."""
    for name, article in FEEDS.items():
        (tmp_path / f"{name}.txt").write_text(f"{HEADER}{article}\n", encoding="utf-8")
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01" * 100)
    (tmp_path / "feedtools.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(feed: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["feedtools", *words])
        return main()

    return command


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ((), (0, 0, 1, 1)),
        (("--fail-on", "note"), (0, 1, 1, 1)),
        (("--fail-on", "warning"), (0, 0, 1, 1)),
        (("--fail-on", "error"), (0, 0, 0, 1)),
        (("--fail-on", "never"), (0, 0, 0, 0)),
        (("--exit-zero",), (0, 0, 0, 0)),
        (("--quiet",), (0, 0, 1, 1)),
        (("--statistics",), (0, 0, 1, 1)),
        (("--no-duplicates",), (0, 0, 1, 1)),
        (("--select", "FT508"), (0, 0, 1, 0)),
        (("--ignore", "FT101"), (0, 0, 1, 0)),
        (("--level", "error"), (0, 0, 0, 1)),
        (("--output-format", "jsonl"), (0, 0, 1, 1)),
        (("--output-format", "sarif:out.sarif"), (0, 0, 1, 1)),
        (("--diff",), (0, 1, 1, 0)),
        (("--fix-only",), (0, 0, 0, 0)),
        (("--write-baseline", "known.json"), (0, 0, 0, 0)),
    ],
)
def test_check_by_level(run: Run, options: tuple[str, ...], codes: tuple[int, ...]) -> None:
    for level, code in zip(LEVELS, codes, strict=True):
        assert run("check", f"{level}.txt", *options) == code, (level, options)


def test_a_fix_leaves_the_code_of_what_is_left(run: Run) -> None:
    assert run("check", "note.txt", "--fix", "--fail-on", "note") == 0
    assert run("check", "error.txt", "--fix") == 1


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--exit-zero",),
        ("--fail-on", "never"),
        ("--quiet",),
        ("--fix",),
        ("--fix-only",),
        ("--diff",),
        ("--statistics",),
        ("--output-format", "jsonl"),
        ("--write-baseline", "known.json"),
    ],
)
@pytest.mark.parametrize("beside", ["clean.txt", "error.txt", ""])
@pytest.mark.parametrize("bad", ["missing.txt", "binary.txt"])
def test_what_could_not_be_checked_is_2_whatever_else_there_is(
    run: Run, options: tuple[str, ...], beside: str, bad: str
) -> None:
    assert run("check", bad, *filter(None, [beside]), *options) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("dedup", "clean.txt", "error.txt"), 0),
        (("dedup", "clean.txt", "missing.txt"), 2),
        (("dedup", "--pairs", "binary.txt"), 2),
        (("clean", "clean.txt", "-o", "out"), 0),
        (("clean", "error.txt", "-o", "out"), 0),
        (("clean", "error.txt", "-o", "out", "--fail-on", "held"), 1),
        (("clean", "clean.txt", "-o", "out", "--fail-on", "held"), 0),
        (("clean", "clean.txt", "missing.txt", "-o", "out"), 2),
        (("clean", "error.txt", "missing.txt", "-o", "out", "--fail-on", "held"), 2),
        (("clean", "clean.txt", "--dry-run"), 0),
        (("clean", "note.txt", "--diff"), 0),
        (("clean", "binary.txt", "--dry-run"), 2),
        (("clean", "--undo", "missing", "-o", "back"), 2),
        (("clean", "clean.txt"), 2),
        (("index", "add", "clean.txt", "--index", "i.sqlite"), 0),
        (("index", "add", "missing.txt", "--index", "i.sqlite"), 2),
        (("index", "stats", "--index", "missing.sqlite"), 2),
        (("index", "verify", "--index", "clean.txt"), 2),
        (("rules",), 0),
        (("rules", "FT101"), 0),
        (("rules", "FT999"), 2),
        (("rules", "--test", "missing"), 2),
        (("renderers",), 0),
        (("renderers", "nobody"), 2),
        (("publish", "missing"), 2),
        (("--version",), 0),
        (("--help",), 0),
        (("chekc", "clean.txt"), 2),
        (("check", "clean.txt", "--nothing"), 2),
        (("check", "clean.txt", "--config", "missing.toml"), 2),
        (("check", "clean.txt", "--select", "FT999"), 2),
        (("check", "clean.txt", "--output-format", "yaml"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_command(run: Run, words: tuple[str, ...], code: int) -> None:
    assert run(*words) == code


def test_a_pack_whose_example_fails_is_1(run: Run, feed: Path) -> None:
    (feed / "pack").mkdir()
    rule = (
        'id = "XY101"\nname = "x"\nlevel = "note"\nconfidence = "low"\nmessage = "m"\nwhy = "w"\npattern = "x"\n'
        "[[bad]]\ntext = '⟦x⟧'\n[[good]]\ntext = '{}'\n"
    )
    (feed / "pack" / "XY101-x.toml").write_text(rule.format("y"), encoding="utf-8")
    assert run("rules", "--test", "pack") == 0
    (feed / "pack" / "XY101-x.toml").write_text(rule.format("x"), encoding="utf-8")
    assert run("rules", "--test", "pack") == 1


def test_a_damaged_index_is_2(run: Run, feed: Path) -> None:
    assert run("index", "add", "clean.txt", "--index", "i.sqlite") == 0
    assert run("index", "verify", "--index", "i.sqlite") == 0
    data = bytearray((feed / "i.sqlite").read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    (feed / "i.sqlite").write_bytes(bytes(data))
    assert run("index", "verify", "--index", "i.sqlite") == 2


def test_undo_gives_back_and_refuses_what_was_altered(run: Run, feed: Path) -> None:
    assert run("clean", "note.txt", "-o", "out") == 0
    assert run("clean", "--undo", "out", "-o", "back") == 0
    assert (feed / "back" / "note.txt").read_bytes() == (feed / "note.txt").read_bytes()
    out = feed / "out" / "note.txt"
    out.write_bytes(out.read_bytes().replace("明白".encode(), "明暗".encode()))
    assert run("clean", "--undo", "out", "-o", "again") == 2
    assert not (feed / "again" / "note.txt").exists()


@pytest.mark.parametrize(
    ("words", "function"),
    [
        (("check", "clean.txt"), "feedtools.check.files.check"),
        (("dedup", "clean.txt"), "feedtools.dedup.files.dedup"),
        (("clean", "clean.txt", "-o", "out"), "feedtools.clean.run.clean"),
        (("rules",), "feedtools.lint.selection.all_rules"),
    ],
)
def test_an_interrupt_is_130(run: Run, words: tuple[str, ...], function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(function, interrupted)
    assert run(*words) == INTERRUPTED == 130
