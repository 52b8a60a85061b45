"""Aligned spans of many matches at once: ``evidence.explain`` over a block of texts, read with numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.dedup.evidence import aligned, explain
from feedtools.dedup.overlap import overlap
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from feedtools.model import Match


def explain_all(matches: Iterable[Match], text: Callable[[int], str]) -> Iterator[Match]:
    """Fill in the evidence of some matches, in their order.

    Args:
        matches: their texts are read a block at a time.
        text: of a document, by its number.
    """
    texts: dict[int, str] = {}
    some: list[Match] = []
    size = 0
    for match in matches:
        some.append(match)
        for number in (match.a, match.b):
            if number not in texts:
                texts[number] = text(number)
                size += len(texts[number])
        if size >= symbols_batch.BLOCK:
            yield from _explained(some, texts)
            texts, some, size = {}, [], 0
    yield from _explained(some, texts)


def _explained(matches: Sequence[Match], texts: Mapping[int, str]) -> Iterator[Match]:
    at = {number: place for place, number in enumerate(texts)}
    symbols, offsets, codes, _ = symbols_batch.placed(texts.values())
    for match in matches:
        a, b = at[match.a], at[match.b]
        if texts[match.a] == texts[match.b]:
            yield explain(match, texts[match.a], texts[match.b])
        elif (found := overlap(codes[a], codes[b])) is None:
            yield match
        else:
            yield match._replace(evidence=aligned(found, symbols[a], symbols[b], offsets[a], offsets[b]))
