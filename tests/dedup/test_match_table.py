"""Matches as rows give the clusters that matches as objects give, and standings read back as they were put in."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.clean.copy_table import Standings
from feedtools.clean.decide import CopyOf
from feedtools.dedup import cluster, match_table, series
from feedtools.dedup.batch import Settings, clusters_of, dedup
from feedtools.dedup.keeper import Order
from feedtools.dedup.slots import FrameSlot
from feedtools.model import KINDS, Block, Match

SHARES = st.integers(0, 10_000).map(lambda share: share / 10_000)
NUMBERS = st.integers(0, 40)
RESTS = st.sampled_from([0, 29, 30, 65_535])
MATCHES = st.builds(
    Match, NUMBERS, NUMBERS, st.sampled_from(KINDS[1:]), SHARES, SHARES, SHARES, st.just(()), RESTS, RESTS
)
ORDER = Order(lambda _: 0, lambda _: 0, int)
FOUND = st.lists(
    MATCHES.filter(lambda one: one.a != one.b),
    max_size=60,
    unique_by=lambda one: (min(one.a, one.b), max(one.a, one.b)),
)


@given(FOUND)
def test_rows_give_back_the_matches(found: list[Match]) -> None:
    assert match_table.unpack(match_table.pack(found)) == found


@given(st.lists(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), NUMBERS), max_size=3)))
def test_slots_are_told_by_their_row(slots: list[list[tuple[int, int, int]]]) -> None:
    packed = match_table.pack_slots([[FrameSlot(*slot) for slot in some] for some in slots])
    assert packed.tolist() == [(row, *slot) for row, some in enumerate(slots) for slot in some]
    assert packed.dtype == match_table.SLOT


@given(FOUND, st.integers(10, 100))
def test_rows_cluster_as_objects_do(found: list[Match], rest: int) -> None:
    expected = cluster.clusters(found, ORDER, rest)
    made = match_table.clusters(match_table.pack(found), ORDER, rest)
    assert tuple(made.all()) == expected
    dropped = {one.keep: one.drop for one in expected}
    assert [made.dropped(number) for number in range(42)] == [dropped.get(number, ()) for number in range(42)]


def test_a_long_chain_is_one_component() -> None:
    order = list(range(5000))
    random.Random(3).shuffle(order)
    chain = [Match(a, b, "near", 1.0, 1.0, 1.0) for a, b in pairwise(order)]
    rows = match_table.pack(chain)
    assert len(set(match_table.components(rows["a"], rows["b"]).tolist())) == 1
    found = tuple(match_table.clusters(rows, ORDER).all())
    assert found == cluster.clusters(chain, ORDER)
    assert sum(len(one.drop) for one in found) > 2000


KEYS = st.integers(0, 7)
PLACES = st.builds(FrameSlot, KEYS, st.integers(0, 3), st.integers(0, 3))


@given(
    st.lists(st.tuples(MATCHES.filter(lambda one: one.a != one.b), st.lists(PLACES, max_size=5)), max_size=30),
    st.sampled_from([3, 1 << 18]),
)
def test_rows_tell_series_apart_as_objects_do(found: list[tuple[Match, list[FrameSlot]]], portion: int) -> None:
    expected = series.told_apart(found)
    slots = [(row, *slot) for row, (_, places) in enumerate(found) for slot in places]
    rows = match_table.pack([match for match, _ in found])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(match_table, "_SLOTS", portion)
        told = match_table.tell_series_apart(rows, np.array(slots, match_table.SLOT))
    assert match_table.unpack(told) == expected


def test_texts_cluster_alike_in_memory_and_on_the_disk(tmp_path: Path) -> None:
    chance = random.Random(8)
    texts = ["".join(chance.choices([chr(0x4E00 + 41 * n) for n in range(400)], k=200)) for _ in range(60)]
    texts += texts[:20] + [text[:90] + "..." for text in texts[10:40]] + ["短文"] * 3 + [""] * 2
    chance.shuffle(texts)
    expected = dedup(texts).clusters
    told: dict[str, list[int]] = {}

    def progress(phase: str, total: int, unit: str) -> Callable[[int], None]:
        told[f"{phase} {unit}"] = [total]
        return told[f"{phase} {unit}"].append

    assert tuple(clusters_of(texts, Settings(progress=progress)).all()) == expected
    assert tuple(clusters_of(texts, Settings(spill=tmp_path)).all()) == expected
    total, *done = told["sketching articles"]
    assert total == sum(done) == len(set(texts))
    assert clusters_of([]).total() == 0


STANDINGS = st.builds(
    lambda number, of, other, kind, shares, first, span: (
        number,
        CopyOf(
            of,
            Match(
                *((number, other) if first else (other, number)),
                kind,
                *shares,
                (Block(0, 0, *span),) if span else (),
            ),
        ),
    ),
    NUMBERS,
    st.integers(-40, 40),
    st.integers(-40, -1) | st.integers(41, 80),
    st.sampled_from(KINDS),
    st.tuples(SHARES, SHARES, SHARES),
    st.booleans(),
    st.none() | st.tuples(st.integers(0, 500), st.integers(0, 500)),
)


@given(st.lists(STANDINGS, max_size=30), st.lists(NUMBERS, max_size=10))
def test_standings_are_a_mapping(put: list[tuple[int, CopyOf]], taken: list[int]) -> None:
    found, expected = Standings(41), dict[int, CopyOf]()
    for number, one in put:
        found[number] = expected[number] = one
    for number in taken:
        assert found.pop(number, None) == expected.pop(number, None)
    assert dict(found) == expected
    assert len(found) == len(expected)
    for number, one in expected.items():
        assert (found.of(number), found.kind(number)) == (one.number, one.match.kind)


@given(FOUND, st.sets(st.integers(0, 41)))
def test_a_table_divided_and_put_together_is_the_table(found: list[Match], kept: set[int]) -> None:
    table = match_table.clusters(match_table.pack(found), ORDER)
    wanted = np.isin(table.keeps, list(kept))
    again = match_table.together([table.where(~wanted), table.where(wanted)])
    assert tuple(again.all()) == tuple(table.all())
    assert {one.keep for one in table.where(wanted).all()} == kept.intersection(table.keeps.tolist())


def test_of_two_documents_the_one_is_kept_that_is_first_in_the_order() -> None:
    size, harm = {0: 5, 1: 5, 2: 5, 3: 9}, {0: 1, 1: 0, 2: 0, 3: 4}
    order = Order(size.__getitem__, harm.__getitem__, int)
    pairs = [(one, other) for one in range(4) for other in range(4) if one != other]
    assert [order.of_two(*pair) for pair in pairs] == [order.first(pair) for pair in pairs]
