"""Input that nobody vouches for: what it may not do to a terminal, a CI runner, the disk, or the time of day."""

from __future__ import annotations

import csv
import json
import os
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from feedtools.clean.run import clean
from feedtools.clean.undo import undo
from feedtools.config import Config
from feedtools.errors import FeedtoolsError, ReadError, RuleError
from feedtools.lint.engine import lint
from feedtools.lint.rules import load, load_folder
from feedtools.model import Article
from feedtools.text.patterns import MAX_SIZE, Limited, depth, size
from tests.cli.test_cli import HEADER, Run
from tests.pace import within
from tests.places import PACKAGE

ESC = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u2028\x85\r\x08"
HOSTILE_NAME = "::error::a\x1b[31m\u202e##[add-path]x\n::set-output name=a::b\n.txt"
HOSTILE_TEXT = f"这里 [Math] {ESC} ##[set-env name=PATH]x ##vso[task.setvariable]y \ufffd ::stop-commands::z [公式]"
RULE = """id = "XX001"
name = "some-rule"
level = "error"
confidence = "high"
message = "found {{text}}"
why = "Because of the test."
{finder}
[[bad]]
text = '{bad}'
[[bad]]
text = '{bad}'
[[bad]]
text = '{bad}'
[[good]]
text = '甲'
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / HOSTILE_NAME).write_bytes((HEADER + HOSTILE_TEXT + "\n" + HOSTILE_TEXT + "\n").encode())
    (tmp_path / "bad\x1b[31m.txt").write_bytes(b"\x00\x01\xff" * 50)
    return tmp_path


def short(value: object) -> str:
    """A test's name."""
    return ascii(value)[:16]


def dangerous(text: str) -> list[str]:
    """Characters that command a terminal, or turn the direction of what follows."""
    return [char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}]


FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown")
RUNS = [
    *(("check", "--output-format", name, "--color", "never", ".") for name in FORMATS),
    ("check", "--fix", "--unsafe-fixes", "--diff", "."),
    ("check", "--statistics", "."),
    ("check", "missing\x1b[31m\n::error::x"),
    ("check", "--since", "\x1b[31m\n::error::x", "."),
    ("check", "--baseline", "\x1b[31m\n::error::x", "."),
    ("check", "--select", "\x1b[31m\n::error::x", "."),
    ("check", "--config", "\x1b[31m\n::error::x", "."),
    ("check", "--against", "\x1b[31m\n::error::x", "."),
    ("check", "--output-format", "\x1b[31m\n::error::x", "."),
    ("check", "--\x1b[31m\n::error::x"),
    ("\x1b[31m\n::error::x",),
    ("dedup", "--color", "never", "."),
    ("dedup", "--pairs", "."),
    ("dedup", "--output-format", "text", "--color", "never", "."),
    ("clean", "--dry-run", "."),
    ("clean", "--diff", "."),
    ("clean", "--undo", "\x1b[31m\n::error::x", "-o", "back"),
    ("index", "add", ".", "--index", "i\x1b[31m\n::error::x"),
    ("index", "verify", "--index", "i\x1b[31m\n::error::x"),
    ("rules", "\x1b[31m\n::error::x"),
    ("rules", "--test", "\x1b[31m\n::error::x"),
]


@pytest.mark.parametrize("arguments", RUNS, ids=lambda arguments: ascii(" ".join(arguments))[:48])
def test_nothing_commands_a_terminal_or_a_runner(hostile: Path, arguments: tuple[str, ...]) -> None:
    run = Run(hostile, *arguments, GITHUB_ACTIONS="true", CI="true")
    assert run.code in {0, 1, 2}
    assert "Traceback" not in run.err
    assert dangerous(run.out) == []
    assert dangerous(run.err) == []
    for line in (run.out + "\n" + run.err).split("\n"):
        assert not re.search(r"##(\[|vso\[)", line), line
        if arguments[2:3] != ("github",):
            assert not line.lstrip().startswith("::"), line
        elif line.startswith("::"):
            assert re.match(r"::(error|warning|notice) (\w+=[^:,]*,?)+::[^\n]*$", line), line


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif", "gitlab", "junit"])
def test_what_a_runner_may_not_see_still_means_the_same(hostile: Path, name: str) -> None:
    plain = Run(hostile, "check", "--output-format", name, ".", CI="", GITHUB_ACTIONS="").out
    guarded = Run(hostile, "check", "--output-format", name, ".", GITHUB_ACTIONS="true").out
    assert plain != guarded
    if name == "junit":
        assert ElementTree.canonicalize(plain) == ElementTree.canonicalize(guarded)
    elif name == "jsonl":
        assert [*map(json.loads, plain.splitlines())] == [*map(json.loads, guarded.splitlines())]
    else:
        assert json.loads(plain) == json.loads(guarded)


