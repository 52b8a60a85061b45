"""Search for the published articles that an article repeats: candidates by shared keys, each verified on its text.

What one article can cost is bounded, whatever was published: a key proposes ``CAP`` documents at most, ``MOST`` of them
are weighed, and ``VERIFIED`` texts are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.candidates import FEW_KEYS, REST, worth
from feedtools.dedup.index.postings import digest_posting, head_posting
from feedtools.dedup.index.store import CAP, Own, PublishedArticle, Store, stored_keys
from feedtools.dedup.sketch import Sketch, shingles, sketch
from feedtools.model import COPIES, Match

if TYPE_CHECKING:
    from feedtools.dedup.slots import FrameSlot

TOGETHER = 64
"""Texts that are looked up together."""
MOST = 2048
"""Documents weighed for one article: those that share most keys, the earliest published first."""
CANDIDATES = 16
"""Documents verified together for one article; once a copy is found, no more are."""
VERIFIED = 256
"""Documents verified for one article, at the most: those that share the rarest keys. Of many that share the same keys,
as all do that have one footer, no more are verified once one of them was not a copy."""
HELD = 2_000_000
"""Code points of documents that are kept for the next texts."""
OF_BEST = 0.25
"""Share of the keys that the likeliest sibling has in common with a text, below which no other has most of it."""
GIVES_BACK = 0.5
"""Share of a text that a document must have to give back what is lost in it."""


class Published(NamedTuple):
    """A published copy of an article; in ``match`` the article is number 0 and the document number 1.

    Attributes:
        document: the published one.
        match: between them.
        copy: whether it is one; else they are alike, and are versions of one article if their ids say so.
    """

    document: PublishedArticle
    match: Match
    copy: bool = True


def find(
    store: Store, texts: Sequence[str], *, own: Own = frozenset(), rest: int = REST, versions: bool = False
) -> list[list[Published]]:
    """Find the published documents that each text repeats, the best first and with evidence; overlaps are left out.

    What several of the texts differ in from one document, each in its own way, is the frame of a series, as among texts
    of one feed: that the documents alone do not tell so is no matter.

    Args:
        store: the memory of what was published.
        texts: raw articles.
        own: sources, and batches of sources, that are not compared with: the files the texts come from.
        rest: symbols in a row from which text of its own keeps a text from being a copy.
        versions: whether to give documents besides that have an id and are alike, copies or not.
    """
    found: list[list[Published]] = []
    compared: list[tuple[Match, Sequence[FrameSlot]]] = []
    with store.snapshot():  # a source may be replaced meanwhile; nobody is to see it half gone
        read = _Reader(store)
        for start in range(0, len(texts), TOGETHER):
            part = texts[start : start + TOGETHER]
            for text, numbers in zip(part, _candidates(store, part), strict=True):
                verified = _verified(read, text, numbers, own, partial(_copies, rest=rest, versions=versions))
                compared += verified.numbered(-1 - len(found))
                found.append(verified.found)
    items = {
        (told.a, told.b)
        for told, (match, _) in zip(_told_apart(compared), compared, strict=True)
        if told.kind not in COPIES or told != match
    }
    return [
        _without(items, -1 - number, copies, text)
        for number, (copies, text) in enumerate(zip(found, texts, strict=True))
    ]


def _told_apart(compared: Sequence[tuple[Match, Sequence[FrameSlot]]]) -> Iterable[Match]:
    """Tell series apart; where nothing was compared, as for most articles, nothing that compares is imported."""
    if not compared:
        return ()
    from feedtools.dedup.series import told_apart

    return told_apart(compared)


def _without(items: set[tuple[int, int]], number: int, copies: Sequence[Published], text: str) -> list[Published]:
    """The copies of a text that are no items of a series beside it, the best with evidence."""
    left = [
        one
        for one in copies
        if not (one.copy and {(number, one.document.number), (one.document.number, number)} & items)
    ]
    return [_explained(left[0], text), *left[1:]] if left else []


def find_siblings(store: Store, text: str) -> list[PublishedArticle]:
    """Find the documents that have most of a text, the best first: they may give back what it lost.

    A copy has all of it; these need not, since the text is damaged or the document was revised.
    """
    with store.snapshot():
        (ranked,) = _candidates(store, [text], OF_BEST)
        return [one.document for one in _verified(_Reader(store), text, ranked, frozenset(), _siblings).found]


def find_alike(store: Store, text: str) -> list[Published]:
    """Find the documents that a text repeats, as ``find`` does without evidence, and those it has much in common with.

    The latter are no copies (``Published.copy``), and come last.
    """
    with store.snapshot():
        (ranked,) = _candidates(store, [text])
        return _verified(_Reader(store), text, ranked, frozenset(), _alike).found


class _Candidate(NamedTuple):
    """A document to verify, and which keys it shares; told only where there are many."""

    number: int
    keys: tuple[int, ...] = ()


def _candidates(store: Store, texts: Sequence[str], of_best: float = 0) -> list[list[_Candidate]]:
    """Find the documents worth verifying for each text, the likeliest first.

    Args:
        store: the memory of what was published.
        texts: raw articles.
        of_best: share of the keys that the best one has in common with a text, which others must have as well.
    """
    made = [sketch(text) for text in texts]
    holding = store.holding(list({key: None for one in made for key in stored_keys(one)}))
    asked = [_Asked(one, holding) for one in made]
    short = frozenset(store.short({number for one in asked for number in one.once}))
    proposed = [one.proposed(short, of_best) for one in asked]
    sizes = store.sizes(sorted(set(chain.from_iterable(proposed))))
    return [one.ranked(numbers, sizes) for one, numbers in zip(asked, proposed, strict=True)]


class _Asked:
    """One article and the documents that share keys with it.

    Attributes:
        once: documents that share one key and would have to be short to count.
    """

    def __init__(self, made: Sketch, holding: Mapping[int, Sequence[int]]) -> None:
        self._held = [numbers for key in stored_keys(made) if (numbers := holding.get(key))]
        self._shared = Counter(chain.from_iterable(self._held))
        # The same text, and those that begin alike, are candidates however few keys they share.
        self._same = frozenset(holding.get(digest_posting(made.digest), ()))
        self._begun_alike = frozenset(holding.get(head_posting(made.head), ()) if made.head is not None else ())
        # Of a crowded key it is not known who else has it: it is neither asked for nor counted.
        crowded = sum(len(holding.get(key, ())) >= CAP for key in made.keys)
        self._keys = made.size - crowded
        shared = self._shared.items()
        enough = 2 if self._keys >= FEW_KEYS else 1
        self.once = [number for number, count in shared if count < enough]
        self._several = [number for number, count in shared if count >= enough]

    def proposed(self, short: frozenset[int], of_best: float = 0) -> list[int]:
        """The documents whose size decides whether they are candidates."""
        numbers = [*self._several, *short.intersection(self.once)]
        if of_best:
            known = Counter(chain.from_iterable(held for held in self._held if len(held) < CAP))
            least = of_best * max(known.values(), default=0)
            numbers = [number for number in numbers if known[number] >= least]
        if len(numbers) > MOST:
            numbers.sort(key=lambda number: (number not in self._same, -self._shared[number], number))
        return numbers[:MOST]

    def ranked(self, numbers: Iterable[int], sizes: Mapping[int, int]) -> list[_Candidate]:
        """The candidates among documents, those that share the rarest keys first, and of their like the shortest."""
        wanted = [number for number in numbers if number in sizes and self._enough(number, sizes[number])]
        if len(wanted) <= CANDIDATES:
            return [_Candidate(number) for number in wanted]
        kept = frozenset(wanted)
        keys: defaultdict[int, list[int]] = defaultdict(list)
        for key, held in enumerate(self._held):
            for number in kept.intersection(held):
                keys[number].append(key)

        def order(number: int) -> tuple[bool, float, int, int]:
            rarity = sum(1 / len(self._held[key]) for key in keys[number])
            return number not in self._same, -rarity, sizes[number], number

        return [_Candidate(number, tuple(keys[number])) for number in sorted(wanted, key=order)]

    def _enough(self, number: int, size: int) -> bool:
        """Tell whether a document of so many keys is a candidate, by the conditions of all engines."""
        begun_alike = number in self._begun_alike
        shared = self._shared[number] - begun_alike
        return number in self._same or bool(worth(shared, min(self._keys, size), begun_alike))


class _Verified(NamedTuple):
    """The chosen documents of one text, and all that it was compared with: the text is number 0 in the matches."""

    found: list[Published]
    compared: list[tuple[Match, Sequence[FrameSlot]]]
    documents: list[PublishedArticle]

    def numbered(self, number: int) -> Iterator[tuple[Match, Sequence[FrameSlot]]]:
        """Yield the comparisons under a number for the text, and those of the store for the documents."""
        numbers = [number, *(document.number for document in self.documents)]
        for match, slots in self.compared:
            if match.kind != "overlap":
                yield match._replace(a=numbers[match.a], b=numbers[match.b]), slots


class _Reader:
    """Documents of one state of a store, each read once as long as there is room: articles alike ask for the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[int, PublishedArticle | None] = {}
        self._length = 0

    def documents(self, numbers: Collection[int]) -> list[PublishedArticle]:
        """See ``Store.documents``."""
        held = self._held
        missing = [number for number in numbers if number not in held]
        read = {document.number: document for document in self._store.documents(missing)} if missing else {}
        found = [read[number] if number in read else held.get(number) for number in sorted(numbers)]
        for number in missing:
            held[number] = read.get(number)
            self._length += len(read[number].text) if number in read else 1
        while self._length > HELD and held:
            gone = held.pop(next(iter(held)))
            self._length -= 1 if gone is None else len(gone.text)
        return [one for one in found if one is not None]


