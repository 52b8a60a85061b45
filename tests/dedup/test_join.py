"""The sorting join: who shares keys, at a cost linear in every bucket."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup import candidates, join
from feedtools.dedup.join import counted, edges, grouped, pack

BITS = 8


def found(pairs: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    keys = np.array([key << 40 for key, _ in pairs], np.uint64)
    documents = np.array([document for _, document in pairs], np.uint64)
    low, high, count = counted(edges(pack(keys, documents, BITS, 3), BITS))
    return dict(zip(zip(low.tolist(), high.tolist(), strict=True), count.tolist(), strict=True))


def test_shared_keys_are_counted() -> None:
    assert found([(1, 4), (1, 7), (2, 4), (2, 7), (3, 4), (5, 9)]) == {(4, 7): 2}


@pytest.mark.parametrize("last", [0xFFFF, 0x10000, 0xFFFFFFFF])
def test_edges_are_counted_alike_however_large_the_numbers_are(last: int) -> None:
    pairs = [(3, last), (0, 5), (last - 1, last), (3, last), (3, 4), (0, 5), (3, last)]
    words = np.array([low << 32 | high for low, high in pairs], np.uint64)
    expected = sorted((*pair, count) for pair, count in Counter(pairs).items())
    assert list(zip(*(column.tolist() for column in counted(words)), strict=True)) == expected


def test_a_hub_costs_three_edges_per_document() -> None:
    size = candidates.HOT - 1
    assert len(found([(1, n) for n in range(size)])) == (size - 1) + (size - 2) + (size - 3)


def test_four_that_share_a_key_are_all_compared() -> None:
    assert set(found([(1, n) for n in range(4)])) == set(itertools.combinations(range(4), 2))


def test_a_key_of_many_links_them_to_the_longest_alone() -> None:
    assert found([(1, n) for n in range(candidates.HOT)]) == {(0, n): 1 for n in range(1, candidates.HOT)}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=120), st.sampled_from([2, 7, 1 << 15]))
def test_edges_are_the_stars_and_chains_of_every_bucket(pairs: list[tuple[int, int]], piece: int) -> None:
    expected: Counter[tuple[int, int]] = Counter()
    for key in {key for key, _ in pairs}:
        bucket = sorted({document for k, document in pairs if k == key})
        expected.update(candidates.edges(bucket))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(join, "PIECE", piece)
        assert found(pairs) == dict(expected)


def test_keys_are_compared_by_the_same_bits_whatever_the_number_of_documents() -> None:
    keys = np.array([1 << 40, (1 << 40) + 1, (1 << 40) + (1 << 21)], np.uint64)  # 61 bits; the first 40 decide
    documents = np.arange(3, dtype=np.uint64)
    for bits in (2, 20, 24):
        low, high, _ = counted(edges(pack(keys, documents, bits, 3), bits))
        assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(0, 1)]
    low, high, _ = counted(edges(pack(keys, documents, 2, 7, kept=36), 2))  # in a bucket of keys that share four more
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(0, 1)]


@pytest.mark.parametrize("size", [0, 1, join._SPLIT, join._SPLIT + 1])
def test_words_of_one_digit_lie_side_by_side(size: int) -> None:
    words = np.arange(size, dtype=np.uint64) * np.uint64(7) % np.uint64(1009)
    seen = []
    for some, bounds in grouped(words, lambda some: (some % np.uint64(5)).astype(np.uint8), 5):
        for digit, (start, end) in enumerate(itertools.pairwise(bounds)):
            assert set((some[start:end] % np.uint64(5)).tolist()) <= {digit}
        assert (len(bounds), bounds[-1]) == (6, len(some))
        seen += some.tolist()
    assert Counter(seen) == Counter(words.tolist())
