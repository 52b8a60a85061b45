"""Which published articles an article repeats: candidates by shared keys, each verified on its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from feedtools import normal
from feedtools.index.postings import digest_posting, head_posting
from feedtools.index.store import Document, Store, stored_keys
from feedtools.match import explain, match_symbols
from feedtools.model import Match
from feedtools.sketch import Sketch, sketch

SHARED = 0.1
"""As in ``feedtools.dedup``: the share of the shorter text's keys that a candidate must have in common."""
CANDIDATES = 32
"""Documents verified together for one article: those that share most, the earliest published first."""
MOST = 512
"""Documents looked at for one article, at the most."""


class Published(NamedTuple):
    """A published copy of an article; in ``match`` the article is number 0 and the document number 1."""

    document: Document
    match: Match


def find(store: Store, texts: Sequence[str], *, own: frozenset[str] = frozenset()) -> list[list[Published]]:
    """For each text the published documents it repeats, the best first and with evidence; overlaps are left out.

    Args:
        store: the memory of what was published.
        texts: raw articles.
        own: sources that are not compared with: the files the texts come from.
    """
    return [_find(store, text, own) for text in texts]


def _find(store: Store, text: str, own: frozenset[str]) -> list[Published]:
    made = sketch(text)
    symbols = normal.symbols(text)
    holding = store.holding(stored_keys(made))
    shared = Counter(number for numbers in holding.values() for number in numbers)
    certain = _certain(made, holding)
    ranked = sorted(shared, key=lambda number: (-shared[number], number not in certain, number))[:MOST]
    found: list[Published] = []
    for start in range(0, len(ranked), CANDIDATES):
        part = ranked[start : start + CANDIDATES]
        for document in store.documents(part):
            if document.source in own or not _enough(document, made, shared[document.number], certain):
                continue
            match = match_symbols(symbols, normal.symbols(document.text), text, document.text, 0, 1)
            if match is not None and match.kind != "overlap":
                found.append(Published(document, match))
        if found:
            break
    found.sort(key=_best_first)
    return [_explained(found[0], text), *found[1:]] if found else []


def _explained(found: Published, text: str) -> Published:
    texts = (text, found.document.text)
    return found._replace(match=explain(found.match, texts[found.match.a], texts[found.match.b]))


def _certain(made: Sketch, holding: Mapping[int, Sequence[int]]) -> frozenset[int]:
    """Documents that begin alike or are the same text: candidates however few keys they share."""
    keys = [digest_posting(made.digest)] + ([head_posting(made.head)] if made.head is not None else [])
    return frozenset(number for key in keys for number in holding.get(key, ()))


def _enough(document: Document, made: Sketch, shared: int, certain: frozenset[int]) -> bool:
    return document.number in certain or shared >= SHARED * min(len(made.keys), document.keys)


def _best_first(found: Published) -> tuple[bool, float, float, str, int]:
    document, match = found
    return (
        match.kind != "exact",
        -match.similarity,
        -max(match.coverage_a, match.coverage_b),
        document.source,
        document.line,
    )
