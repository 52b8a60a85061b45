"""Which published articles an article repeats: candidates by shared keys, each verified on its text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from feedtools import normal
from feedtools.index.postings import digest_posting, head_posting
from feedtools.index.store import Document, Store, stored_keys
from feedtools.match import explain, match_symbols
from feedtools.model import Match
from feedtools.sketch import FEW_KEYS, SHARED, Sketch, grams, sketch

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
    symbols = grams(text).symbols
    holding = store.holding(stored_keys(made))
    shared = Counter(number for numbers in holding.values() for number in numbers)
    hints = _hints(made, holding)
    ranked = _ranked(shared, hints.same)[:MOST]
    sizes = store.sizes(ranked)
    wanted = [number for number in ranked if number in sizes and _enough(number, sizes, made, shared, hints)]
    found: list[Published] = []
    for start in range(0, len(wanted), CANDIDATES):
        for document in store.documents(wanted[start : start + CANDIDATES]):
            if document.source in own:
                continue
            match = match_symbols(symbols, normal.symbols(document.text), text, document.text, 0, 1)
            if match is not None and match.kind != "overlap":
                found.append(Published(document, match))
        if found:
            break
    found.sort(key=_best_first)
    return [_explained(found[0], text), *found[1:]] if found else []


def _ranked(shared: Mapping[int, int], same: frozenset[int]) -> list[int]:
    """Documents by how many keys they share, most first; between equals the same text, then the earliest."""
    several = [number for number, count in shared.items() if count > 1 or number in same]
    several.sort(key=lambda number: (-shared[number], number not in same, number))
    return several + sorted(shared.keys() - set(several))  # thousands where a head is a stock opening


def _explained(found: Published, text: str) -> Published:
    texts = (text, found.document.text)
    return found._replace(match=explain(found.match, texts[found.match.a], texts[found.match.b]))


class _Hints(NamedTuple):
    """Documents that are candidates however few keys they share: the same text, and those that begin alike."""

    same: frozenset[int]
    begun_alike: frozenset[int]


def _hints(made: Sketch, holding: Mapping[int, Sequence[int]]) -> _Hints:
    heads = holding.get(head_posting(made.head), ()) if made.head is not None else ()
    return _Hints(frozenset(holding.get(digest_posting(made.digest), ())), frozenset(heads))


def _enough(number: int, sizes: Mapping[int, int], made: Sketch, shared: Mapping[int, int], hints: _Hints) -> bool:
    """Whether to verify a document: the conditions of ``feedtools.dedup``."""
    least = min(len(made.keys), sizes[number])
    begun_alike = number in hints.begun_alike
    by_hint = number in hints.same or (begun_alike and least < FEW_KEYS)
    return by_hint or shared[number] - begun_alike >= SHARED * least


def _best_first(found: Published) -> tuple[bool, float, float, str, int]:
    document, match = found
    return (
        match.kind != "exact",
        -match.similarity,
        -max(match.coverage_a, match.coverage_b),
        document.source,
        document.line,
    )
