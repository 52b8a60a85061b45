"""The deduplicator: a list of texts to clusters and matches.

Sketching and verification run over processes; the join in between is a sort.  With ``spill`` the symbols and keys
wait in files and the texts are asked for one by one, so that a sequence that reads from disk is never held whole.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup import join, match_table
from feedtools.dedup.batch_pairs import Wanted, joined, ranking, verify_all, verify_pairs
from feedtools.dedup.batch_run import Distinct, Run, in_memory, worker_count
from feedtools.dedup.batch_texts import collapse, sizes_of, sketch_all
from feedtools.dedup.candidates import CLOSE, CROWD
from feedtools.dedup.evidence import explain
from feedtools.dedup.keeper import Order, damage
from feedtools.dedup.resolve import ROUNDS
from feedtools.dedup.rest import REST
from feedtools.model import KINDS
from feedtools.system import uncollected
from feedtools.system.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.dedup.batch_pairs import Compared
    from feedtools.dedup.batch_run import Ints
    from feedtools.dedup.versions import Versions
    from feedtools.model import Block, Cluster, Match
    from feedtools.system.progress import Progress


class Result(NamedTuple):
    """Clusters and matches of some texts; documents are named by their number in the input.

    Attributes:
        clusters: ascending by the number of the kept copy.
        matches: all matches, ``overlap`` included, ascending.
    """

    clusters: tuple[Cluster, ...]
    matches: tuple[Match, ...]


def dedup(
    texts: Sequence[str],
    *,
    jobs: int | None = None,
    places: Sequence[Any] | None = None,
    evidence: bool = False,
    spill: str | Path | None = None,
    rest: int = REST,
    versions: Versions | None = None,
) -> Result:
    """Find which of ``texts`` are copies, renderings, cuts, parts or edits of one another.

    The result depends neither on the order of ``texts`` (but for the numbers in it), nor on ``jobs`` or ``spill``.

    Args:
        texts: raw articles.
        jobs: processes to use, by default as many as there are processors; small inputs take but one in any case.
        places: a sortable, unique place for each text, by which the earlier of two equal copies is kept; by default
            its number.
        evidence: fill in ``Match.evidence`` (aligned raw spans), at some 0.03 ms per match.
        spill: a folder for temporary files; what is needed of every text is kept there instead of in memory.
        rest: symbols in a row from which text of its own keeps a document.
        versions: the records of the texts, which tell later versions from copies.
    """
    order = np.arange(len(texts)) if places is None else _ranks(places)
    run = Run(texts, order, worker_count(jobs, texts), None if spill is None else Path(spill))
    with uncollected() if run.workers > 1 or in_memory(texts) else nullcontext():  # else reading may leave cycles
        table, found, exact = _find(run, Wanted(overlaps=True, evidence=evidence), rest, versions)
        return _as_objects(texts, table, found, exact, evidence=evidence)


class FoundRows(NamedTuple):
    """Clusters and matches of ``dedup``, as arrays.

    Attributes:
        clusters: of copies.
        rows: all matches, overlaps included, ascending by the numbers of their texts.
    """

    clusters: match_table.Clusters
    rows: NDArray[Any]


class Settings(NamedTuple):
    """Settings of a search whose outcome is arrays.

    Attributes:
        jobs: as for ``dedup``.
        spill: as for ``dedup``.
        rest: as for ``dedup``.
        versions: as for ``dedup``.
        progress: told what begins, how much of it there is and of what; what it gives back is told what was done.
        around: numbers of texts, ascending, where no others are asked for: the clusters of what hangs together with
            them by matches.
    """

    jobs: int | None = None
    spill: str | Path | None = None
    rest: int = REST
    versions: Versions | None = None
    progress: Progress = silent
    around: Ints | None = None

    def run(self, texts: Sequence[str]) -> Run:
        """The run over ``texts`` that is asked for."""
        folder = None if self.spill is None else Path(self.spill)
        return Run(texts, np.arange(len(texts)), worker_count(self.jobs, texts), folder, self.progress, self.around)


PLAIN = Settings()


def find(texts: Sequence[str], settings: Settings = PLAIN) -> FoundRows:
    """Find what ``dedup`` finds, but make no objects of it: some dozen bytes per text and match are held."""
    table, found, exact = _find(settings.run(texts), Wanted(overlaps=True), settings.rest, settings.versions)
    rows = np.concatenate([exact, found.rows])
    return FoundRows(table, rows[np.lexsort((rows["b"], rows["a"]))])


def clusters_of(texts: Sequence[str], settings: Settings = PLAIN) -> match_table.Clusters:
    """The clusters of ``dedup`` as arrays: some dozen bytes per text and match are held, and no match is an object."""
    return _find(settings.run(texts), Wanted(), settings.rest, settings.versions)[0]


def _ranks(places: Sequence[Any]) -> Ints:
    ranks = np.empty(len(places), np.int64)
    ranks[sorted(range(len(places)), key=places.__getitem__)] = np.arange(len(places))
    return ranks


def _find(
    run: Run, asked: Wanted, rest: int, versions: Versions | None
) -> tuple[match_table.Clusters, Compared, NDArray[Any]]:
    """The clusters, all matches between distinct texts, and exact copies as rows."""
    copies, firsts, numbers, store = collapse(run)
    if versions is not None and len(copies):
        repeated = versions.repeated(zip(copies.tolist(), firsts.tolist(), strict=True), run.order.item)
        copies, firsts = np.array(repeated, np.int64).T
        by_order = np.argsort(run.order)
        numbers = by_order[np.isin(by_order, copies, invert=True)]
    kept, exact = Distinct(run.texts, numbers), match_table.pack_exact(copies, firsts)
    run = run.of_distinct(copies, firsts)
    store = sketch_all(kept, run) if store is None else store.choose(numbers)
    sizes = sizes_of(len(run.texts), numbers, store, copies, firsts)
    age = versions.order(run.order.item) if versions is not None else None
    keepers = Order(sizes.__getitem__, lambda number: damage(run.texts[number]), run.order.item, age)
    ranked = ranking(kept, store)
    found = verify_all(kept, store, ranked, run, asked)
    if run.around is not None:
        exact = exact[_touched(np.concatenate([exact, found.rows]), run.around, len(run.texts))[copies]]

    def verify(pairs: Ints) -> Iterator[Compared]:
        place = np.empty(len(run.texts), np.int64)
        place[numbers] = np.arange(len(numbers))
        return verify_pairs((place[pairs >> 32], place[pairs & 0xFFFFFFFF]), kept, store, run, asked)

    def cluster(rows: NDArray[Any]) -> match_table.Clusters:
        return match_table.clusters(rows, keepers, rest)

    told = _Told(len(run.texts), numbers[ranked], versions, run.order.item)
    table, every = _settled(found, exact, told, cluster, verify)
    return table, every, exact


class _Told(NamedTuple):
    """Facts beside their texts that tell copies from others.

    Attributes:
        size: documents, exact copies included.
        ranked: the distinct documents in the order of the join.
        versions: the records of the texts, which tell later versions from copies.
        rank: gives the place of a document.
    """

    size: int
    ranked: Ints
    versions: Versions | None
    rank: Callable[[int], int]

    def apply(self, found: Compared) -> NDArray[Any]:
        """The matches as they are after items of a series and versions were told apart."""
        rows = match_table.tell_series_apart(found.rows, found.slots)
        return rows if self.versions is None else match_table.tell_versions(rows, self.versions, self.rank)


def _settled(
    found: Compared,
    exact: NDArray[Any],
    told: _Told,
    cluster: Callable[[NDArray[Any]], match_table.Clusters],
    verify: Callable[[Ints], Iterator[Compared]],
) -> tuple[match_table.Clusters, Compared]:
    """Cluster matches, and compare what is left again until no copy is found among it.

    The join links a text with part of those that share its keys, and with which ones depends on what else is there.
    """
    tried = np.empty(0, np.int64)
    settled: list[Compared] = []
    tables: list[match_table.Clusters] = []
    repeated = exact
    for rounds_left in range(ROUNDS, -1, -1):
        rows = told.apply(found)
        table = cluster(np.concatenate([repeated, rows]))
        fresh = tried[:0]
        if rounds_left:
            wanted = [_untried(found.rows, table), _of_one_partner(rows, told.size, told.ranked)]
            known = match_table.packed(*(found.rows[side].astype(np.int64) for side in "ab"))
            fresh = np.setdiff1d(np.concatenate(wanted), np.concatenate([tried, known]))
        ends = np.concatenate([fresh >> 32, fresh & 0xFFFFFFFF])
        again = _touched(np.concatenate([repeated, found.rows]), ends, told.size)
        open_ = again[found.rows["a"]]  # what hangs together with none of the fresh pairs stays as it is
        settled.append(found._replace(rows=rows).where(~open_))
        tables.append(table.where(~again[table.keeps]))
        if not len(fresh):
            break
        tried = np.concatenate([tried, fresh])
        found = joined([found.where(open_), *verify(fresh)])
        repeated = repeated[again[repeated["b"]]]
    every = joined(settled)
    others = every.rows[every.rows["kind"] != KINDS.index("overlap")]
    return match_table.together(tables)._replace(others=others), every


def _touched(rows: NDArray[Any], some: Ints, count: int) -> NDArray[np.bool_]:
    """Mark the documents, of ``count``, that hang together with one of some by matches."""
    found = np.zeros(count, bool)
    if len(some):
        tied = match_table.joined(rows[rows["kind"] != KINDS.index("overlap")], count)
        found = np.isin(tied, tied[some])
    return found


def _untried(rows: NDArray[Any], table: match_table.Clusters) -> Ints:
    """The pairs of kept documents that may be copies although they were never compared (``match_table.packed``).

    The one matches a document that went for the other: the join had that stand between them.
    """
    homes = table.homes()
    if not len(homes):
        return np.empty(0, np.int64)
    rows = rows[rows["kind"] != KINDS.index("overlap")]
    gone, keeps = homes[:, 0], homes[:, 1]
    a, b = rows["a"].astype(np.int64), rows["b"].astype(np.int64)
    found = [np.empty(0, np.int64)]
    for one, other in ((a, b), (b, a)):
        at = np.minimum(np.searchsorted(gone, one), len(gone) - 1)
        there = np.minimum(np.searchsorted(gone, other), len(gone) - 1)
        wanted = (gone[at] == one) & (gone[there] != other) & (keeps[at] != other)
        found.append(match_table.packed(other[wanted], keeps[at[wanted]]))
    return np.concatenate(found)


def _of_one_partner(rows: NDArray[Any], count: int, ranked: Ints) -> Ints:
    """The pairs that match one document and may match each other, although no copies tie them (``match_table.packed``).

    That document links them as a key does, so that a crowd around one costs a few pairs each.

    Args:
        rows: matches.
        count: documents, exact copies included.
        ranked: the documents in the order of the join.
    """
    if not (rows["kind"] == KINDS.index("overlapping")).any():
        return np.empty(0, np.int64)
    rank, bits = np.zeros(count, np.uint32), count.bit_length()
    rank[ranked] = np.arange(len(ranked), dtype=np.uint32)
    rows = rows[rows["kind"] != KINDS.index("overlap")]
    between = np.concatenate([rows["a"], rows["b"]]).astype(np.uint64)
    partners = rank[np.concatenate([rows["b"], rows["a"]])].astype(np.uint64)
    words = join.pack(between, partners, bits, 64 - bits, bits)
    edges = np.unique(join.edges(words, bits, CROWD, CLOSE))
    one, other = ranked[edges >> np.uint64(32)], ranked[edges & np.uint64(0xFFFFFFFF)]
    tied = match_table.joined(match_table.of_copies(rows), count)
    apart = tied[one] != tied[other]
    return match_table.packed(one[apart], other[apart])


def _as_objects(
    texts: Sequence[str], table: match_table.Clusters, found: Compared, exact: NDArray[Any], *, evidence: bool
) -> Result:
    """Clusters and matches as values, a view of the table."""
    rows = np.concatenate([exact, found.rows])
    keys = _keys(rows)
    order = np.argsort(keys)
    keys = keys[order]
    matches = match_table.unpack(rows[order])
    if evidence:
        spans: list[tuple[Block, ...] | None] = [*[None] * len(exact), *found.evidence]
        matches = [
            explain(one, texts[one.a], texts[one.b]) if blocks is None else one._replace(evidence=blocks)
            for one, blocks in zip(matches, map(spans.__getitem__, order.tolist()), strict=True)
        ]
    asked = _keys(table.rows)
    at = np.searchsorted(keys, asked)
    known = np.where(np.append(keys, -1)[at] == asked, at, -1)  # that of an exact copy of one that goes is no match yet
    made = []
    for number, cluster in enumerate(table.all()):
        places = known[table.starts[number] : table.starts[number + 1]].tolist()
        every = [one if place < 0 else matches[place] for one, place in zip(cluster.matches, places, strict=True)]
        if evidence:
            every = [one if one.evidence else explain(one, texts[one.a], texts[one.b]) for one in every]
        made.append(cluster._replace(matches=tuple(every)))
    return Result(tuple(made), tuple(matches))


def _keys(rows: NDArray[Any]) -> Ints:
    """The two documents of each row as one number, in the order of matches."""
    keys: Ints = rows["a"].astype(np.int64) << 32 | rows["b"]
    return keys
