r"""A damaged text beside one of its siblings: what repairs are read from, and how what is taken over is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feedtools.restore.language import Speaker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feedtools.lint.checks.latex.tables import Command
    from feedtools.restore.align import Alignment
    from feedtools.restore.texts import Slot, Text


class Pair(NamedTuple):
    """Pair of texts, and which symbol of one is which of the other.

    Attributes:
        a: the damaged text.
        b: its sibling.
        way: how they are aligned.
        speaker: turns what the sibling says into the language of the feed.
        macros: commands that formulas of the feed may use beside those of the renderer.
    """

    a: Text
    b: Text
    way: Alignment
    speaker: Speaker
    macros: Mapping[str, Command]

    @property
    def flat(self) -> bool:
        """Tell whether the damaged text is one line."""
        return "\n" not in self.a.raw

    def shown(self, slots: Sequence[Slot], fits: str = "", where: Slot | None = None) -> str:
        r"""Print the sibling's text of some slots as the feed would.

        Formulas stand in ``\(…\)`` and ``\[…\]`` or between the feed's dollar signs. Code is part of the line where
        the article is one line, else a block with a fence.

        Args:
            slots: one formula, or blocks of code that follow one another.
            fits: ``math`` or ``display`` where a formula that may be either stands in for one of that kind.
            where: what is replaced.
        """
        if slots[0].kind == "code":
            return self._code(slots, where)
        source = self.b.raw[slots[0].start : slots[0].end]
        source = as_brackets(source)
        if slots[0].fits == "either" and fits == "math":
            source = f"\\({source[2:-2].strip()}\\)"
        return self.speaker.formula(" ".join(source.split()) if self.flat else source.strip())

    def _code(self, slots: Sequence[Slot], where: Slot | None) -> str:
        bodies = [self.speaker.in_script(code_body(self.b.raw[slot.start : slot.end])) for slot in slots]
        if self.flat:
            return " ".join(" ".join(bodies).split())
        raw = self.a.raw
        before = "" if where is None or raw[: where.start].endswith("\n") or not where.start else "\n\n"
        after = "" if where is None or where.end >= len(raw) or raw[where.end] == "\n" else "\n\n"
        blocks = "\n\n".join(f"{_fence(body)}\n{body}\n{_fence(body)}" for body in bodies)
        return f"{before}{blocks}{after}"


def pair_of(a: Text, b: Text, way: Alignment, macros: Mapping[str, Command]) -> Pair:
    """Put two aligned texts side by side."""
    return Pair(a, b, way, Speaker(a.raw, b.raw), macros)


def as_brackets(source: str) -> str:
    r"""A formula between ``\(…\)`` or ``\[…\]`` instead of dollar signs."""
    if source.startswith("$$"):
        return f"\\[{source[2:-2].strip()}\\]"
    return f"\\({source[1:-1].strip()}\\)" if source.startswith("$") else source


def code_body(source: str) -> str:
    """A block of code without its fences."""
    first, last = source.find("\n") + 1, source.rstrip().rfind("\n")
    return source[first : max(first, last)]


def _fence(body: str) -> str:
    return "````" if "```" in body else "```"
