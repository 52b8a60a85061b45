"""Conventions that people expect of a command: suggestions, baselines, exceptions, quiet and colours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedtools.cli import COMMANDS, cli, console
from feedtools.config import load
from feedtools.errors import ConfigError, did_you_mean
from feedtools.report import Report, render
from feedtools.report.sarif import RESULTS, left_out
from tests.cli.test_cli import Run
from tests.report.test_formats import finding

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
BAD = "我们用 modelfree 的方法训练,损失是 [Math] ,一共跑了三遍才收敛。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["check", "a.txt", "--select", "joind-identifier"], "did you mean joined-identifier?"),
        (["check", "a.txt", "--ignore", "FT3001"], "did you mean FT301?"),
        (["rules", "mojibakee"], "did you mean mojibake?"),
        (["chek", "a.txt"], "did you mean check?"),
        (["qqqq"], "feedtools --help lists them"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_one_that_is_meant(folder: Path, arguments: list[str], meant: str) -> None:
    run = Run(folder, *arguments)
    assert run.code == 2
    assert meant in run.err
    assert "feedtools.toml" not in run.err


@pytest.mark.parametrize(
    ("config", "meant"),
    [
        ('ignore = ["FT999x"]', "FT999x"),
        ("fial-on = 'error'", "did you mean fail-on?"),
        ("[rules.joined-identifer]\nlevel = 'note'", "did you mean joined-identifier?"),
        ("[rules.FT301]\nlevl = 'note'", "did you mean level?"),
        ("[clean.rules]\nmojibak = 'hold'", "did you mean mojibake?"),
        ("[clean]\nhlod = 'error'", "did you mean hold?"),
        ("[per-file-ignores]\n'a.txt' = ['FT9999']", "FT9999"),
        ("[per-file-ignores]\n'a\\*' = ['FT301']", "write slashes"),
    ],
)
def test_a_misspelt_word_of_a_file_names_the_file(folder: Path, config: str, meant: str) -> None:
    (folder / "feedtools.toml").write_text(config + "\n", encoding="utf-8")
    run = Run(folder, "check", "a.txt")
    assert run.code == 2
    assert "feedtools.toml: " in run.err
    assert meant in run.err


@pytest.mark.parametrize(
    "command", [["check"], ["dedup"], ["clean", "-o", "out"], ["index", "add", "--index", "i.sqlite"]]
)
@pytest.mark.parametrize("file", ["feedtools.toml", "pyproject.toml"])
def test_a_path_of_a_file_that_leads_nowhere_names_file_key_and_what_is_meant(
    folder: Path, command: list[str], file: str
) -> None:
    head = "[tool.feedtools]\n" if file == "pyproject.toml" else ""
    (folder / file).write_text(f'{head}paths = ["a.txt", "b.txt"]\n', encoding="utf-8")
    run = Run(folder, *command)
    assert run.code == 2
    assert f"{file}: paths: 'b.txt': no such file or folder; did you mean a.txt?" in run.err
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", file]


def test_a_pattern_of_a_file_may_match_nothing_beside_others_and_a_path_that_is_typed_is_not_blamed_on_it(
    folder: Path,
) -> None:
    (folder / "feedtools.toml").write_text('paths = ["a.txt", "more/*.txt"]\n', encoding="utf-8")
    run = Run(folder, "check")
    assert "a.txt" in run.out
    assert "feedtools.toml" not in run.err
    (folder / "feedtools.toml").write_text('paths = ["b.txt"]\n', encoding="utf-8")
    assert "feedtools.toml" not in Run(folder, "check", "c.txt").err


def test_a_flag_is_not_blamed_on_the_file(folder: Path) -> None:
    (folder / "feedtools.toml").write_text('ignore = ["FT402"]\n', encoding="utf-8")
    assert "feedtools.toml" not in Run(folder, "check", "a.txt", "--ignore", "FT4x").err


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    assert did_you_mean("zzz", ["check", "clean"]) == ""
    assert did_you_mean("claen", ["check", "clean"]) == "; did you mean clean?"


# --- baselines --------------------------------------------------------------------------------------------------------


def test_a_baseline_is_written_with_one_line_and_used_from_then_on(folder: Path) -> None:
    config = folder / "feedtools.toml"
    config.write_text('# our feed\n\npaths = ["a.txt"]\n[rules.FT301]\nlevel = "error"\n', encoding="utf-8")
    run = Run(folder, "check", "--write-baseline", "known.json")
    assert (run.code, run.out, len(run.err.splitlines())) == (0, "", 1)
    assert config.read_text(encoding="utf-8") == (
        '# our feed\n\nbaseline = "known.json"\npaths = ["a.txt"]\n[rules.FT301]\nlevel = "error"\n'
    )
    assert Run(folder, "check").code == 0
    before = config.read_bytes()
    assert Run(folder, "check", "--write-baseline", "known.json").code == 0
    assert config.read_bytes() == before
    other = Run(folder, "check", "--write-baseline", "other.json")
    assert "names known.json" in other.err
    assert config.read_bytes() == before


def test_a_baseline_is_noted_in_a_project_file(folder: Path) -> None:
    config = folder / "pyproject.toml"
    config.write_text('[project]\nname = "x"\n[tool.feedtools] # ours\npaths = ["a.txt"]\n', encoding="utf-8")
    Run(folder, "check", "--write-baseline", "known.json")
    assert '[tool.feedtools] # ours\nbaseline = "known.json"\npaths' in config.read_text(encoding="utf-8")
    assert Run(folder, "check").code == 0


@pytest.mark.parametrize("config", ['[[odd]]\n"""\n[tool.feedtools]\n"""', "tool.feedtools.paths = ['a.txt']\n"])
def test_a_configuration_that_cannot_be_added_to_is_left_alone(folder: Path, config: str) -> None:
    path = folder / "pyproject.toml"
    path.write_text(config, encoding="utf-8")
    Run(folder, "check", "a.txt", "--write-baseline", "known.json")
    assert path.read_text(encoding="utf-8") == config


# --- exceptions -------------------------------------------------------------------------------------------------------


def test_what_is_found_can_be_allowed_with_a_reason(folder: Path) -> None:
    run = Run(folder, "check", "a.txt", "--select", "FT301", "--add-allow", 'that is "our" spelling')
    assert (run.code, run.out) == (0, "")
    assert "1 finding allowed by 1 new entry" in run.err
    assert Run(folder, "check", "a.txt", "--select", "FT301").code == 0
    assert Run(folder, "check", "a.txt", "--select", "FT101").code == 1
    before = (folder / "feedtools-allow.toml").read_text(encoding="utf-8")
    Run(folder, "check", "a.txt", "--select", "FT101", "--add-allow", "we write about [Math]")
    after = (folder / "feedtools-allow.toml").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert Run(folder, "check", "a.txt", "--select", "FT301,FT101").code == 0


def test_an_exception_holds_in_its_article_and_in_no_later_one(folder: Path) -> None:
    Run(folder, "check", "a.txt", "--add-allow", "about placeholders")
    other = "另一篇文章说到这里,公式 [Math] 在导出的时候丢了。"
    (folder / "b.txt").write_text(f"{HEADER}{other}\n{BAD}\n", encoding="utf-8")
    run = Run(folder, "check", "b.txt", "--output-format", "concise")
    assert [line.split()[0] for line in run.out.splitlines() if "FT101" in line] == ["b.txt:4:14:"]
    Run(folder, "clean", "b.txt", "-o", "out")
    published = (folder / "out" / "b.txt").read_text(encoding="utf-8")
    assert other not in published
    assert "损失是 [Math]" in published


def test_only_what_is_listed_is_allowed(folder: Path) -> None:
    run = Run(folder, "check", "a.txt", "--add-allow", "as it is")
    assert "1 finding below warning left: --show note" in run.err
    assert "FT509" in Run(folder, "check", "a.txt", "--show", "note").out
    assert "0 findings" not in Run(folder, "check", "a.txt", "--show", "note", "--add-allow", "as it is").err
    run = Run(folder, "check", "a.txt", "--show", "note")
    assert (run.code, run.out) == (0, "")


def test_an_exception_for_one_article_leaves_the_others_of_a_grouped_rule(folder: Path) -> None:
    other = "另一篇写到这里 ,空格也多了一个。"
    (folder / "a.txt").write_text(f"{HEADER}{BAD}\n{other}\n", encoding="utf-8")
    Run(folder, "check", "a.txt", "--select", "FT509", "--show", "note", "--add-allow", "as it is")
    assert "a.txt:5" in Run(folder, "check", "a.txt", "--select", "FT509", "--output-format", "concise").out


@pytest.mark.parametrize(
    ("arguments", "stale"),
    [
        (("feed", "--against", "none"), True),
        (("feed",), False),
        (("feed", "--no-duplicates", "--against", "none"), False),
        (("feed", "--select", "FT1", "--against", "none"), False),
        (("feed", "missing", "--against", "none"), False),
    ],
)
def test_an_exception_is_stale_only_where_its_finding_was_looked_for(
    folder: Path, arguments: tuple[str, ...], stale: bool
) -> None:
    for name in ("feed", "old", "none"):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    (folder / "none" / "a.txt").write_text(f"{HEADER}一篇别的文章。\n", encoding="utf-8")
    Run(folder, "check", "feed", "--against", "old", "--select", "FT901", "--add-allow", "again on purpose")
    assert Run(folder, "check", "feed", "--against", "old", "--select", "FT901").code == 0
    assert ("allows nothing any more" in Run(folder, "check", *arguments).err) is stale


def test_an_exception_wants_a_reason_and_a_file_that_can_be_read(folder: Path) -> None:
    assert "say why" in Run(folder, "check", "a.txt", "--add-allow", " ").err
    (folder / "feedtools-allow.toml").write_text("not toml", encoding="utf-8")
    assert Run(folder, "check", "a.txt", "--add-allow", "x").code == 2
    assert (folder / "feedtools-allow.toml").read_text(encoding="utf-8") == "not toml"


# --- quiet and colours ------------------------------------------------------------------------------------------------


def every_command() -> list[list[str]]:
    import click

    found = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        inner = list(command.commands) if isinstance(command, click.Group) else [""]
        found += [[name, one] if one else [name] for one in inner]
    return found


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_takes_quiet_and_color(folder: Path, command: list[str]) -> None:
    said = Run(folder, *command, "-q", "--color", "never", "--help").out
    assert "-q, --quiet" in said
    assert "--color [auto|always|never]" in said


def test_quiet_leaves_the_account_out_and_no_failure(folder: Path) -> None:
    assert Run(folder, "clean", "a.txt", "-o", "out", "-q").err == ""
    assert "kept" in Run(folder, "clean", "a.txt", "-o", "out2").err
    assert "gone.txt" in Run(folder, "check", "gone.txt", "-q").err


def test_what_one_command_was_asked_holds_for_no_other_of_its_process(folder: Path) -> None:
    path = str(folder / "a.txt")
    CliRunner().invoke(cli, ["check", path, "-q", "--color", "always"])
    assert not console.quiet()
    assert not console.colored()
    assert "article" in CliRunner().invoke(cli, ["check", path]).stderr


def test_a_diff_in_colours_shows_the_words_that_change(folder: Path) -> None:
    (folder / "a.txt").write_text(f"{HEADER}{'字' * 300}看损失 ,再看{'梯' * 300}。\n", encoding="utf-8")
    plain = Run(folder, "check", "a.txt", "--diff", "--color", "never").out
    colored = Run(folder, "check", "a.txt", "--diff", "--color", "always").out
    assert plain.startswith("--- a.txt")
    assert len(colored) < 200 < len(plain)
    assert "看损失\x1b[41m \x1b[0m," in colored


def test_a_format_that_is_not_fixed_in_place_is_named(folder: Path) -> None:
    (folder / "a.jsonl").write_text(json.dumps({"text": "结果 ,见下。"}) + "\n", encoding="utf-8")
    run = Run(folder, "check", "a.jsonl", "--fix")
    assert "a.jsonl: only transmissions and Markdown are fixed in place" in run.err
    assert "only transmissions" not in Run(folder, "check", "a.txt", "--fix").err


# --- SARIF ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_log_holds_what_its_readers_take_and_the_gravest_first() -> None:
    notes = [finding()._replace(level="note")] * RESULTS
    log = json.loads("".join(render("sarif", Report((*notes, finding())))))
    results = log["runs"][0]["results"]
    assert len(results) == RESULTS
    assert results[-1]["level"] == "error"
    [said] = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert "25,000 of 25,001" in said["message"]["text"]
    assert left_out(RESULTS) == ""
    assert log["runs"][0]["tool"]["driver"]["informationUri"].startswith("https://")


@pytest.mark.parametrize("place", ["", "[clean]\n"])
def test_the_key_of_dates_may_stand_beside_what_goes_by_it(tmp_path: Path, place: str) -> None:
    path = tmp_path / "feedtools.toml"
    path.write_text(f'{place}date-key = "when"\n{"" if place else "[clean]"}\nkeep = "newest"\n', encoding="utf-8")
    config = load(path)
    assert (config.date_key, config.clean.keep) == ("when", "newest")
    path.write_text('[clean]\nkeep = "latest"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="'latest' is none of most-complete, newest, oldest, first-published"):
        load(path)


def test_the_list_of_commands_says_each_in_a_whole_line(folder: Path) -> None:
    run = Run(folder, "--help")
    listed = run.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line.strip()] == list(COMMANDS)
    assert not [line for line in listed if line.endswith("...")]