def test_step_summary_holds_no_markup_of_an_article(hostile: Path) -> None:
    (hostile / "x.txt").write_text(HEADER + "这里 [Math] 有 <img src=x> 和 @someone 和 [a](javascript:x)。\n", "utf-8")
    Run(hostile, "check", "--output-format", "github", ".", GITHUB_STEP_SUMMARY="summary.md")
    summary = (hostile / "summary.md").read_text("utf-8")
    assert "| FT101 |" in summary
    assert dangerous(summary) == []
    assert not re.search(r"<img|@someone|\]\(", summary)


@pytest.fixture
def cleaned(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(HEADER + "甲乙丙丁,说的是一件很平常的事情。\n", "utf-8")
    clean([str(tmp_path / "in")], tmp_path / "out", Config(root=tmp_path))
    return tmp_path


def rewritten(cleaned: Path, **values: object) -> None:
    path = cleaned / "out" / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    for row in rows:
        if "file" in row:
            row.update(values)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/feedtools-x", "a/../../x", "", ".", "x\0y", 7, None, ["a"], "a" * 9000],
    ids=short,
)
@pytest.mark.parametrize("key", ["file", "out"])
def test_undo_writes_and_reads_inside_its_folders_alone(cleaned: Path, key: str, name: object) -> None:
    rewritten(cleaned, **{key: name})
    before = sorted(cleaned.rglob("*"))
    try:
        _, errors = undo(cleaned / "out", cleaned / "back")
    except FeedtoolsError as error:
        errors = [error]
    assert errors
    strangers = [path for path in set(cleaned.rglob("*")) - set(before) if not path.is_relative_to(cleaned / "back")]
    assert strangers == []


def test_undo_follows_no_link_out_of_the_folder(cleaned: Path) -> None:
    secret = cleaned / "secret"
    secret.write_text("geheim", "utf-8")
    (cleaned / "out" / "a.txt").unlink()
    (cleaned / "out" / "a.txt").symlink_to(secret)
    count, errors = undo(cleaned / "out", cleaned / "back")
    assert count == 0
    assert "symbolic link" in str(errors[0])
    assert not (cleaned / "back" / "a.txt").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [("lead", -1), ("lead", 2**62), ("lead", "1"), ("whole", 1), ("digest", None), ("format", "x"), ("articles", [])],
)
def test_undo_of_a_damaged_manifest_gives_back_the_file_or_an_error(cleaned: Path, key: str, value: object) -> None:
    rewritten(cleaned, **{key: value})
    original = (cleaned / "in" / "a.txt").read_bytes()
    try:
        count, errors = undo(cleaned / "out", cleaned / "back")
    except ReadError:
        return
    assert errors if count == 0 else (cleaned / "back" / "a.txt").read_bytes() == original


