"""Baselines: the findings that were there when checking began, so that only new ones stop anybody."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from feedtools.errors import ConfigError
from feedtools.lint.fingerprint import fingerprints, relative
from feedtools.model import Finding
from feedtools.system.files import read_regular

VERSION = 1


class Known(NamedTuple):
    """Findings against a baseline: those that are new, how many are known, and how many of it are gone."""

    new: list[Finding]
    known: int
    gone: int


def dump(findings: Sequence[Finding], root: Path) -> bytes:
    """Write the baseline file: sorted, one finding per line, so that version control merges it; lines do not count."""
    rows = [
        (relative(finding.article.source, str(root)), finding.rule, fingerprint)
        for finding, fingerprint in zip(findings, fingerprints(findings, str(root)), strict=True)
    ]
    listed = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in sorted(rows))
    body = f"[\n{listed}\n ]" if rows else "[]"
    return f'{{"version": {VERSION},\n "findings": {body}}}\n'.encode("utf-8", "backslashreplace")


def load(path: Path) -> Mapping[str, str]:
    """Fingerprints of a baseline, each with its file.

    Raises:
        ConfigError: it is missing, or no baseline.
    """
    try:
        raw = json.loads(read_regular(path))
        version, known = raw["version"], {fingerprint: file for file, _, fingerprint in raw["findings"]}
    except OSError as error:
        reason = f"the baseline cannot be read: {error.strerror or error}; write one with --write-baseline"
        raise ConfigError(reason, path=str(path)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(f"not a baseline: {error}", path=str(path)) from error
    if version != VERSION:
        raise ConfigError(f"a baseline of version {version}, expected {VERSION}; write it anew", path=str(path))
    return known


def compare(findings: Sequence[Finding], baseline: Mapping[str, str], root: Path, files: Sequence[str]) -> Known:
    """Take the known findings out; of the baseline, what stood in ``files`` and is found no more counts as gone."""
    found = fingerprints(findings, str(root))
    new = [finding for finding, mark in zip(findings, found, strict=True) if mark not in baseline]
    checked = {relative(file, str(root)) for file in files}
    still = frozenset(found)
    gone = sum(file in checked for mark, file in baseline.items() if mark not in still)
    return Known(new, len(findings) - len(new), gone)
