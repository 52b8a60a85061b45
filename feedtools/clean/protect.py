"""Nothing a person wrote is overwritten: what a run would replace is compared with what the last one wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.errors import ReadError, WriteError
from feedtools.readers import MANIFEST
from feedtools.readers.records import file_digest

REPORT = "report.html"
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that file managers leave, and nobody wrote."""
_NAMED = 5
"""Files that a refusal names."""


class OverwriteError(WriteError):
    """A file would be replaced that the run did not write."""


class Strange(NamedTuple):
    """Files of an output that are not as they were written, by their names in it.

    Attributes:
        articles: files with what is published, to the digest they have now.
        held: files of held articles, likewise.
        others: the report, and files that were put by.
        unknown: names that no run wrote.
        old: the output is of a version that kept no digests.
    """

    articles: Mapping[str, str] = MappingProxyType({})
    held: Mapping[str, str] = MappingProxyType({})
    others: Mapping[str, str] = MappingProxyType({})
    unknown: tuple[str, ...] = ()
    old: bool = False


def inspect(out: Path) -> Strange:
    """Compare an output with the digests in its manifest; a folder without a manifest has nothing to compare.

    Raises:
        ReadError: a file cannot be read.
    """
    try:
        rows = manifest.read(out / MANIFEST)
        head = next(rows, {})
    except ReadError:
        return Strange()
    if not head.get("digests"):
        return Strange(old=True)
    written = {name: (kind, digest) for kind, name, digest in _written(rows)}
    found: dict[str, dict[str, str]] = {"articles": {}, "held": {}, "others": {}}
    unknown = []
    for name in _files(out):
        if name not in written:
            unknown.append(name)
            continue
        kind, digest = written[name]
        now = file_digest(out / name) if _is_file(out / name) else "no regular file"
        if now != digest:
            found[kind][name] = now
    return Strange(found["articles"], found["held"], found["others"], tuple(unknown))


def _written(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Kind, name and digest of every file that the manifest names."""
    out = ""
    for row in rows:
        if "file" in row:
            out = row["out"]
        elif "end" in row:
            yield "articles", out, row["digest"]
            yield from (("held", name, digest) for name, digest in row.get("held", {}).items())
            yield from (("others", name, digest) for name, digest in row.get("put by", {}).items())
        elif "report" in row:
            yield "others", row["report"], row["digest"]


def _is_file(path: Path) -> bool:
    return not path.is_symlink() and path.is_file()


def _files(out: Path) -> Iterator[str]:
    for folder, _, names in os.walk(out):
        for name in sorted(names):
            path = Path(folder, name).relative_to(out).as_posix()
            if path != MANIFEST and name not in _LITTER:
                yield path


def refuse(out: Path, strange: Strange, *, taking: bool = False) -> None:
    """Stop where a run would replace what it did not write.

    Args:
        out: the output.
        strange: what about it is not as it was written.
        taking: edited articles are taken up.

    Raises:
        OverwriteError: names the files and says what to do.
    """
    if strange.old:
        message = "the output is of a version that kept no digests, so nobody can tell if it was edited"
        raise OverwriteError(f"{message}; choose another place, or replace it with --force", path=str(out))
    publish = f"feedtools publish {out} takes edits up as decisions"
    for names, what, then in (
        ([] if taking else list(strange.articles), "edited since it was written", publish),
        (list(strange.others), "edited since it was written", "move it away"),
        (list(strange.unknown), "not a file of this output", "move it away"),
    ):
        if names:
            others = f" (so it is with {_listed(names[1:])})" if len(names) > 1 else ""
            message = f"{what}, and this run would replace it{others}; {then}, or overwrite with --force"
            raise OverwriteError(message, path=str(out / names[0]))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
