"""Everything that decides the output of a run: only where none of it changed, ``--resume`` goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from feedtools import __version__
from feedtools.clean.lookup import Stores
from feedtools.config import ALLOW_FILE, DECISIONS_FILE, Config
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import Rule
from feedtools.model import blake2b
from feedtools.system.files import read_regular, write_whole

_LIBRARIES = ("numpy", "rapidfuzz", "regex")
"""Packages that have a say in what is found, and how texts are compared."""
_IDLE = frozenset({"root", "paths", "jobs", "cache", "fail_on", "history", "since"})
"""Fields of the configuration that say nothing about an output."""


def deciding(config: Config, rules: Iterable[Rule], evidence: Evidence, stores: Stores, inputs: str) -> dict[str, str]:
    """Digest everything that decides an output, by what a person would call it.

    A further input of ``clean`` is added here.

    Args:
        config: of the run.
        rules: the selected ones.
        evidence: what the articles taught.
        stores: what was published, and the originals.
        inputs: digest of the files to clean.
    """
    published = stores.store(stores.published).identity() if stores.published else None
    facts: dict[str, object] = {
        "the inputs": inputs,
        "the version of feedtools or of its libraries": (__version__, sys.version_info[:2], _libraries()),
        "the configuration": sorted(
            (name, _plain(value)) for name, value in config._asdict().items() if name not in _IDLE
        ),
        "the rules": _content(rules),
        "the compounds that were learned": (
            sorted(evidence.compounds.items()),
            _bytes([config.root / config.learned] if config.learned else []),
        ),
        "exceptions, baseline or decisions": _bytes(
            config.root / name for name in (ALLOW_FILE, DECISIONS_FILE, config.baseline) if name
        ),
        "the index": (stores.published, published),
        "the originals": stores.content,
    }
    return {name: blake2b(repr(fact).encode("utf-8", "surrogatepass")).hex() for name, fact in facts.items()}


def _libraries() -> list[str]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return found


def _plain(value: object) -> object:
    """A value whose ``repr`` does not depend on the order of tables."""
    if isinstance(value, Mapping):
        return sorted((key, _plain(one)) for key, one in value.items())
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    return value


def _content(rules: Iterable[Rule]) -> object:
    """The selected rules with their options, and whatever lies in the folders that they may read from."""
    chosen = [(rule.id, rule.level, _plain(rule.options)) for rule in rules]
    folders = {rule.path.parent for rule in rules}
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return chosen, _bytes(files)


def _bytes(paths: Iterable[Path]) -> list[tuple[str, bytes]]:
    """The digests of files; one that is not there has an empty one."""
    found = []
    for path in paths:
        try:
            found.append((path.name, blake2b(read_regular(path))))
        except OSError:
            found.append((path.name, b""))
    return found


def changed(state: Path, now: Mapping[str, str]) -> list[str] | None:
    """List what changed since an earlier run wrote its state; ``None`` where there was none."""
    try:
        before = json.loads(state.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        before = None
    held = before if isinstance(before, dict) else {}
    return [name for name in now if held.get(name) != now[name]]


def note(state: Path, now: Mapping[str, str]) -> None:
    """Keep what decides the output for a run that may have to go on from this one.

    Raises:
        WriteError: it cannot be written.
    """
    write_whole(state, json.dumps(now).encode())
