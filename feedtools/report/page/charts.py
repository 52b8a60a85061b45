"""Small charts as inline SVG: no script, no style attribute, readable in both colour schemes."""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import LEVELS
from feedtools.report.page.data import summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from feedtools.report.page.data import Tally
    from feedtools.report.page.words import Words

BINS = 96
"""Columns of a chart at most; more transmissions share a column."""


def strip(parts: Sequence[tuple[str, int]], label: str) -> str:
    """Shares of a whole as one line.

    Args:
        parts: class of the fill (``kept``) and amount.
        label: what it shows, for those who cannot see it.
    """
    total = sum(amount for _, amount in parts) or 1
    left, bars = 0.0, []
    for name, amount in parts:
        share = 100 * amount / total
        bars.append(f'<rect class="{name}-f" x="{left:.2f}%" width="{share:.2f}%" height="100%"/>')
        left += share
    return f'<svg class="strip" role="img" aria-label="{escape(label)}">{"".join(bars)}</svg>'


def bar(amount: int, most: int, level: str) -> str:
    """One amount beside others, of which the largest is ``most``."""
    share = 100 * amount / most if most else 0
    return (
        f'<svg class="bar" aria-hidden="true"><rect class="{level}-f" width="{share:.1f}%" height="100%" rx="2"/></svg>'
    )


def spark(values: Sequence[int], level: str, *, wide: bool = False, names: Sequence[str] = ()) -> str:
    """The course of one amount.

    Args:
        values: in the order of time.
        level: class of the fill.
        wide: as a chart by itself.
        names: of the values, as markup, for whoever points at a bar.
    """
    most, step = max(values, default=0) or 1, 1000 / max(1, len(values))
    thick = min(step * 0.8, 110)
    bars = [
        f'<rect class="{level}-f" x="{(number + 0.5) * step - thick / 2:.0f}" y="{100 - 100 * value / most:.0f}" '
        f'width="{thick:.0f}" height="{100 * value / most:.0f}"'
        + (f"><title>{names[number]}: {value:,}</title></rect>" if names else "/>")
        for number, value in enumerate(values)
        if value
    ]
    box = 'viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg class="{"chart" if wide else "spark"}" {box}>{"".join(bars)}</svg>'


class Column(NamedTuple):
    """Some transmissions, one after the other: the first, the last, how many, and what was found in them.

    ``found`` counts by rule and level, as in ``Tally``.
    """

    first: str
    last: str
    files: int
    found: Counter[str]

    @property
    def rules(self) -> Counter[str]:
        """Findings by rule."""
        return summed(self.found, 0)

    @property
    def levels(self) -> Counter[str]:
        """Findings by level."""
        return summed(self.found, 1)


def listed(found: Mapping[str, int]) -> str:
    """Counts by rule and level as the script reads them: ``FT301 error 2,FT401 note 1``."""
    return ",".join(f"{name} {amount}" for name, amount in sorted(found.items()) if amount)


def columns(groups: Sequence[Column], label: str, say: Words) -> str:
    """Defects by transmission, stacked by level, errors at the bottom.

    Args:
        groups: the transmissions of every column, in the order of time.
        label: what it shows, for those who cannot see it.
        say: the words of the page.
    """
    stacks = [by_level(group.levels) for group in groups]
    most, wide = max((sum(stack) for stack in stacks), default=0) or 1, 1000 / max(1, len(stacks))
    thick = min(max(wide * 0.86, 1), 56)
    parts = ['<rect class="base-f" y="99.4" width="1000" height=".6"/>']
    for number, (group, stack) in enumerate(zip(groups, stacks, strict=True)):
        top, inside = 99.4, []
        for level, amount in zip(LEVELS, stack, strict=True):
            if amount:
                high = 97 * amount / most
                top -= high
                inside.append(
                    f'<rect class="{level}-f" x="{(number + 0.5) * wide - thick / 2:.1f}" y="{top:.1f}" '
                    f'width="{thick:.1f}" height="{high:.1f}"/>'
                )
        names = group.first if group.files == 1 else f"{group.first} … {group.last}"
        words = ", ".join(
            f"{amount:,} {say(f'{level}s')}" for level, amount in zip(LEVELS, stack, strict=True) if amount
        )
        told = escape(listed(group.found))
        title = f"<title>{escape(safe(names))}: {words or say('nothing found')}</title>"
        parts.append(f'<g data-c="{told}">{title}{"".join(inside)}</g>')
    return (
        f'<svg class="chart" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def by_level(levels: Mapping[Any, int]) -> list[int]:
    """Errors, warnings, notes."""
    return [levels.get(level, 0) for level in LEVELS]


def binned(tallies: Iterable[Tally], count: int, limit: int = BINS) -> Iterator[Column]:
    """The transmissions in at most ``limit`` groups of neighbours, sizes as equal as can be.

    Args:
        tallies: of every transmission; read once.
        count: how many there are.
        limit: of groups.
    """
    rest, bins = iter(tallies), min(limit, count)
    for number in range(bins):
        found: Counter[str] = Counter()
        names: list[str] = []
        size = (number + 1) * count // bins - number * count // bins
        for tally in islice(rest, size):
            found.update(tally.found)
            names = [*names[:1], tally.path]
        yield Column(names[0], names[-1], size, found)


def safe(text: str) -> str:
    """Text that UTF-8 and a reader can take: lone surrogates and what is not printable become ``?``."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)
