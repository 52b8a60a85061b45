"""Parts of a record by their names: a key, or the way to one inside others (``data.body``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from feedtools.model import SYNTAXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


SYNTAX = "syntax"
"""The field that notes the syntax of a text."""


def find(record: Mapping[str, Any], key: str) -> Any:
    """The value under a key, else the one that a way of keys leads to, or ``None``.

    >>> find({"data": {"body": "a"}}, "data.body"), find({"data.body": "b"}, "data.body")
    ('a', 'b')
    """
    if key in record or "." not in key:
        return record.get(key)
    value: Any = record
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def placed(record: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The record with a value where ``find`` finds it; a way of keys that leads nowhere is a key as it stands."""
    head, dot, rest = key.partition(".")
    inner = record.get(head)
    if key not in record and dot and isinstance(inner, dict):
        return {**record, head: placed(inner, rest, value)}
    return {**record, key: value}


def identity(record: Mapping[str, Any], key: str) -> str:
    """The record's own name; empty where it has none."""
    value = find(record, key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def date(record: Mapping[str, Any], *keys: str) -> str:
    """The first date that a record has under some keys, as it stands; empty where it has none."""
    found = (find(record, key) for key in keys)
    return next((str(value) for value in found if value is not None and not isinstance(value, bool | dict | list)), "")


def syntax(record: Mapping[str, Any]) -> str:
    """The syntax of the text that ``clean`` notes in what it writes, so that it is read in the same way again."""
    value = record.get(SYNTAX)
    if not isinstance(value, str):
        return ""
    plain = value.partition("/")[0]
    return value if value in SYNTAXES else plain if plain in SYNTAXES else ""


def names(record: Mapping[str, Any], depth: int = 2) -> Iterator[str]:
    """The keys of a record, and the ways to those inside others."""
    for key, value in record.items():
        yield key
        if depth > 1 and isinstance(value, dict):
            yield from (f"{key}.{name}" for name in names(value, depth - 1))


def dumps(record: Mapping[str, Any]) -> str:
    """A record as JSON; what JSON has no form for is written as its string."""
    return json.dumps(record, ensure_ascii=False, default=str)
