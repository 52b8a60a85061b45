"""Targets that write: what is made of any text must be what its format says, and command nobody."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache

from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Edit, Finding, Fix, Place, Span
from feedtools.report import FORMATS, Report, render
from feedtools.report.page.data import Copy, CopyGroup, Counts, Held, Repair, tally
from feedtools.report.page.data import RunReport as PageData
from feedtools.report.page.html import asset, html
from tests.fuzz.common import parts_of, rules, sarif_schema

_COMMANDING = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029]")
_RUNNING = ("iframe", "object", "embed", "img", "link", "base", "form", "audio", "video")
_LOADING = ("src", "srcdoc", "srcset", "action", "formaction", "xlink:href", "href", "style")


@cache
def _assets() -> tuple[tuple[str, str], ...]:
    """The page's own style and script, which need not be parsed each time, and the empty elements that replace them."""
    return tuple(
        (f"<{name}>{asset(file)}</{name}>", f"<{name}></{name}>")
        for name, file in (("style", "page.css"), ("script", "page.js"))
    )


def _inert(page: str) -> None:
    """Assert that a page, as browsers read it, holds nothing that runs or loads but its own script."""
    from selectolax.lexbor import LexborHTMLParser

    for own, empty in _assets():
        assert page.count(own) == 1
        page = page.replace(own, empty)
    tree = LexborHTMLParser(page)
    assert len(tree.css("script")) == len(tree.css("style")) == 1
    assert not tree.css(",".join(_RUNNING))
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), name
            if name in _LOADING:
                own = name == "href" and (value or "").startswith("#")
                assert own or (name == "style" and "url(" not in (value or "")), (name, value)


def outputs(data: bytes) -> None:
    """An output of findings in any text, under any name, is what its format says, and commands nobody.

    The first byte chooses the format.
    """
    form = FORMATS[data[0] % len(FORMATS)] if data else "text"
    name, said, body = parts_of(data[1:], 3)
    article = Article(name.replace("\0", "") or "a.txt", 1, body or "甲")
    findings = (
        Finding("FT999", "some-rule", "error", "high", article, Span(0, 1), said or "x", None),
        Finding("FT998", "other-rule", "note", "low", article, Span(0, len(article.text)), said or "x", None),
    )
    errors = (FeedtoolsError(said, path=article.source, line=1),)
    shown = "".join(render(form, Report(findings, errors, rules("FT201"), (article.source,), 1)))
    shown.encode("utf-8", "backslashreplace")
    if form in {"json", "sarif", "gitlab"}:
        made = json.loads(shown)
        if form == "sarif" and (schema := sarif_schema()):
            schema.validate(made)
    elif form == "jsonl":
        assert len([json.loads(line) for line in shown.splitlines()]) == 2
    elif form == "junit":
        ElementTree.fromstring(shown)
    if form in {"text", "concise", "github", "markdown", "junit"}:
        assert not _COMMANDING.search(shown), form
    if form == "github":
        assert all(line.startswith(("::error ", "::notice ")) for line in shown.splitlines()), shown


def pages(data: bytes) -> None:
    """The report of a batch run is inert, whatever the texts in it are; the first byte chooses the section of them."""
    section = data[0] % 5 if data else 0
    name, said, body, other = parts_of(data[1:], 4)
    here, there = Place(name or "a.txt", 1), Place("b.txt", 2)
    article = Article(here.path, 1, body or "甲")
    finding = Finding("FT999", "some-rule", "error", "high", article, Span(0, 1), said or "x", _fix(said))
    report = PageData(said, Counts(articles=2, kept=1, dropped=1, findings=1, clusters=1, repairs=1))
    match section:
        case 0:
            report = report._replace(findings=[finding])
        case 1:
            report = report._replace(
                clusters=[CopyGroup(Copy(here, body, None), [Copy(there, other, "near", 0.5, 0.5)])]
            )
        case 2:
            edit = Edit(0, min(1, len(body)), other)
            report = report._replace(repairs=[Repair(here, body, edit, "tail", "safe", there, 0.5, said)])
        case 3:
            report = report._replace(held=[Held(article, (said, other), (finding,), other, said)], errors=(said,))
        case _:
            tallies, names = tally([finding], {here.path: 1})
            report = report._replace(tallies=tallies, rules=names, created=other)
    page = "".join(html(report))
    page.encode("utf-8")
    _inert(page)


def _fix(text: str) -> Fix:
    return Fix((Edit(0, 1, text),), "safe")
