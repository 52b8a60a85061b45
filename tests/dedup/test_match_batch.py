"""Many pairs at once are compared as each is by itself."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from feedtools.dedup import match_batch
from feedtools.dedup.document_batch import BatchDocument
from feedtools.dedup.match import Asked, Comparison, compare
from feedtools.dedup.match_batch import compare_all
from feedtools.text import symbols_batch

HAN = [chr(0x4E00 + 41 * i) for i in range(480)]


def texts(seed: int) -> list[str]:
    """Copies of two articles: cut, edited, mixed, as they are, and with parts that no reader sees."""
    draw = random.Random(seed)
    one, other = ("".join(draw.choices(HAN, k=300)) for _ in range(2))
    hidden = f"<!-- {''.join(draw.choices(HAN, k=90))} -->"
    return [
        one,
        one,
        other,
        one[:170] + "...",
        one[120:],
        one[:40] + other[40:70] + one[70:],
        one[:140] + other[:140],
        one[:100] + hidden + one[100:],
        other[:60] + f"[{other[60:90]}](https://example.org/{seed})" + other[90:] + hidden,
        one[:200] + r"\(x_1\)" + one[200:],
        "短",
    ]


@pytest.mark.parametrize("overlaps", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_each_pair_is_compared_as_by_itself(seed: int, overlaps: bool) -> None:
    every = texts(seed)

    def documents() -> list[BatchDocument]:
        placed = zip(*symbols_batch.placed(every), strict=True)
        return [
            BatchDocument(number, codes, traits, every.__getitem__)
            for number, (_, _, codes, traits) in enumerate(placed)
        ]

    def expected(one: BatchDocument, other: BatchDocument) -> Comparison | None:
        return compare(one, other, Asked(overlaps))

    pairs = [*combinations(documents(), 2)]
    pairs += [(other, one) for one, other in pairs]
    random.Random(seed).shuffle(pairs)
    found = compare_all(pairs, overlaps=overlaps)
    assert found == [expected(*pair) for pair in pairs]
    kinds = {one.match.kind for one in found if one is not None}
    assert {"exact", "truncated", "contained", "overlapping"} <= kinds
    assert ("overlap" in kinds) == overlaps
    assert any(one is None for one in found)
    assert any(one is not None and one.overlap is None and one.match.kind != "exact" for one in found), "none was shown"


def test_no_pairs_are_no_comparisons() -> None:
    assert compare_all([]) == []


def test_pairs_are_cut_by_their_number_and_by_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_batch, "PAIRS", 4)
    monkeypatch.setattr(match_batch, "CODES", 100)

    def cuts(*sizes: int) -> list[tuple[int, int]]:
        return list(match_batch.portions(np.array(sizes, np.uint32)))

    assert cuts() == []
    assert cuts(1, 1, 1, 1, 1) == [(0, 4), (4, 5)]
    assert cuts(60, 39, 1, 5) == [(0, 3), (3, 4)]
    assert cuts(60, 39, 1000, 5) == [(0, 3), (3, 4)]
    assert cuts(100, 100, 99, 100) == [(0, 1), (1, 2), (2, 4)]
