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

import numpy as np
import pyarrow as pa

from feedtools.dedup import match
from feedtools.dedup.describe import describe, links
from feedtools.dedup.document import kept
from feedtools.dedup.document_batch import BatchDocument
from feedtools.dedup.evidence import aligned, explain
from feedtools.dedup.keeper import Order, damage
from feedtools.dedup.match_batch import compare_all, portions
from feedtools.dedup.resolve import Choice, resolve, resolve_once
from feedtools.dedup.rest import REST
from feedtools.dedup.slots import FrameSlot
from feedtools.dedup.small import longest_first
from feedtools.model import Block, Cluster, Kind, Match
from feedtools.scale.arrow import Stage, batch_of, pack, rows_of
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
TOLD = "told"
"""The action of a row that says of a match (``a`` as id, ``b`` as cluster) that it is of another ``kind``."""
OPEN = "open"
"""The action of a row that asks for the text of a document, whose component (as cluster) is to be resolved with it."""
FOUND = "found"
"""The action of a row that carries matches of further comparisons, packed."""
RESOLVED = pa.schema([*CLUSTERED, ("packed", pa.binary())])
"""Rows of ``CLUSTERED`` with actions ``keep`` and ``drop``, and rows of the actions above."""


class _Text(BatchDocument):
    """A document by its id, with all that ``symbols_batch.PlacedSymbols`` has of it."""

    def __init__(self, number: int, name: str, text: str, placed: tuple[str, Sequence[int], bytes, int]) -> None:
        self.symbols, self.offsets, codes, traits = placed
        super().__init__(number, codes, traits, lambda _: text)
        self.id, self.text = name, text

    @kept
    def facts(self) -> tuple[int, int]:
        """List the facts that decide between two copies, as ``FACTS`` has it."""
        return len(self.codes), damage(self.text)


def _texts(numbers: Iterable[int], ids: Sequence[str], texts: Sequence[str]) -> list[_Text]:
    return list(map(_Text, numbers, ids, texts, zip(*symbols_batch.placed(texts), strict=True)))


