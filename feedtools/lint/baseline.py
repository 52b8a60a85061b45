"""Baselines: the findings that were there when checking began, so that only new ones stop anybody."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from feedtools.errors import ConfigError
from feedtools.lint.fingerprint import fingerprints, relative
from feedtools.model import Finding
from feedtools.system.files import read_regular, spare_others, write_whole

VERSION = 1
_BEGINNING = '{"version":'


class Entry(NamedTuple):
    """One finding of a baseline: its file, from the configuration's folder, and its rule."""

    file: str
    rule: str


class Seen(NamedTuple):
    """Bounds of a run's findings: in which files, by which rules."""

    files: Sequence[str]
    rules: frozenset[str]


class Known(NamedTuple):
    """Findings against a baseline: those that are new, how many are known, and how many of it are gone."""

    new: list[Finding]
    known: int
    gone: int


def dump(findings: Sequence[Finding], root: Path, kept: Mapping[str, Entry] = MappingProxyType({})) -> bytes:
    """Write the baseline file: sorted, one finding per line, so that version control merges it; lines do not count.

    Args:
        findings: to write.
        root: folder of the configuration.
        kept: further entries, of an earlier baseline.
    """
    rows = [
        (relative(finding.article.source, str(root)), finding.rule, fingerprint)
        for finding, fingerprint in zip(findings, fingerprints(findings, str(root)), strict=True)
    ]
    written = {fingerprint for _, _, fingerprint in rows}
    rows += [(*entry, fingerprint) for fingerprint, entry in kept.items() if fingerprint not in written]
    listed = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in sorted(rows))
    body = f"[\n{listed}\n ]" if rows else "[]"
    return f'{_BEGINNING} {VERSION},\n "findings": {body}}}\n'.encode("utf-8", "backslashreplace")


def load(path: Path) -> Mapping[str, Entry]:
    """Fingerprints of a baseline, each with its file and rule.

    Raises:
        ConfigError: it is missing, or no baseline.
    """
    try:
        raw = json.loads(read_regular(path))
        version, known = raw["version"], {fingerprint: Entry(file, rule) for file, rule, fingerprint in raw["findings"]}
    except OSError as error:
        reason = f"the baseline cannot be read: {error.strerror or error}; write one with --write-baseline"
        raise ConfigError(reason, path=str(path)) from error
    except KeyError as error:
        raise ConfigError(f"not a baseline: it has no {error}", path=str(path)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(f"not a baseline: {error}", path=str(path)) from error
    if version != VERSION:
        raise ConfigError(f"a baseline of version {version}, expected {VERSION}; write it anew", path=str(path))
    return known


def write(findings: Sequence[Finding], path: Path, root: Path, seen: Seen) -> int:
    """Write a baseline; of the one that it replaces, keep what this run could not see.

    Args:
        findings: known from now on.
        path: of the baseline.
        root: folder of the configuration.
        seen: what the run looked at.

    Returns:
        How many entries of the earlier one were kept.

    Raises:
        WriteError: it cannot be written, or another file stands there.
    """
    spare_others(path, _BEGINNING.encode(), "no baseline")
    try:
        earlier = load(path)
    except ConfigError:  # there is none, or a damaged one that is written anew
        earlier = {}
    unseen = _Unseen(seen, root)
    kept = {mark: one for mark, one in earlier.items() if unseen(one) and (root / one.file).exists()}
    write_whole(path, dump(findings, root, kept))
    return len(kept)


def compare(findings: Sequence[Finding], baseline: Mapping[str, Entry], root: Path, seen: Seen) -> Known:
    """Take the known findings out; of the baseline, what this run saw and did not find counts as gone."""
    found = fingerprints(findings, str(root))
    new = [finding for finding, mark in zip(findings, found, strict=True) if mark not in baseline]
    still, unseen = frozenset(found), _Unseen(seen, root)
    gone = sum(not unseen(entry) for mark, entry in baseline.items() if mark not in still)
    return Known(new, len(findings) - len(new), gone)


class _Unseen:
    """Tells if a run could not have found an entry of a baseline."""

    def __init__(self, seen: Seen, root: Path) -> None:
        self._files = {relative(file, str(root)) for file in seen.files}
        self._rules = seen.rules

    def __call__(self, entry: Entry) -> bool:
        return entry.file not in self._files or entry.rule not in self._rules
