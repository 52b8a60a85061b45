"""Values in the front matter of a Markdown file: YAML, TOML or JSON between its fences, or an object of JSON."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from feedtools.readers import fields

_LINE = re.compile(r"([ \t]*)(?:\"([^\"]+)\"|'([^']+)'|([^\s#'\"\[{][^:#]*?))[ \t]*:(?:[ \t]+(.*?))?[ \t\r]*\Z")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'")
_COMMENT = re.compile(r"(?:^|(?<![ \t])[ \t]++)#(?s:.*)")
_BLOCK = re.compile(r"[|>&*!\[{]")


def date_in(lead: str, key: str) -> str:
    r"""Read a date of the front matter as it stands; empty where there is none under the key.

    Of YAML those lines are read that are ``key: value``, inside others as far as they are indented: a date is no more.

    Args:
        lead: what stands before the text, with its fences.
        key: of the date, or the way to one inside others (``meta.date``).

    >>> date_in("---\ntitle: a\ndate: 2026-03-01 # Sunday\n---\n", "date")
    '2026-03-01'
    """
    lead = lead.removeprefix("\ufeff").lstrip()
    fence = lead[:3]
    inside = lead[3:].partition("\n")[2]
    inside = inside[: inside.rfind("..." if inside.rstrip().endswith("...") else fence)]
    try:
        if fence == "---":
            return fields.date(_lines(inside), key)
        if fence == "+++":
            return fields.date(tomllib.loads(inside), key)
        if fence == ";;;":
            return fields.date(json.loads("{" + inside + "}"), key)
        if lead.startswith("{"):
            return fields.date(json.loads(lead), key)
    except (ValueError, RecursionError):  # another says so who reads more of it
        pass
    return ""


def _lines(yaml: str) -> dict[str, Any]:
    """Collect the lines ``key: value`` by their ways: keys and the dots between them."""
    found: dict[str, Any] = {}
    above: list[tuple[int, str]] = []
    for line in yaml.split("\n"):
        row = _LINE.match(line)
        if row is None:
            continue
        indent = len(row[1].expandtabs(4))
        while above and above[-1][0] >= indent:
            above.pop()
        above.append((indent, row[2] or row[3] or row[4]))
        if value := _scalar(row[5] or ""):
            found.setdefault(".".join(name for _, name in above), value)
    return found


def _scalar(text: str) -> str:
    """A value on one line without its quotes and comment; empty where it is something else."""
    if quoted := _QUOTED.match(text):
        return quoted[1] if quoted[1] is not None else quoted[2].replace("''", "'")
    return "" if _BLOCK.match(text) else _COMMENT.sub("", text).strip()