def verified(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Texts to the matches between each centre and its partners, with evidence and what decides keepers.

    Columns: number, centre, salt (as ``sketch_join.WANTED`` has them), id, text; the rows of one centre and salt are on
    end, the centre first. Partners are no longer than their centre.
    """
    group, centres, count = (0, 0), list[_Text](), 0
    for batch in batches:
        number, centre, salt, ids, texts = (
            batch.column(name).to_pylist() for name in ("number", "centre", "salt", "id", "text")
        )
        documents = _texts(range(count, count + len(ids)), ids, texts)
        count += len(ids)
        pairs: list[tuple[_Text, _Text]] = []
        for own, its_group, document in zip(number, zip(centre, salt, strict=True), documents, strict=True):
            if its_group != group:
                group, centres = its_group, []
            if own == its_group[0]:
                centres.append(document)
            else:
                pairs += [(document, one) for one in centres]
        found = _Found()
        found.compare(pairs)
        yield found.batch()


class _Found:
    """Matches on their way into a batch; evidence is held as numbers alone, for lists of lists take longer."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._evidence = array("i")
        self._ends = [0]

    def compare(self, pairs: Sequence[tuple[_Text, _Text]]) -> list[match.Comparison]:
        """Compare some pairs of texts, all of different numbers, and keep what is a match; give these."""
        made: list[match.Comparison] = []
        sizes = np.array([len(one.codes) + len(other.codes) for one, other in pairs], np.int64)
        for start, end in portions(sizes):
            some = pairs[start:end]
            for (one, other), compared in zip(some, compare_all(some), strict=True):
                if compared is not None:
                    self._keep(compared, *((one, other) if compared.match.a == one.number else (other, one)))
                    made.append(compared)
        return made

    def _keep(self, compared: match.Comparison, a: _Text, b: _Text) -> None:
        made, found = compared.match, compared.overlap
        if found is None:
            evidence = explain(made, a.text, b.text).evidence
        else:
            evidence = aligned(found, a.symbols, b.symbols, a.offsets, b.offsets)
        slots = b"".join(_SLOT.pack(*slot) for slot in compared.slots)
        shares = made.coverage_a, made.coverage_b, made.similarity
        self._rows.append((a.id, b.id, made.kind, *shares, made.rest_a, made.rest_b, slots, *a.facts, *b.facts))
        self._evidence.extend(chain.from_iterable(evidence))
        self._ends.append(len(self._evidence) // 4)

    def batch(self, kinds: Sequence[Kind] | None = None) -> pa.RecordBatch:
        """All of them, as ``VERIFIED``; of these kinds, where told."""
        place = VERIFIED.get_field_index("evidence")
        if kinds is not None:
            self._rows = [(*row[:2], kind, *row[3:]) for row, kind in zip(self._rows, kinds, strict=True)]
        others = batch_of(self._rows, VERIFIED.remove(place)).columns
        numbers = pa.array(self._evidence, pa.int32())
        blocks = pa.ListArray.from_arrays(pa.array(range(0, len(numbers) + 1, 4), pa.int32()), numbers)
        evidence = pa.ListArray.from_arrays(pa.array(self._ends, pa.int32()), blocks)
        return pa.RecordBatch.from_arrays([*others[:place], evidence, *others[place:]], schema=VERIFIED)


class Acting(NamedTuple):
    """A match that may join, or the text of a document: the columns that ``resolved`` asks for."""

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
    text: str | None


def resolved(rest: int = REST) -> Stage:
    """Matches, those of one component on end, to one row for every clustered document.

    A component whose clusters need further comparisons is resolved where the texts of its documents are given; else
    rows ask for them.

    Columns: those of ``Acting``: a component, those of ``VERIFIED``, and in place of the evidence where in ``b`` it
    ``begins`` and ``ends``; exact copies need no facts. A row with a ``text`` is the document ``a`` and no match. A
    component may run over several batches; it is held in memory.

    Args:
        rest: symbols in a row from which text of its own keeps a document.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = map(Acting._make, rows_of(batches, *Acting._fields))
        portion: list[tuple[Any, ...]] = []
        for name, component in groupby(rows, key=itemgetter(0)):
            portion += _Component(name, list(component), rest).rows()
            if len(portion) > 10_000:
                yield batch_of(portion, RESOLVED)
                portion = []
        yield batch_of(portion, RESOLVED)

    return stage


def in_words(said: str, other: str, of: str) -> str:
    """Describe a copy by its relation to the representative, through another member of the cluster."""
    return said if other == of else f"{said}; {of} stands for both"


class _Component:
    """One component: its documents are numbered in the order of their ids."""

    def __init__(self, name: str, rows: Sequence[Acting], rest: int) -> None:
        self._name, self._rest = name, rest
        self._rows = [row for row in rows if row.text is None]
        self._texts = {row.a: row.text for row in rows if row.text is not None}
        self._facts = _facts(self._rows)
        self._ids = sorted(self._facts)
        self._number = {name: place for place, name in enumerate(self._ids)}
        self._further = _Found()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Rows of ``RESOLVED``: its clusters, the matches that are of another kind, and further matches."""
        found = [(_match(row, self._number), _slots(row)) for row in self._rows if row.kind != "exact"]
        exact = [_match(row, self._number) for row in self._rows if row.kind == "exact"]
        order = Order(lambda one: -self._facts[self._ids[one]][0], lambda one: self._facts[self._ids[one]][1], int)
        if self._texts:
            place = longest_first(self._texts.values())
            rank = {number: place.get(self._texts.get(name) or "", 0) for number, name in enumerate(self._ids)}
            made = resolve(found, exact, Choice(order, rank.__getitem__, self._rest), self._compared)
        else:
            made = resolve_once(found, exact, Choice(order, int, self._rest))
            if made.untried or made.ordered:
                distinct = sorted({self._ids[number] for one, _ in found for number in (one.a, one.b)})
                yield from ((name, self._name, OPEN, *[None] * 8) for name in distinct)
                return
        for some in made.clusters:
            yield from self._cluster(some)
        for (before, _), one in zip(found, made.matches, strict=False):
            if before.kind != one.kind:
                yield self._ids[one.a], self._ids[one.b], TOLD, one.kind, *[None] * 7
        if further := made.matches[len(found) :]:
            batch = self._further.batch([one.kind for one in further])
            yield self._name, self._name, FOUND, *[None] * 7, pack(batch)

    def _compared(self, pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[Match, Sequence[FrameSlot]]]:
        """Compare documents by their texts; the matches are kept with their evidence."""
        wanted = list(pairs)
        numbers = sorted({number for pair in wanted for number in pair})
        names = [self._ids[number] for number in numbers]
        documents = dict(zip(numbers, _texts(numbers, names, [self._texts[name] for name in names]), strict=True))
        for made in self._further.compare([(documents[one], documents[other]) for one, other in wanted]):
            yield made.match, made.slots

    def _cluster(self, found: Cluster) -> Iterator[tuple[Any, ...]]:
        """One cluster as rows."""
        ids, keep = self._ids, self._ids[found.keep]
        yield keep, keep, "keep", *[None] * 8
        tied = links(found)
        for drop in found.drop:
            tie = tied[drop]
            shares = (tie.a, tie.coverage_a), (tie.b, tie.coverage_b)
            (_, mine), (other, theirs) = shares if tie.a == drop else shares[::-1]
            said = describe(tie, drop, ids[other])
            how, covered = in_words(said, ids[other], keep), theirs if other == found.keep else 0.0
            yield ids[drop], keep, "drop", tie.kind, tie.similarity, mine, how, said, ids[other], covered, None


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
