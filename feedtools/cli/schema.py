"""``feedtools schema``: JSON Schemas of the files that people write and read, from which editors complete."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from feedtools.cli import console
from feedtools.config import AUTO, ENDS, FIXINGS, KEEPS, LANGUAGES, MATH_STYLES, NEVER, VERDICTS, Config, Policy
from feedtools.model import CONFIDENCES, KINDS, LEVELS, SAFETIES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^(\w[\w, ]*): (.+?)(?=^\w[\w, ]*: |\Z)", re.MULTILINE | re.DOTALL)
Schema = dict[str, Any]


@click.command()
@click.argument("name", metavar="configuration|rule|manifest", type=click.Choice(("configuration", "rule", "manifest")))
def schema(name: str) -> None:
    """Print the JSON Schema of feedtools.toml, of a rule file, or of a line of manifest.jsonl, for editors."""
    console.out(json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n", "json")


def configuration() -> Schema:
    """The schema of ``feedtools.toml`` and of ``[tool.feedtools]``."""
    words = _words(Config)
    fields = {name: value for name, value in Config._field_defaults.items() if name not in {"root", "file"}}
    keys = {
        name.replace("_", "-"): {"description": words[name], **_kind(name, value)} for name, value in fields.items()
    }
    return {
        "$schema": DIALECT,
        "title": "Configuration of feedtools",
        **_table({**keys, **{key.replace("-", "_"): {"$ref": f"#/properties/{key}"} for key in keys if "-" in key}}),
    }


def _kind(name: str, default: Any) -> Schema:
    codes = _list({"type": "string"})
    if name == "clean":
        return _policy()
    special: Mapping[str, Schema] = {
        "fail_on": {"enum": [*LEVELS, NEVER], "default": default},
        "lang": {"enum": list(LANGUAGES), "default": default},
        "math": {"enum": list(MATH_STYLES), "default": default},
        "rules": _map({"type": "object", "properties": {"level": {"enum": list(LEVELS)}}}),
        "per_file_ignores": _map(codes),
    }
    if name in special:
        return special[name]
    if isinstance(default, tuple):
        return codes
    if isinstance(default, bool):
        return {"type": "boolean", "default": default}
    if isinstance(default, int):
        return {"type": "integer", "default": default, "minimum": 0}
    if isinstance(default, float):
        return {"type": "number", "default": default, "minimum": 0, "maximum": 1}
    if isinstance(default, Mapping):
        return _map({"type": "object"})
    return {"type": "string"} | ({"default": default} if default is not None else {})


def _policy() -> Schema:
    words = _words(Policy)
    values: dict[str, Schema] = {
        "hold": {"enum": [*LEVELS, NEVER], "default": Policy().hold},
        "kinds": _table({kind: {"enum": list(VERDICTS)} for kind in KINDS if kind != "overlap"}),
        "rules": _map({"enum": ["keep", "hold"]}),
        "fix": {"enum": [AUTO, *FIXINGS], "default": AUTO},
        "end": {"enum": [AUTO, *ENDS], "default": AUTO},
        "unique": {"enum": ["hold", "keep"], "default": Policy().unique},
        "rest": {"type": "integer", "default": Policy().rest, "minimum": 1},
        "fixes": _map({"enum": list(FIXINGS)}),
        "keep": {"enum": list(KEEPS), "default": Policy().keep},
    }
    keys = {
        name: {"description": words.get(name, name), **values.get(name, _kind(name, default))}
        for name, default in Policy._field_defaults.items()
    }
    keys["date_key"] = {"$ref": "#/properties/date-key"}
    return _table({name.replace("_", "-"): value for name, value in keys.items()})


def rule() -> Schema:
    """The schema of a rule file."""
    from feedtools.lint import marked, rules

    text: Schema = {"type": "string", "minLength": 1}
    example = _table({key: {"type": "string"} for key in marked.EXAMPLE_KEYS}, ["text"])
    values: dict[str, Schema] = {
        "id": {**text, "pattern": r"^[A-Z]{2,8}\d{3}$"},
        "name": {**text, "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$"},
        "level": {"enum": list(LEVELS)},
        "confidence": {"enum": list(CONFIDENCES)},
        "status": {"enum": list(rules.STATUSES)},
        "scope": {"enum": list(rules.SCOPES)},
        "keywords": _list(text),
        "fix": _table({"replace": {"type": "string"}, "safety": {"enum": list(SAFETIES)}}),
        **{key: _list(example) for key in ("bad", "good", "missed")},
    }
    kinds = {str: "string", bool: "boolean", list: "array", dict: "object"}
    keys = {key: values.get(key, {"type": kinds[kind]}) for key, (kind, _) in rules.KEYS.items()}
    required = [key for key, (_, needed) in rules.KEYS.items() if needed]
    return {"$schema": DIALECT, "title": "Rule of feedtools", **_table(keys, required)}


_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}


def manifest() -> Schema:
    """The schema of one line of ``manifest.jsonl``; further keys may come with a later version."""
    shapes = (
        ("header", {"feedtools-manifest": {"const": 1}, "version": _TEXT, "options": {"type": "object"}}),
        ("file that could not be read", {"unread": {}, "line": {}, "error": _TEXT}),
        ("file", {**dict.fromkeys(("file", "out", "source", "format"), _TEXT), "articles": _COUNT, **_findings()}),
        ("article", _article()),
        ("end of a file", {"end": _TEXT, "digest": _TEXT}),
        ("the run", {"run": {"type": "object"}, "inputs": _TEXT, "earlier": {"type": "array"}}),
        ("further files of the run", {"report": _TEXT}),
    )
    needed = {"article": ["path", "line", "action"], "end of a file": ["end"], "file": ["file", "articles"]}
    kinds = [
        {"title": title, "type": "object", "required": needed.get(title, list(keys)), "properties": keys}
        for title, keys in shapes
    ]
    return {"$schema": DIALECT, "title": "Line of a manifest of feedtools clean", "oneOf": kinds}


def _findings() -> Schema:
    levels = {"level": {"enum": list(LEVELS)}, "confidence": {"enum": list(CONFIDENCES)}, "start": _COUNT}
    required = ["rule", "name", "level", "confidence", "start", "end", "message"]
    return {"findings": _list({"type": "object", "required": required, "properties": levels})}


def _article() -> Schema:
    """Describe the line of one article, by key."""
    edit = {
        "type": "object",
        "required": ["start", "end", "old", "new", "by"],
        "properties": {"start": _COUNT, "end": _COUNT, "old": _TEXT, "new": _TEXT, "by": _list(_TEXT)},
    }
    return {
        "path": _TEXT,
        "line": _COUNT,
        "digest": _TEXT,
        "action": {"enum": ["keep", "fix", "restore", "drop", "hold"]},
        "reasons": _list(_TEXT),
        **_findings(),
        "edits": _list(edit),
        "of": {"type": "object", "required": ["path", "line"], "properties": {"path": _TEXT, "line": _COUNT}},
        "kind": {"enum": list(KINDS)},
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _table(keys: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    made: Schema = {"type": "object", "properties": dict(keys), "additionalProperties": False}
    return made | ({"required": required} if required else {})


def _map(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _words(of: type) -> dict[str, str]:
    """Take the sentences about its attributes from a class's docstring, by name."""
    part = inspect.getdoc(of) or ""
    attributes = inspect.cleandoc(part.partition("Attributes:\n")[2])
    lines = re.sub(r"\n\s+", " ", attributes)
    found = {}
    for match in _ATTRIBUTE.finditer(lines):
        for name in match[1].split(", "):
            found[name] = " ".join(match[2].split())
    return found


SCHEMAS: Mapping[str, Callable[[], Schema]] = {"configuration": configuration, "rule": rule, "manifest": manifest}
