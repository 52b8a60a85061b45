"""Words for what articles are to the copies that stand for them, found for some hundred articles at a time."""

from __future__ import annotations

from collections.abc import Iterator

from feedtools.clean.copies import Copies, place_text
from feedtools.clean.decide import CopyOf
from feedtools.clean.on_disk import Texts
from feedtools.dedup.cluster import partner
from feedtools.dedup.describe import PLACED, describe
from feedtools.dedup.explain_batch import explain_all
from feedtools.model import Match

AHEAD = 512
"""Articles whose copies are aligned at a time."""


class ExplainedCopies:
    """Table of what articles are to others; to be asked in the order of numbers.

    Args:
        copies: who stands for whom.
        texts: of all articles.
    """

    def __init__(self, copies: Copies, texts: Texts) -> None:
        self._copies, self._texts = copies, texts
        self._aligned: dict[int, Match] = {}
        self._known = range(0)

    def words(self, number: int, standing: CopyOf, end: int) -> str:
        """Say in words what an article is to the copy that stands for it.

        Args:
            number: of the article.
            standing: of the article.
            end: number behind the last article that will be asked for.
        """
        if number not in self._known:
            self._look_ahead(range(number, max(number + 1, min(number + AHEAD, end))))
        match = self._aligned.get(number, standing.match)
        other = partner(match, number)
        said = describe(match, number, place_text(self._copies.place(other)))
        if other == standing.number:
            return said
        return f"{said}; {place_text(self._copies.place(standing.number))} stands for both"

    def _look_ahead(self, numbers: range) -> None:
        found = dict(self._unplaced(numbers))
        made = explain_all(found.values(), self._texts.__getitem__)
        self._aligned, self._known = dict(zip(found, made, strict=True)), numbers

    def _unplaced(self, numbers: range) -> Iterator[tuple[int, Match]]:
        """The matches whose words say where, and that do not know it."""
        standing = self._copies.standing
        for number in numbers:
            one = standing.get(number)
            if one is None or one.match.kind not in PLACED or one.match.evidence:
                continue
            if partner(one.match, number) >= 0:
                yield number, one.match