@pytest.mark.parametrize(
    "first", ["", "{}", '{"feedtools-manifest": 1}', '{"feedtools-manifest": 1, "options": 3}', "[" * 99999], ids=short
)
def test_undo_of_another_manifest_is_refused(tmp_path: Path, first: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.jsonl").write_text(first, "utf-8")
    with pytest.raises(ReadError):
        undo(tmp_path / "out", tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("suffix", ["", "-lock"])
def test_clean_is_not_led_away_by_links_beside_its_output(cleaned: Path, suffix: str) -> None:
    """In a folder that others may write to, a link could stand where the run is about to write."""
    precious = cleaned / "precious"
    precious.mkdir()
    (precious / "file").write_text("wertvoll", "utf-8")
    (cleaned / f".new.feedtools{suffix}").symlink_to(precious / "file" if suffix else precious)
    run = Run(cleaned, "clean", "in", "-o", "new", "--resume")
    run.refused()
    assert (precious / "file").read_text("utf-8") == "wertvoll"
    assert [*precious.iterdir()] == [precious / "file"]


@pytest.mark.parametrize("name", ["feed", ".", "fe*/*.txt", "feed/**"])
def test_a_fix_follows_no_link_out_of_the_folder_but_one_that_is_named(tmp_path: Path, name: str) -> None:
    project = tmp_path / "project"
    feed = project / "feed"
    feed.mkdir(parents=True)
    outside, inside = tmp_path / "elsewhere.txt", feed / "real.txt"
    for path in (outside, inside):
        path.write_text(HEADER + "先看损失 ,再看梯度。\n", "utf-8")
    for link, target in (("a.txt", outside), ("b.txt", inside)):
        (feed / link).symlink_to(target)
    before = outside.read_bytes()
    run = Run(project, "check", name, "--fix", "--select", "FT509")
    run.refused("a.txt", "leads out of the folder")
    assert "1 fix in 1 file" in run.err
    assert outside.read_bytes() == before
    assert " ," not in inside.read_text("utf-8")
    assert Run(project, "check", "feed/a.txt", "--fix", "--select", "FT509").code == 0
    assert " ," not in outside.read_text("utf-8")
    assert all((feed / link).is_symlink() for link in ("a.txt", "b.txt"))
    assert sorted(path.name for path in feed.iterdir()) == ["a.txt", "b.txt", "real.txt"]


def test_a_pipe_among_the_inputs_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    Run(tmp_path, "check", ".").refused("pipe.txt", "regular file")


def rule(folder: Path, finder: str, bad: str = "甲⟦乙⟧") -> Path:
    path = folder / "XX001-some-rule.toml"
    path.write_text(RULE.format(finder=finder, bad=bad), "utf-8")
    return path


@pytest.mark.parametrize(
    "words", ["../../../../../../etc/passwd", "/etc/passwd", "a/../../x.tsv", "link.tsv", "x\\u0000y"]
)
def test_a_pack_reads_in_its_own_folder_alone(tmp_path: Path, words: str) -> None:
    (tmp_path / "link.tsv").symlink_to("/etc/passwd")
    with pytest.raises(RuleError, match="in the folder of the rule"):
        load(rule(tmp_path, f'words = "{words}"'))


@pytest.mark.parametrize(
    "check",
    [
        "os:system",
        "base:NamedTuple",
        "lexicon:lazy",
        "lexicon:rules_folder",
        "lexicon:_read",
        "../x:y",
        "latex.parser:x",
    ],
)
def test_a_pack_runs_installed_checkers_alone(tmp_path: Path, check: str) -> None:
    with pytest.raises(RuleError, match="unknown check"):
        load(rule(tmp_path, f'check = "{check}"'))


@pytest.mark.parametrize("check", ["transmission:missing_header", "lexicon:fold"])
def test_a_function_that_checks_no_article_is_refused(tmp_path: Path, check: str) -> None:
    with pytest.raises(RuleError, match="no checker of rules"):
        load(rule(tmp_path, f'check = "{check}"'))


def test_a_checker_that_fails_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    made = [load(rule(tmp_path, 'check = "placeholders:lost"')), load(rule(tmp_path / "good", "pattern = '乙'"))]
    result = lint([Article("a.txt", 1, "甲乙 [图片]")], made)
    assert len(result.findings) == 1
    (error,) = result.errors
    assert "the check failed on a.txt:1: KeyError" in str(error), "a pack must give the options its checker needs"


def test_a_runaway_trigger_is_stopped_once_and_named(tmp_path: Path) -> None:
    path = rule(tmp_path, "pattern = 'c'\ntrigger = '(?:a|aa)+c'", "aa⟦c⟧")
    texts = [Article("feed.txt", number, "a" * 200 + "b") for number in range(1, 1025)]
    errors: list[FeedtoolsError] = []

    def linted() -> None:
        errors[:] = lint(texts, [load(path)]).errors

    assert within(3, linted), "every block was tried"
    assert "XX001" in str(errors[0])
    assert "feed.txt" in str(errors[0])
    assert len(set(map(str, errors))) == 2, "where it was stopped, and that it was"


def test_a_runaway_example_stops_the_pack_from_loading(tmp_path: Path) -> None:
    path = rule(tmp_path, "pattern = 'b'\ntrigger = '(?:a|aa)+c'", "a" * 200 + "⟦b⟧")

    def refused() -> None:
        with pytest.raises(RuleError, match="ran longer"):
            load(path)

    assert within(3, refused)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:(?:(?:(?:x{99}){99}){99}){99}){99}",
        "a{4000000000}",
        "(?:a{60000}){60000}",
        "(" * 9000 + ")" * 9000,
        "(" * 101 + "x" + ")" * 101,
        "(a",
        "a{9,2}",
    ],
    ids=short,
)
def test_patterns_that_would_eat_the_memory_are_refused(tmp_path: Path, pattern: str) -> None:
    for key in ("pattern", "trigger"):
        finder = f"{key} = '{pattern}'" + ("\npattern = 'x'" if key == "trigger" else "")
        with pytest.raises(RuleError, match=key):
            load(rule(tmp_path, finder))


