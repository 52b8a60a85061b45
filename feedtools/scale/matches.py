"""The seam: pairs to matches, and matches to clusters, as pure functions over Arrow record batches.

Documents are named by their id, which is also their place in the order of keepers.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa

from feedtools.dedup import cluster, match, series
from feedtools.dedup.describe import describe, links
from feedtools.dedup.document import Document
from feedtools.dedup.keeper import Order, damage
from feedtools.dedup.slots import FrameSlot
from feedtools.model import Block, Kind, Match
from feedtools.scale.arrow import batch_of, rows_of
from feedtools.text import symbols_batch

MATCHES = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("kind", pa.string()),
        ("coverage_a", pa.float64()),
        ("coverage_b", pa.float64()),
        ("similarity", pa.float64()),
        ("evidence", pa.list_(pa.list_(pa.int32()))),
        ("rest_a", pa.int32()),
        ("rest_b", pa.int32()),
    ]
)
FACTS = ("symbols_a", "damage_a", "symbols_b", "damage_b")
VERIFIED = pa.schema([*MATCHES, ("slots", pa.binary()), *((name, pa.int32()) for name in FACTS)])
"""``slots``: where the texts differ, as ``_SLOT`` has each place."""
_SLOT = struct.Struct("<QII")
ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("cluster", pa.string()),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("similarity", pa.float64()),
        ("coverage", pa.float64()),
        ("how", pa.string()),
    ]
)
"""``how``: what the copy is, in words, as a reason of ``clean`` has it."""
CLUSTERED = pa.schema([*ROWS, ("said", pa.string()), ("other", pa.string()), ("covered", pa.float64())])
"""``said`` of ``other`` makes ``how`` (see ``in_words``); ``covered``: the share of the kept copy that this one has."""
APART = "apart"
"""The action of a row that says of a match (``a`` as id, ``b`` as cluster) that it is one of a series, an overlap."""


class _Text(NamedTuple):
    """A document with what comparing needs, as ``kernel.Placed`` has it."""

    id: str
    text: str
    symbols: str
    offsets: Sequence[int]
    codes: bytes
    traits: int


def verified(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Texts to the matches between each centre and its partners, with evidence and what decides keepers.

    Columns: number, centre, salt (as ``stages.WANTED`` has them), id, text; the rows of one centre and salt are on
    end, the centre first. Partners are no longer than their centre.
    """
    group, centres = (0, 0), list[_Text]()
    for batch in batches:
        number, centre, salt, ids, texts = (
            batch.column(name).to_pylist() for name in ("number", "centre", "salt", "id", "text")
        )
        documents = [_Text(*document) for document in zip(ids, texts, *symbols_batch.placed(texts), strict=True)]
        rows = zip(number, zip(centre, salt, strict=True), documents, strict=True)
        found = _Found()
        for own, its_group, document in rows:
            if its_group != group:
                group, centres = its_group, []
            if own == its_group[0]:
                centres.append(document)
            else:
                for one in centres:
                    found.compare(document, one)
        yield found.batch()


