"""Shared runs of many pairs at once are those of each pair."""

from __future__ import annotations

import random

import numpy as np
import pytest

from feedtools.dedup import codes, codes_batch
from feedtools.dedup.codes import SHINGLE


def texts(seed: int, letters: int, count: int = 40) -> list[bytes]:
    draw = random.Random(seed)
    sizes = [0, 1, SHINGLE - 1, SHINGLE, *(draw.randrange(20, 700) for _ in range(count))]
    return [bytes(draw.randrange(letters) for _ in range(size)) for size in sizes]


@pytest.mark.parametrize("letters", [2, 26, 256])
@pytest.mark.parametrize("piece", [900, codes_batch.PIECE])
def test_each_pair_is_marked_as_by_itself(letters: int, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes_batch, "PIECE", piece)
    one, draw = texts(1, letters), random.Random(letters)
    other = [*texts(2, letters), one[-1] + one[-2]]  # the last one shares with two of them
    pairs = [(draw.choice(one), draw.choice(other)) for _ in range(150)]
    pairs += [(text, other[-1]) for text in one] + [(text, text[3:] + text[:90]) for text in one]
    made = codes_batch.shared([a for a, _ in pairs], [b for _, b in pairs])
    assert made == [codes.shared(a, b) for a, b in pairs]


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_a_shingle_that_loses_its_slot_in_each_table_is_found(rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = np.uint64(1 << 57)  # hashes of a few slots
    monkeypatch.setattr(codes_batch, "_MULTIPLIERS", [int(crowded)] * rounds)
    one = texts(3, 256)
    other = [text[::-1] + text for text in one]
    assert codes_batch.shared(one, other) == [codes.shared(a, b) for a, b in zip(one, other, strict=True)]


def test_the_next_table_holds_what_lost_its_slot_and_no_more() -> None:
    there, sizes = codes_batch._whole_shingles([b"abcdefgh", b"", b"abcdefabcdef"])
    assert sizes.tolist() == [3, 0, 7]
    table = codes_batch._Table(there, sizes, np.uint64(0))  # all of a text have one slot, which the last one gets
    lost, left = table.lost()
    assert left.tolist() == [2, 0, 5]  # the last one of the third text stands in it twice
    found, unknown = table.look_up(there, np.repeat(np.arange(3), sizes))
    assert (len(found), len(unknown)) == (3, 7)
    assert lost.tolist() == there[unknown].tolist()
