"""Reports: what was found, in the form that whoever reads it expects."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

from feedtools.errors import FeedtoolsError
from feedtools.lint.rules import Rule
from feedtools.model import LEVELS, Article, Finding, Level, Place

FORMATS = ("text", "full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html")


class Report(NamedTuple):
    """Content of the report of one run.

    Attributes:
        findings: in reading order.
        errors: what could not be checked.
        rules: those that ran.
        files: those that were read.
        articles: how many there were.
        fingerprints: the identity of each finding.
        failing: levels that fail the run, and with it a test.
        least: least level that is printed for people, one by one; the others are counted.
        restorable: numbers of the findings that another copy can repair.
        page: what the head of the page says: name of the feed, command.
        lang: language of the page.
        originals: the articles that findings of copies point at, by place.
    """

    findings: tuple[Finding, ...]
    errors: tuple[FeedtoolsError, ...] = ()
    rules: tuple[Rule, ...] = ()
    files: tuple[str, ...] = ()
    articles: int = 0
    fingerprints: tuple[str, ...] = ()
    failing: frozenset[Level] = frozenset(LEVELS)
    least: Level = "note"
    restorable: frozenset[int] = frozenset()
    page: tuple[str, str] = ("", "")
    lang: str = "en"
    originals: Mapping[Place, Article] = MappingProxyType({})


def render(name: str, report: Report, *, color: bool = False) -> Iterator[str]:
    """The report in one of ``FORMATS``, piece by piece; the module of the format is imported when it is asked for."""
    if name in {"text", "full", "concise", "jsonl"} and not report.findings:
        return iter(())
    if name == "text":
        from feedtools.report import grouped

        return grouped.text(report, color=color)
    if name in {"full", "concise"}:
        from feedtools.report.text import text

        return text(report.findings, color=color, excerpt=name == "full")
    if name in {"json", "jsonl"}:
        from feedtools.report import jsonl

        return jsonl.jsonl(report.findings) if name == "jsonl" else jsonl.json_list(report.findings)
    pieces: Iterator[str] = import_module(f"{__name__}.{name}").render(report)
    return pieces
