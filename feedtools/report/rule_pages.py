"""A rule's page, and the tables of all rules, from the rule files."""

from __future__ import annotations

from collections.abc import Sequence

from feedtools.lint.marked import CLOSE, OPEN, Example
from feedtools.lint.rules import Rule
from feedtools.report.text import escape

HOME = "https://feedtools.example.org/"
"""Address of the documents; that of a rule's page is under it."""
INDEX_HEAD = "| code | name | level | finds |"


def address(rule: Rule) -> str:
    """The address of a rule's page."""
    return f"{HOME}rules/{rule.id}.html"


def page(rule: Rule) -> str:
    """The rule as Markdown: what, why, examples, fix, how to allow it."""
    parts = [
        f"# {rule.id} {rule.name}\n",
        f"{rule.level}, {rule.confidence} confidence, {_status(rule)}.\n",
        f"{rule.summary}\n",
        f"> {rule.message}\n",
        "## Why\n",
        f"{rule.why.strip()}\n",
    ]
    for title, examples in (("Found", rule.bad), ("Left alone", rule.good), ("Known to be missed", rule.missed)):
        if examples:
            parts.append(f"## {title}\n")
            parts += (_example(example) for example in examples)
    if rule.options:
        parts.append("## Options\n")
        parts += (f"- `{key}` = `{value!r}`" for key, value in rule.options.items())
        parts.append("")
    parts.append("## How to allow it\n")
    parts.append(
        f'`--ignore {rule.id}` for one run, or in the configuration file `ignore = ["{rule.id}"]`, or '
        f'`[rules.{rule.id}]` with `level = "note"` to be told without being stopped.\n'
    )
    return "\n".join(parts)


def _status(rule: Rule) -> str:
    return {"stable": "on by default", "preview": "in preview: off unless selected", "off": "off unless selected"}[
        rule.status
    ]


def _example(example: Example) -> str:
    marked, shift = example.text, 0
    for span in example.spans:
        start, end = span.start + shift, span.end + shift
        marked = f"{marked[:start]}{OPEN}{marked[start:end]}{CLOSE}{marked[end:]}"
        shift += 2
    lines = [_code(marked)]
    if example.fixed is not None:
        lines += ["becomes\n", _code(example.fixed)]
    if example.note:
        lines.append(f"{example.note}\n")
    return "\n".join(lines)


def _code(text: str) -> str:
    return "".join(f"    {escape(line)}\n" for line in text.split("\n"))


def table(rules: Sequence[Rule]) -> str:
    """The rules for a terminal, one per line."""
    wide = max((len(rule.name) for rule in rules), default=0)
    status = {rule.id: "" if rule.status == "stable" else rule.status for rule in rules}
    rows = [f"{rule.id}  {rule.name:{wide}}  {rule.level:7}  {status[rule.id]:7}  {rule.summary}" for rule in rules]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def index(rules: Sequence[Rule], link: str = "{id}.md") -> str:
    """The rules as a Markdown table whose codes link to their pages."""
    rows = [INDEX_HEAD, "|---|---|---|---|"]
    for rule in rules:
        status = "" if rule.status == "stable" else f" ({rule.status})"
        finds = rule.summary.replace("|", "\\|")
        rows.append(
            f"| [{rule.id}]({link.format(id=rule.id, name=rule.name)}) | {rule.name} | {rule.level}{status} | {finds} |"
        )
    return "\n".join(rows) + "\n"
