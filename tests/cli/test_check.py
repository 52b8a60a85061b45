"""Options of ``check`` that change files: fixes that may be wrong, and a baseline that is written anew."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.test_cli import HEADER, Run

SPACED = "注意 ,这里多了一个空格,读者不会喜欢。"
DOUBLED = "This is the the sentence that an editor has to read again."


def test_unsafe_fixes_are_made_and_shown_where_they_are_asked_for_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    before, safe = f"{HEADER}{SPACED}\n{DOUBLED}\n", f"{HEADER}{SPACED.replace(' ,', ',')}\n{DOUBLED}\n"
    path.write_text(before, encoding="utf-8")
    assert "+This is the sentence" not in Run(tmp_path, "check", "a.txt", "--diff").out
    assert "+This is the sentence" in Run(tmp_path, "check", "a.txt", "--diff", "--unsafe-fixes").out
    assert path.read_text("utf-8") == before
    assert Run(tmp_path, "check", "a.txt", "--fix-only").code == 0
    assert path.read_text("utf-8") == safe
    assert Run(tmp_path, "check", "a.txt", "--fix-only", "--unsafe-fixes").code == 0
    assert path.read_text("utf-8") == safe.replace("the the", "the")


def test_a_baseline_that_is_written_anew_holds_what_the_old_one_held(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{HEADER}{SPACED}\n", encoding="utf-8")
    (tmp_path / "feedtools.toml").write_text('baseline = "known.json"\nfail-on = "note"\n', encoding="utf-8")
    write = ("check", "a.txt", "--write-baseline", "known.json")
    assert Run(tmp_path, *write).code == 0
    first = json.loads((tmp_path / "known.json").read_text("utf-8"))
    assert Run(tmp_path, "check", "a.txt").code == 0
    assert Run(tmp_path, *write).code == 0
    assert json.loads((tmp_path / "known.json").read_text("utf-8")) == first
    (tmp_path / "feedtools.toml").write_text('fail-on = "note"\n', encoding="utf-8")
    assert Run(tmp_path, "check", "a.txt").code == 1


def baseline_of(folder: Path) -> list[list[str]]:
    found: list[list[str]] = json.loads((folder / "known.json").read_text("utf-8"))["findings"]
    return found


def two_files(folder: Path) -> None:
    """A feed of two files: a doubled word in each, and an article that stands in both."""
    (folder / "feed").mkdir()
    for name, line in (("a", DOUBLED), ("b", "Nobody has read the the proofs of yesterday's page yet.")):
        text = f"{HEADER}{line}\n{REPEATED}\n"
        (folder / "feed" / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "feedtools.toml").write_text('paths = ["feed/"]\nbaseline = "known.json"\nfail-on = "note"\n', "utf-8")
    assert Run(folder, "check", "--write-baseline", "known.json").code == 0


REPEATED = "这篇文章在两个文件里各有一份,一个字也不差,所以后面的那一份是重复的,读者会看到两遍。"


def test_what_a_run_does_not_look_for_is_not_gone_from_the_baseline(tmp_path: Path) -> None:
    two_files(tmp_path)
    for narrow in (["--select", "FT9"], ["--no-duplicates"], ["feed/a.txt"], ["feed/b.txt"], ["--ignore", "FT512"]):
        run = Run(tmp_path, "check", *narrow)
        assert (run.code, "gone" in run.err) == (0, False), (narrow, run.err)
    (tmp_path / "feed" / "a.txt").write_text(f"{HEADER}Nothing is wrong with this one.\n", encoding="utf-8")
    (tmp_path / "feed" / "b.txt").write_text(f"{HEADER}{REPEATED}\n", encoding="utf-8")
    assert "3 of known.json are gone" in Run(tmp_path, "check").err  # two doubled words and the copy
    assert "2 of known.json are gone" in Run(tmp_path, "check", "--no-duplicates").err
    assert "1 of known.json is gone" in Run(tmp_path, "check", "--select", "FT9").err
    assert "gone" not in Run(tmp_path, "check", "--select", "FT509").err


def test_what_could_not_be_checked_is_not_gone_from_the_baseline(tmp_path: Path) -> None:
    two_files(tmp_path)
    (tmp_path / "feed" / "a.txt").write_bytes(b"\x00\x00")
    run = Run(tmp_path, "check")
    assert (run.code, "gone" in run.err) == (2, False)


def test_a_baseline_that_is_written_for_a_part_keeps_the_rest(tmp_path: Path) -> None:
    two_files(tmp_path)
    whole = baseline_of(tmp_path)
    run = Run(tmp_path, "check", "feed/a.txt", "--select", "FT512", "--write-baseline", "known.json")
    assert (
        f"1 finding known from now on, and {len(whole) - 1} that this run did not look for are still known" in run.err
    )
    assert baseline_of(tmp_path) == whole
    (tmp_path / "feed" / "b.txt").unlink()
    assert Run(tmp_path, "check", "feed/a.txt", "--write-baseline", "known.json").code == 0
    assert {file for file, _, _ in baseline_of(tmp_path)} == {"feed/a.txt"}


def test_a_baseline_replaces_nothing_but_a_baseline(tmp_path: Path) -> None:
    two_files(tmp_path)
    before = (tmp_path / "feed" / "a.txt").read_bytes()
    for inputs in ("feed/a.txt", "feed/b.txt"):
        run = Run(tmp_path, "check", inputs, "--write-baseline", "feed/a.txt")
        assert (run.code, (tmp_path / "feed" / "a.txt").read_bytes()) == (2, before)
        assert "replaced; name another file" in run.err
    (tmp_path / "known.json").write_bytes(b"")
    assert Run(tmp_path, "check", "--write-baseline", "known.json").code == 0
    damaged = (tmp_path / "known.json").read_bytes().replace(b"]]", b"<<<<<<<")[:-3]
    (tmp_path / "known.json").write_bytes(damaged)
    assert Run(tmp_path, "check", "--write-baseline", "known.json").code == 0
    assert baseline_of(tmp_path)


def test_no_output_replaces_an_input(tmp_path: Path) -> None:
    two_files(tmp_path)
    before = (tmp_path / "feed" / "a.txt").read_bytes()
    (tmp_path / "link.txt").symlink_to(tmp_path / "feed" / "a.txt")
    for name in ("feed/a.txt", "feed/../feed/a.txt", "link.txt"):
        for command in (
            ["check", "feed", "--output-format", f"sarif:{name}"],
            ["dedup", "feed", "--output-format", f"jsonl:{name}"],
            ["dedup", "--explain", "feed/a.txt:6", "feed/b.txt:6", "--output-format", f"html:{name}"],
        ):
            run = Run(tmp_path, *command)
            assert (run.code, (tmp_path / "feed" / "a.txt").read_bytes()) == (2, before), command
            assert "an input of this run" in run.err
    assert Run(tmp_path, "check", "feed/b.txt", "--output-format", "sarif:found.sarif").code == 0
    assert Run(tmp_path, "check", "feed/b.txt", "--output-format", "sarif:found.sarif").code == 0  # its own, again


def test_what_is_learned_replaces_nothing_but_what_was_learned(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(f"{HEADER}We compare model-free and off-policy methods.\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text('ignore = ["FT402"]\n', encoding="utf-8")
    run = Run(tmp_path, "rules", "learn", "old.txt", "-o", "mine.toml")
    assert (run.code, (tmp_path / "mine.toml").read_text("utf-8")) == (2, 'ignore = ["FT402"]\n')
    assert "no file of learned compounds" in run.err
    for _ in range(2):
        assert Run(tmp_path, "rules", "learn", "old.txt", "-o", "learned.txt").code == 0
    (tmp_path / "README.md").write_text("# My project\n", encoding="utf-8")
    assert Run(tmp_path, "rules", "--markdown", ".").code == 2
    assert (tmp_path / "README.md").read_text("utf-8") == "# My project\n"
    for _ in range(2):
        assert Run(tmp_path, "rules", "--markdown", "pages").code == 0


@pytest.mark.parametrize(("wrong", "ending"), [(10, ""), (11, "1 more line could not be read"), (30, "20 more lines")])
def test_a_file_that_is_wrong_in_every_line_is_told_of_in_a_few(tmp_path: Path, wrong: int, ending: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "x"}\n' * wrong, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text("no\n", encoding="utf-8")
    run = Run(tmp_path, "check", "a.jsonl", "b.jsonl")
    told = [line for line in run.err.splitlines() if "a.jsonl" in line]
    assert (run.code, len(told), "b.jsonl:1: not a JSON record" in run.err) == (2, 10 + bool(ending), True)
    assert ending in told[-1]


@pytest.mark.parametrize(("least", "failed"), [("note", 2), ("warning", 1), ("error", 0), ("never", 0)])
def test_what_does_not_fail_the_run_fails_no_test(tmp_path: Path, least: str, failed: int) -> None:
    (tmp_path / "a.txt").write_text(f"{HEADER}{SPACED}\n{DOUBLED}\n", encoding="utf-8")
    run = Run(tmp_path, "check", "a.txt", "--fail-on", least, "--output-format", "junit")
    suites = ElementTree.fromstring(run.out)
    assert (run.code, suites.get("failures"), suites.get("tests")) == (int(failed > 0), str(failed), "2")
    assert len(suites.findall(".//failure")) == failed
    told = [one.text or "" for one in suites.findall(".//system-out")]
    assert len(told) == 2 - failed
    assert all("a.txt:" in one for one in told)


def test_a_byte_that_is_no_utf8_is_shown_as_that_byte(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(HEADER.encode() + b"caf\xe9 noir\n")
    run = Run(tmp_path, "check", "a.txt")
    assert (r"caf⟦\xe9⟧ noir" in run.out, "udce9" in run.out) == (True, False)