def test_depth_counts_groups_inside_one_another() -> None:
    assert depth("(a)(b(c))") == 2
    assert depth(r"\((a[(]{2})\(") == 1
    assert Limited("(" * 100 + "x" + ")" * 100).search("xx")
    assert Limited("(a)" * 200).search("a" * 200)


def test_size_counts_what_repeats_write_out() -> None:
    assert size("ab{3}") == 4
    assert size("(ab{3}){2}") == 8
    assert size(r"[a-z{9}]\{9") == 3
    assert size("(?:a|b){2,5}") >= 10
    assert size("x{1,80}y{1,80}") == 160
    assert Limited("x{1,80}y{1,80}").search("xy")
    assert size("(a{999}){999}") > MAX_SIZE


@pytest.mark.parametrize("text", ["a = " + "[" * 90000, "a = " + "9" * 9000, "\0", "a = '''"], ids=short)
def test_configuration_and_packs_that_break_a_parser_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "in.txt").write_text(HEADER + "甲乙丙丁。\n", "utf-8")
    for name in ("feedtools.toml", "feedtools-allow.toml", "pack/XX001.toml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        if name.startswith("pack"):
            with pytest.raises(RuleError):
                load_folder(path.parent)
        else:
            Run(tmp_path, "check", "in.txt").refused(name)
        path.unlink()


def test_no_output_is_a_table_that_a_spreadsheet_would_calculate() -> None:
    """CSV is read and never written, so that no article can become a formula of a spreadsheet."""
    root = PACKAGE
    writers = [
        path
        for path in root.rglob("*.py")
        if "csv.writer" in path.read_text("utf-8").replace("csv.DictWriter", "csv.writer")
    ]
    assert writers == []
    assert csv.writer  # the name that is looked for exists


def test_no_module_evaluates_unpickles_or_fetches() -> None:
    root = PACKAGE
    imports = r"^\s*(?:import|from) (?:pickle|shelve|marshal|yaml|requests|http\.client|ftplib|smtplib|socket)\b"
    calls = r"\burlopen\(|(?<![\w.])(?:eval|exec)\(|allow_pickle=True|shell=True"
    banned = re.compile(f"{imports}|{calls}", re.MULTILINE)
    found = [
        f"{path.name}: {hit[0].strip()}"
        for path in root.rglob("*.py")
        for hit in banned.finditer(path.read_text("utf-8"))
    ]
    assert sorted(found) == [
        "precompiled.py: import marshal",  # what lies beside Python's own compiled modules, see the next test
        "session.py: import socket",  # asks whether the Spark master that the command line names is there
    ]


def test_what_is_kept_between_starts_lies_where_python_keeps_the_module_itself() -> None:
    from feedtools.text import precompiled

    assert precompiled.__spec__ is not None
    assert precompiled.__spec__.cached is not None
    kept, module = Path(precompiled._path()), Path(precompiled.__spec__.cached)
    assert kept == module.with_suffix(".bin")  # whoever can write there can write code as well
    source = Path(precompiled.__file__).read_text(encoding="utf-8")
    assert source.count("open(") == 2
    assert source.count("marshal.loads(") == 2
