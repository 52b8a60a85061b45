"""All engines of the deduplicator find the same, whatever the texts share."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from feedtools.dedup import candidates, small
from feedtools.dedup.batch import clusters_of, dedup

HAN = [chr(0x4E00 + 37 * number) for number in range(520)]


def feed(seed: int) -> list[str]:
    """2 to 300 texts: own articles under a few footers and stock openings, some of them with edited or cut copies."""
    draw = random.Random(seed)

    def prose(length: int) -> str:
        return "".join(draw.choices(HAN, k=length))

    footers, openings = [prose(draw.randrange(20, 120)) for _ in range(2)], [prose(draw.randrange(20, 90))]
    texts = []
    for _ in range(draw.choice((1, 20, 70, 200))):
        text = draw.choice(["", *openings]) + prose(draw.randrange(15, 160)) + draw.choice(["", *footers])
        texts.append(text)
        while draw.random() < 0.4:
            rate = draw.choice((0, 0.02, 0.1, 0.25))
            copy = "".join(draw.choice(HAN) if draw.random() < rate else char for char in text)
            texts.append(copy[: draw.choice((None, len(text) // 2))])
    draw.shuffle(texts)
    return [*texts, prose(80)][:300]


@pytest.mark.parametrize("seed", range(12))
def test_small_batch_and_out_of_core_agree(seed: int, tmp_path: Path) -> None:
    texts = feed(seed)
    expected = dedup(texts).clusters
    assert small.clusters(texts) == expected
    assert dedup(texts, spill=tmp_path).clusters == expected
    assert tuple(clusters_of(texts).all()) == expected


def test_a_crowded_key_gives_star_edges_alone_in_the_small_engine_too() -> None:
    assert set(candidates.edges(range(5), 5)) == {(0, number) for number in range(1, 5)}
    chained = {(1, 2), (1, 3), (2, 3), (2, 4), (3, 4)}
    assert set(candidates.edges(range(5), 6)) == chained | {(0, number) for number in range(1, 5)}


@pytest.mark.parametrize(
    ("shared", "least", "same_head", "worth"),
    [(3, 30, False, True), (2, 30, False, False), (1, 10, False, True), (0, 15, True, True), (0, 16, True, False)],
)
def test_which_pairs_are_worth_comparing(shared: int, least: int, same_head: bool, worth: bool) -> None:
    assert bool(candidates.worth(shared, least, same_head)) is worth
