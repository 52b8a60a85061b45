"""The end of a batch run in words: what was done, what is left to a person, and the command that does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedtools.clean.remaining import Remaining
    from feedtools.clean.run import Cleaned
    from feedtools.report.page.data import Counts

_SOURCE = ("FT101", "FT102", "FT103", "FT104", "FT201", "FT401")
"""Rules whose damage a source or a whole copy repairs."""
_LISTED = 6
"""Rules that are named."""
_MARKS = {"drop": "dropped", "hold": "held", "fix": "fixed", "restore": "restored"}


def summary(counts: Counts) -> str:
    """Put the account into one line; its numbers add up."""
    from feedtools.report.summary import plural

    return (
        f"{plural(counts.articles, 'article')} in {plural(counts.files, 'file')} = "
        f"{counts.kept:,} kept + {counts.dropped:,} dropped + "
        f"{counts.held:,} held ({counts.fixed:,} fixed, {counts.restored:,} restored)"
    )


def closing(cleaned: Cleaned, out: Path | None) -> Iterator[str]:
    """Say how a run ended, line by line.

    Args:
        cleaned: what the run gave.
        out: where its output is; nothing where it was only shown.
    """
    from feedtools.report.summary import plural

    counts, left = cleaned.counts, cleaned.remaining
    yield summary(counts)
    if left is None:
        return
    if left.marked:
        told = ", ".join(f"{count:,} would be {_MARKS[mark]}" for mark, count in sorted(left.marked.items()))
        yield f"files left as they are; marked in the manifest: {told}"
    if left.cut:
        yield f"{plural(left.cut, 'article')} cut short at what is broken; the manifest has what was cut"
    if counts.dropped:
        lost = f"{plural(left.lost, 'character')} of dropped copies" if left.lost else "no text of a dropped copy"
        yield f"{lost} missing from the copies that are kept{_rejected(left)}"
    yield from _decided(cleaned, left)
    names, count = left.empty
    if count:
        others = f" and {count - len(names):,} more" if count > len(names) else ""
        yield f"nothing is left of {', '.join(names)}{others}: every article was dropped or held"
    yield from _held(counts.held or left.marked["hold"], left)
    if out is not None and cleaned.written:
        yield from _next(counts, left, out)
    elif out is not None:
        yield f"nothing was written to {out}: no article could be read"


def _rejected(left: Remaining) -> str:
    return f"; {left.rejected:,} rejected by decision" if left.rejected else ""


def _decided(cleaned: Cleaned, left: Remaining) -> Iterator[str]:
    from feedtools.report.summary import plural

    if cleaned.decisions:
        stale = cleaned.decisions - len(left.decided)
        unused = f", {stale:,} about articles or words that are not here" if stale > 0 else ""
        yield f"{plural(len(left.decided), 'decision')} applied{unused}"


def _held(held: int, left: Remaining) -> Iterator[str]:
    if not held:
        return
    common = left.held.most_common()
    listed = ", ".join(f"{name} {count:,}" for name, count in common[:_LISTED])
    more = f" and {len(common) - _LISTED} other reasons" if len(common) > _LISTED else ""
    yield f"{held:,} held for {listed}{more}"
    ways = []
    if left.ready:
        ways.append(f"suggestions alone release {left.ready:,}")
    if any(name.split()[0] in _SOURCE for name in left.held):
        ways.append("a source brings back what was lost (--sources DIR)")
    if left.ending:
        ways.append(f'an end before the break releases {left.ending:,} ([clean] end = "break" or "sentence")')
    ways.append("a decision releases any")
    yield f"  {'; '.join(ways)}"


def _next(counts: Counts, left: Remaining, out: Path) -> Iterator[str]:
    from feedtools.report.summary import plural

    place = quote(str(out))
    if left.offered:
        yield f"{plural(left.offered, 'suggestion')} offered and not taken"
    yield f"report: {out / 'report.html'}"
    if counts.held:
        yield f'next: feedtools review {place}, or correct "text" in {out / "held"} and feedtools publish {place}'
    elif left.offered:
        yield f"next: feedtools review {place}"
    else:
        yield f"all of it can be taken back: feedtools clean --undo {place} -o DIR"
