"""``feedtools dedup --explain``: on the terminal, as HTML and as JSON, and errors that say what there is."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedtools.cli import cli
from feedtools.report.text import width

TOLD = "堰上的闸门中午打开了,下面有两条驳船在等,{},纤道到星期天晚上为止不通,绕路的人请走东岸,渡口照常开到晚上九点。"
REST = "另外食堂从明天起改在北楼开饭,早上六点到八点,晚上五点到七点,要订饭的人请在前一天中午以前到门房登记,过时不候。"


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [("w7", TOLD.format("没有人受伤")), ("w8", TOLD.format("没有人受伤") + REST), ("w9", REST[:30] + TOLD[:20])]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"id": own, "text": text}, ensure_ascii=False) + "\n" for own, text in rows), "utf-8"
    )
    (tmp_path / "b.md").write_text(TOLD.format("还没有人受伤") + "<script>alert(1)</script>", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explain(*arguments: str, code: int = 0, columns: int = 100) -> Result:
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(
        cli, ["dedup", "--explain", *arguments], standalone_mode=code == 0
    )
    assert code or result.exit_code == 0, result.output
    return result


def test_two_places_or_ids_are_explained_for_people(feed: Path) -> None:
    said = explain("a.jsonl:1", "w8").stdout
    assert "a.jsonl:1 (w7)" in said
    assert "copies: A may go for B (truncated)" in said
    assert "in this feed of 4: A goes for B, B is kept" in said
    assert "only in B, and lost without it" in said
    assert REST[-20:-1] in said.replace("\n  ", "")
    assert "\x1b" not in said


def test_line_ends_of_windows_are_shown_as_others_are(feed: Path) -> None:
    text = f"{TOLD[:30]}\n{TOLD[30:]}\n"
    (feed / "unix.md").write_bytes(text.encode())
    (feed / "windows.md").write_bytes(f"{text}{REST[:20]}\n{REST[20:]}\n".replace("\n", "\r\n").encode())
    said = explain("unix.md", "windows.md").stdout
    assert f"{REST[:20]} {REST[20:30]}" in said
    assert "x0d" not in said
    assert "x0d" not in explain("unix.md", "windows.md", "--output-format", "html").stdout


@pytest.mark.parametrize("columns", [40, 79, 100, 160])
def test_no_line_is_wider_than_the_terminal(feed: Path, columns: int) -> None:
    said = explain("w7", "b.md", columns=columns).stdout
    assert max(width(line) for line in said.splitlines()) <= columns
    assert ("|" in said) is (columns >= 80)


def test_colours_take_the_place_of_brackets(feed: Path) -> None:
    assert "[" in explain("w7", "b.md").stdout
    said = explain("w7", "b.md", "--color", "always").stdout
    assert "\x1b[33m" in said
    assert "[" not in said.replace("\x1b[", "")


def test_the_page_shows_the_same_and_escapes_what_it_shows(feed: Path) -> None:
    assert explain("w7", "b.md", ".", "--output-format", "html:why.html").stdout == ""
    page = (feed / "why.html").read_text("utf-8")
    assert "<h1>Copies or not?</h1>" in page
    assert "a.jsonl:1" in page
    assert "<script" not in page
    assert "script-src" not in page
    (feed / "feedtools.toml").write_text('lang = "zh"\n', "utf-8")
    assert "是不是重复?" in explain("w7", "b.md", ".", "--output-format", "html").stdout


def test_a_row_has_the_figures(feed: Path) -> None:
    row = json.loads(explain("w7", "w8", "--output-format", "jsonl").stdout)
    assert (row["kind"], row["a"]["coverage"], row["a"]["rest"], row["limit"]) == ("truncated", 1.0, 0, 30)
    assert [row["runs"][0][side][0] for side in "ab"] == [0, 0]
    assert row["b"]["own"] == [[len(TOLD.format("没有人受伤")), len(TOLD.format("没有人受伤") + REST) - 1]]


def test_the_configured_rest_is_the_limit(feed: Path) -> None:
    (feed / "feedtools.toml").write_text("[clean]\nrest = 90\n", "utf-8")
    assert json.loads(explain("w7", "w8", "--output-format", "jsonl").stdout)["limit"] == 90


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.jsonl:9", "w7"), "a.jsonl: no article begins at line 9; articles begin at 1, 2, 3"),
        (("a.jsonl", "w7"), "it holds 3 articles; name one, such as a.jsonl:LINE; articles begin at 1, 2, 3"),
        (("w0", "w7"), "no article is called 'w0': there is no such file, and none of 4 articles has that id"),
        (("gone.txt:3", "w7"), "no article is called 'gone.txt:3'"),
        (("w7", "w8", "--pairs"), "leave --pairs out"),
    ],
)
def test_a_name_that_leads_nowhere_is_said(feed: Path, arguments: tuple[str, ...], message: str) -> None:
    result = explain(*arguments, code=2)
    assert message in str(result.exception)


def test_an_id_of_several_is_said_with_their_places(feed: Path) -> None:
    (feed / "c.jsonl").write_text((feed / "a.jsonl").read_text("utf-8"), "utf-8")
    assert "2 articles have the id 'w7'" in str(explain("w7", "w8", code=2).exception)


def test_versions_of_a_record_are_named_so(feed: Path) -> None:
    (feed / "c.jsonl").write_text(json.dumps({"id": "w7", "text": TOLD.format("三人受了轻伤")}), "utf-8")
    assert "both are versions of the record 'w7'" in explain("a.jsonl:1", "c.jsonl").stdout.replace("\n", " ")


@pytest.mark.parametrize("form", ["html", "csv", "text:"])
def test_formats_that_do_not_go_with_a_list_are_refused(feed: Path, form: str) -> None:
    assert CliRunner().invoke(cli, ["dedup", ".", "--output-format", form], standalone_mode=False).exception


def test_the_report_opens_the_same_view_of_each_copy(feed: Path) -> None:
    CliRunner().invoke(cli, ["clean", "a.jsonl", "-o", "out"])
    page = (feed / "out" / "report.html").read_text("utf-8")
    assert page.count("<details class=why id=w") == 1
    assert "feedtools dedup --explain a.jsonl:2 a.jsonl:1<" in page
    assert "copies: B may go for A" in page


def test_the_command_of_the_report_works_where_the_run_was_started(feed: Path) -> None:
    (feed / "in put").mkdir()
    (feed / "a.jsonl").rename(feed / "in put" / "a.jsonl")
    CliRunner().invoke(cli, ["clean", "in put", "-o", "out", "--id-key", "no id"])
    page = (feed / "out" / "report.html").read_text("utf-8")
    (command,) = re.findall(r"<code>feedtools (dedup --explain [^<]*)</code>", page)
    words = shlex.split(html.unescape(command))
    assert words[2:] == ["in put/a.jsonl:2", "in put/a.jsonl:1", "--id-key", "no id"]
    said = CliRunner().invoke(cli, words)
    assert said.exit_code == 0
    kind = re.search(r"copies: B may go for A \((\w+)\)", said.stdout)
    assert kind
    section = page[page.index("<section id=copies>") :]
    assert set(re.findall(r"<span class=tag>(\w+)</span>", section)) == {kind[1]}, "card and reasons say one kind"