def _verified(
    store: _Reader, text: str, ranked: Sequence[_Candidate], own: Own, chosen: Callable[..., list[Published]]
) -> _Verified:
    """The chosen among some documents, the best first; later ones are not looked at where earlier ones held some."""
    if not ranked:
        return _Verified([], [], [])
    from feedtools.dedup.document import Document
    from feedtools.dedup.match import compare

    mine = Document.of(0, text, shingles(text).symbols)
    documents: list[PublishedArticle] = []
    compared: list[tuple[Match, Sequence[FrameSlot]]] = []
    found: list[Published] = []
    for _ in range(VERIFIED // CANDIDATES):
        keys = dict(ranked[:CANDIDATES])
        refuted = set()
        for document in store.documents(keys):
            if document.source in own or (document.source, document.batch) in own:
                continue
            documents.append(document)
            made = compare(mine, Document.of(len(documents), document.text))
            if made is not None:
                compared.append((made.match, made.slots))
            refuted.add(keys[document.number])
        found = chosen(compared, documents)
        ranked = [one for one in ranked[CANDIDATES:] if one.keys not in refuted]
        if any(one.copy for one in found) or not ranked:
            break
    return _Verified(sorted(found, key=_best_first), compared, documents)


def _copies(
    compared: Sequence[tuple[Match, Sequence[FrameSlot]]],
    documents: Sequence[PublishedArticle],
    rest: int,
    *,
    versions: bool,
) -> list[Published]:
    """The documents that stand for the article 0: copies, of no series with others, that have all of it but a rest.

    With ``versions`` those besides that have an id and are alike.
    """
    if not compared:
        return []
    from feedtools.dedup.cluster import partner, rest_of
    from feedtools.dedup.versions import MOSTLY

    found = []
    for match in _told_apart(compared):
        document = documents[partner(match, 0) - 1]
        copy = match.kind in COPIES and rest_of(match, 0) < rest
        if copy or (versions and document.id and (match.kind in COPIES or match.coverage_a >= MOSTLY)):
            found.append(Published(document, match._replace(a=min(match.a, 1), b=min(match.b, 1)), copy))
    return found


def _siblings(
    compared: Sequence[tuple[Match, Sequence[FrameSlot]]], documents: Sequence[PublishedArticle]
) -> list[Published]:
    """The documents that have most of the article 0, copies or not, of no series with others."""
    from feedtools.dedup.cluster import coverage_of, partner

    return [
        Published(documents[partner(match, 0) - 1], match)
        for match in _told_apart(compared)
        if match.kind in COPIES or (match.kind == "overlapping" and coverage_of(match, 0) >= GIVES_BACK)
    ]


def _alike(
    compared: Sequence[tuple[Match, Sequence[FrameSlot]]], documents: Sequence[PublishedArticle]
) -> list[Published]:
    """The copies of the article 0, and documents that have much in common with it."""
    from feedtools.dedup.cluster import partner

    copies = _copies(compared, documents, REST, versions=False)
    known = {one.document.number for one in copies}
    found = (
        (documents[partner(match, 0) - 1], match) for match in _told_apart(compared) if match.kind == "overlapping"
    )
    return [*copies, *(Published(one, match, copy=False) for one, match in found if one.number not in known)]


def _explained(found: Published, text: str) -> Published:
    from feedtools.dedup.evidence import explain

    texts = (text, found.document.text)
    return found._replace(match=explain(found.match, texts[found.match.a], texts[found.match.b]))


def _best_first(found: Published) -> tuple[bool, bool, float, float, str, int]:
    document, match, copy = found
    return (
        not copy,
        match.kind != "exact",
        -match.similarity,
        -max(match.coverage_a, match.coverage_b),
        document.source,
        document.line,
    )
