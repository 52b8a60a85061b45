"""Interface of a named checker: what it is given and what it gives back."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.model import Confidence, Edit, Level, Safety
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedtools.text.formulas import Math
    from feedtools.text.placeholders import Placeholder
    from feedtools.text.renderers import Mode


TOKEN = lazy(r"[A-Za-z0-9]{4,}(?:(?<=[0-9])\.[0-9]+[A-Za-z0-9]*)*")  # three letters are an acronym


make = tuple.__new__
"""Make a named tuple from all its fields, in a third of the time; for what a feed holds thousands of."""


class Hit(NamedTuple):
    """One place a checker points at; empty fields take the rule file's value.

    Attributes:
        start: first code point of the span in the raw article.
        end: one past the last; ``end > start``.
        message: what is wrong here and what to do; ``""`` for the rule's own message.
        edits: the repair, if one is offered.
        safety: how far the repair may be trusted; ``None`` for the rule's own.
        confidence: grade of this finding; ``None`` for the rule's own.
        level: how much it matters; ``None`` for the rule's own, which it never exceeds: a doubtful finding informs.
    """

    start: int
    end: int
    message: str = ""
    edits: tuple[Edit, ...] = ()
    safety: Safety | None = None
    confidence: Confidence | None = None
    level: Level | None = None


class Evidence(NamedTuple):
    """Lessons from the rest of the feed: filled by the caller, empty when one article is checked alone.

    Attributes:
        compounds: joined lower-case form to the hyphenated form seen elsewhere in the feed or in the archive.
    """

    compounds: Mapping[str, str] = {}


_NOTHING = Evidence()


class View:
    """One article under check, with what several checkers share computed once.

    Args:
        text: the raw article.
        evidence: what the rest of the feed teaches.
    """

    def __init__(self, text: str, evidence: Evidence | None = None) -> None:
        self.text = text
        self.evidence = evidence or _NOTHING
        self.modes: dict[int, Mode] = {}

    def hyphens(self, cut: int) -> "Mode":
        """Tell what became of hyphens, as ``feedtools.text.renderers.hyphens`` does; three rules and a screen ask."""
        mode = self.modes.get(cut)
        if mode is None:
            from feedtools.text.renderers import hyphens

            mode = self.modes[cut] = hyphens(self.text, cut)
        return mode

    @cached_property
    def placeholders(self) -> "tuple[Placeholder, ...]":
        """Placeholders in order: four rules ask for them, one each kind."""
        from feedtools.text.placeholders import find

        return tuple(find(self.text))

    @cached_property
    def math(self) -> "Sequence[Math]":
        """Formulas in their delimiters, in order, not overlapping, the unclosed one (if any) last."""
        from feedtools.text.formulas import find_math

        return find_math(self.text)


Check = Callable[[View, Mapping[str, Any]], Iterable[Hit]]
