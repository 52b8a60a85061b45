"""The default output of ``check``: an article at a time, one excerpt with all its marks, the rest counted."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.check.files import check_files
from feedtools.check.restorable import restorable
from feedtools.model import Article, Edit, Finding, Fix, Level, Place, Span
from feedtools.report import Report, render
from feedtools.report.grouped import COLUMNS, LINES, NAMED, text
from feedtools.report.summary import ROWS, Next, headline, plural, statistics, summary
from feedtools.report.text import escape, width
from tests.cli.test_cli import Run

TEXT = "先训练 modelfree 的智能体,再把 offpolicy 的数据放回缓冲区,最后看 [Math] 是不是收敛。"


def found(
    word: str, rule: str = "FT301", level: Level = "error", fix: str = "", article: Article | None = None
) -> Finding:
    article = article or Article("feed/a.txt", 4, TEXT)
    start = article.text.index(word)
    edits = Fix((Edit(start, start + len(word), fix),), "unsafe") if fix else None
    message = f"{word} has lost its hyphen: {fix or 'x'}? Restore it, or allow it"
    return Finding(rule, "joined-identifier", level, "high", article, Span(start, start + len(word)), message, edits)


def shown(*findings: Finding, color: bool = False, **values: object) -> list[str]:
    report = Report(findings, **{"least": "warning", **values})  # type: ignore[arg-type]
    return "".join(render("text", report, color=color)).splitlines()


def test_an_article_has_a_line_per_rule_and_one_excerpt() -> None:
    hole = found("[Math]", "FT101")._replace(message="[Math] stands for a formula; restore it")
    lines = shown(found("modelfree", fix="model-free"), found("offpolicy", fix="off-policy"), hole)
    assert lines[0] == (
        "feed/a.txt:4:5: error FT301 [*] joined-identifier, 2 times: modelfree → model-free, offpolicy → off-policy"
    )
    assert lines[1] == "feed/a.txt:4:46: error FT101 [Math] stands for a formula"
    assert len(lines) == 3
    assert all(f"⟦{word}⟧" in lines[2] for word in ("modelfree", "offpolicy", "[Math]"))


def test_places_of_one_rule_without_a_fix_are_listed() -> None:
    lines = shown(found("modelfree"), found("offpolicy"))
    assert lines[0].endswith("modelfree has lost its hyphen: x? (also at 23)")


def test_what_is_below_the_level_is_left_out_and_counted() -> None:
    note, warning = found("offpolicy", level="note"), found("modelfree", level="warning")
    assert not shown(note)
    assert len(shown(note, warning)) == 2
    assert "⟦offpolicy⟧" not in "".join(shown(note, warning))
    assert len(shown(note, least="note")) == 2
    said = "".join(summary(Report((note, note, warning), least="warning"), table=True))
    assert "2 notes not listed: --show note" in said
    assert "not listed" not in "".join(summary(Report((note, warning), least="note")))


def test_colours_take_the_place_of_brackets() -> None:
    line = "".join(shown(found("modelfree"), color=True))
    assert "⟦" not in line
    assert "\x1b[4;31mmodelfree\x1b[0m" in line


def test_a_copy_is_one_line() -> None:
    article = Article("feed/a.txt", 4, TEXT)
    copy = Finding("FT901", "exact-duplicate", "error", "high", article, Span(0, len(TEXT)), "the same text as b.txt:9")
    copy = copy._replace(related=(Place("b.txt", 9),))
    assert shown(copy) == ["feed/a.txt:4:1: error FT901 the same text as b.txt:9"]
    assert shown(copy, found("modelfree")) == [
        "feed/a.txt:4:1: error FT901 the same text as b.txt:9 (1 more finding in this copy)"
    ]


def test_many_marks_take_no_more_than_the_lines_of_an_excerpt() -> None:
    article = Article(
        "a.txt", 1, "".join(f"第{number}处 word{number}x 之后还有很多字要写在这里。" for number in range(60))
    )
    many = [found(f"word{number}x", article=article) for number in range(60)]
    lines = shown(*many)
    assert len(lines) == 1 + LINES
    assert lines[0].endswith(f"and {60 - 1 - NAMED} more)")
    listed = sum(line.count("⟦") for line in lines[1:])
    assert lines[-1].endswith(f" … {60 - listed} more")


@given(st.text(st.characters(), min_size=2, max_size=300), st.data())
def test_any_article_gives_printable_lines_of_bounded_width(body: str, data: st.DataObject) -> None:
    article = Article("a.md", 3, body)
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(1, 40)), min_size=1, max_size=6))
    findings = [
        found(body[0], article=article)._replace(span=Span(start, min(len(body), start + size)))
        for start, size in sorted(spans)
    ]
    lines = "".join(text(Report(tuple(findings)))).split("\n")
    assert all(escape(line) == line for line in lines)
    assert all(width(line) <= COLUMNS + 90 for line in lines if line.startswith("  | "))
    assert len(lines) <= 2 + LINES


def test_the_table_is_as_long_as_promised_and_says_how_much_is_left() -> None:
    many = tuple(found("modelfree", f"FT{number}") for number in range(100, 100 + ROWS))
    assert "--statistics" not in "".join(summary(Report(many), table=True))
    more = (*many, found("modelfree", "FT700"), found("modelfree", "FT701"))
    assert "2 more rules: --statistics" in "".join(summary(Report(more), table=True))


def test_repairs_of_findings_that_are_not_listed_are_said_to_be_so() -> None:
    note = found("modelfree", fix="model-free")._replace(level="note")
    both = (found("modelfree", fix="model-free"), note)
    assert "2 can be repaired with --fix --unsafe-fixes; 1 of them not listed\n" in "".join(
        summary(Report(both, least="warning"))
    )
    assert "2 can be repaired with --fix --unsafe-fixes\n" in "".join(summary(Report(both, least="note")))
    done = "".join(summary(Report(both, least="warning"), Next(applied="unsafe")))
    assert "of them not listed" not in done


def test_what_was_fixed_already_is_not_promised_again() -> None:
    report = Report((found("modelfree", fix="model-free"),))
    assert "1 can be repaired with --fix --unsafe-fixes" in "".join(summary(report))
    assert "1 can be repaired" in "".join(summary(report, Next(applied="safe")))
    assert "can be repaired" not in "".join(summary(report, Next(applied="unsafe")))


@pytest.mark.parametrize(("count", "said"), [(0, "0 copies"), (1, "1 copy"), (2, "2 copies"), (1234, "1,234 copies")])
def test_plurals(count: int, said: str) -> None:
    assert plural(count, "copy", "copies") == said


def test_the_counts_are_those_of_the_statistics() -> None:
    report = Report((found("modelfree", fix="a-b"), found("offpolicy"), found("[Math]", "FT101", "note")))
    assert list(statistics(report)) == ["2  FT301  joined-identifier  [*] 1\n", "1  FT101  joined-identifier\n"]
    assert headline(report) == "2 errors, 1 note in 0 articles of 0 files"


WHOLE = r"损失函数是 \(L=\sum_i (y_i-p_i)^2\) ,先在验证集上看一眼它的走势,再决定要不要把学习率减半,别急着下结论。"
DAMAGED = "损失函数是 [Math] ,先在验证集上看一眼它的走势,再决定要不要把学习率减半,别急着下结论。"


def test_what_another_copy_still_has_is_restorable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{WHOLE}\n{DAMAGED}\n", encoding="utf-8")
    checked = check_files("a.txt")
    mended = restorable(checked.findings, checked.originals)
    assert {checked.findings[number].rule for number in mended} == {"FT101"}
    assert not restorable([one for one in checked.findings if not one.related], checked.originals)
    Path("a.txt").write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{DAMAGED}\n", encoding="utf-8")
    alone = check_files("a.txt")
    assert not restorable(alone.findings, alone.originals)


def test_level_reports_no_less_and_decides_the_exit_code(tmp_path: Path) -> None:
    body = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n使用 [Math] 的方法,权重 x_1 乘以结果如下图所示。\n"
    (tmp_path / "a.txt").write_text(body, encoding="utf-8")
    lines = Run(tmp_path, "check", "a.txt", "--level", "error", "--output-format", "jsonl").out.splitlines()
    assert {re.findall('"level": "([a-z]+)"', line)[0] for line in lines} == {"error"}
    everything = Run(tmp_path, "check", "a.txt", "--output-format", "jsonl").out.splitlines()
    assert len(everything) > len(lines)
    assert Run(tmp_path, "check", "a.txt", "--select", "FT210", "--level", "error").code == 0
    assert Run(tmp_path, "check", "a.txt", "--select", "FT210", "--level", "warning").code == 1


@pytest.mark.skipif("FEEDTOOLS_SHARED" not in os.environ, reason="labelled sets are not on this machine")
def test_real_transmissions_are_a_page_and_a_half() -> None:
    folder = Path(os.environ["FEEDTOOLS_SHARED"]) / "data" / "transmissions"
    run = Run(folder, "check", ".", "--no-cache")
    assert len((run.out + run.err).splitlines()) <= 130 * len(list(folder.glob("*.txt"))) / 5 + 5