class _Found:
    """Matches on their way into a batch; evidence is held as numbers alone, for lists of lists take longer."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._evidence = array("i")
        self._ends = [0]

    def compare(self, a: _Text, b: _Text) -> None:
        """Add the match of two texts, where they are one."""
        pair = a, b
        compared = match.compare(
            *(Document(at, it.codes, it.traits, lambda i: pair[i].text) for at, it in enumerate(pair))
        )
        if compared is None:
            return
        made, found = compared.match, compared.overlap
        if made.a:
            a, b = b, a
        if found is None:
            evidence = match.explain(made, a.text, b.text).evidence
        else:
            evidence = match.aligned(found, a.symbols, b.symbols, a.offsets, b.offsets)
        slots = b"".join(_SLOT.pack(*slot) for slot in compared.slots)
        facts = len(a.symbols), damage(a.text), len(b.symbols), damage(b.text)
        shares = made.coverage_a, made.coverage_b, made.similarity
        self._rows.append((a.id, b.id, made.kind, *shares, made.rest_a, made.rest_b, slots, *facts))
        self._evidence.extend(chain.from_iterable(evidence))
        self._ends.append(len(self._evidence) // 4)

    def batch(self) -> pa.RecordBatch:
        """All of them, as ``VERIFIED``."""
        place = VERIFIED.get_field_index("evidence")
        others = batch_of(self._rows, VERIFIED.remove(place)).columns
        numbers = pa.array(self._evidence, pa.int32())
        blocks = pa.ListArray.from_arrays(pa.array(range(0, len(numbers) + 1, 4), pa.int32()), numbers)
        evidence = pa.ListArray.from_arrays(pa.array(self._ends, pa.int32()), blocks)
        return pa.RecordBatch.from_arrays([*others[:place], evidence, *others[place:]], schema=VERIFIED)


class Acting(NamedTuple):
    """A match that may join: the columns that ``resolved`` asks for."""

    component: str
    a: str
    b: str
    kind: Kind
    coverage_a: float
    coverage_b: float
    similarity: float
    rest_a: int | None
    rest_b: int | None
    slots: bytes | None
    symbols_a: int
    damage_a: int
    symbols_b: int
    damage_b: int
    begins: int | None
    ends: int | None


def resolved(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Matches, those of one component on end, to one row for every clustered document.

    Columns: those of ``Acting``: a component, those of ``VERIFIED``, and in place of the evidence where in ``b`` it
    ``begins`` and ``ends``; exact copies need no facts. A component may run over several batches; it is held in memory.
    """
    rows = map(Acting._make, rows_of(batches, *Acting._fields))
    portion: list[tuple[Any, ...]] = []
    for _, component in groupby(rows, key=itemgetter(0)):
        portion += cluster_rows(list(component))
        if len(portion) > 10_000:
            yield batch_of(portion, CLUSTERED)
            portion = []
    yield batch_of(portion, CLUSTERED)


def in_words(said: str, other: str, of: str) -> str:
    """Describe a copy by its relation to the representative, through another member of the cluster."""
    return said if other == of else f"{said}; {of} stands for both"


def cluster_rows(component: Sequence[Acting]) -> Iterator[tuple[Any, ...]]:
    """The clusters of one component's matches, as rows of ``CLUSTERED``, and the matches that joined nothing.

    Ids are numbered in their order.
    """
    facts = _facts(component)
    ids = sorted(facts)
    number = {name: place for place, name in enumerate(ids)}
    compared = [(_match(row, number), _slots(row)) for row in component]
    matches = series.told_apart(compared)

    order = Order(lambda one: -facts[ids[one]][0], lambda one: facts[ids[one]][1], int)
    for found in cluster.clusters(sorted(matches), order):
        keep = ids[found.keep]
        yield keep, keep, "keep", *[None] * 7
        tied = links(found)
        for drop in found.drop:
            tie = tied[drop]
            shares = (tie.a, tie.coverage_a), (tie.b, tie.coverage_b)
            (_, mine), (other, theirs) = shares if tie.a == drop else shares[::-1]
            said = describe(tie, drop, ids[other])
            how, covered = in_words(said, ids[other], keep), theirs if other == found.keep else 0.0
            yield ids[drop], keep, "drop", tie.kind, tie.similarity, mine, how, said, ids[other], covered
    for one in matches:
        if one.kind == "overlap":
            yield ids[one.a], ids[one.b], APART, *[None] * 7


def _slots(row: Acting) -> list[FrameSlot]:
    return [FrameSlot(*one) for one in _SLOT.iter_unpack(row.slots or b"")]


def _match(row: Acting, number: dict[str, int]) -> Match:
    evidence = () if row.begins is None or row.ends is None else (Block(0, 0, row.begins, row.ends),)
    shares = row.coverage_a, row.coverage_b, row.similarity
    return Match(number[row.a], number[row.b], row.kind, *shares, evidence, row.rest_a or 0, row.rest_b or 0)


def _facts(component: Sequence[Acting]) -> dict[str, tuple[int, int]]:
    """Symbols (less is first) and damage of each document; exact copies have those of the text they repeat."""
    facts: dict[str, tuple[int, int]] = {}
    for row in component:
        if row.kind != "exact":
            facts[row.a], facts[row.b] = (-row.symbols_a, row.damage_a), (-row.symbols_b, row.damage_b)
    for row in component:
        if row.kind == "exact":
            facts[row.a] = facts.setdefault(row.b, (0, 0))
    return facts
