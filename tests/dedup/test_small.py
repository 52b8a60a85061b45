"""The deduplicator without numpy finds what the batch one finds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup import small
from feedtools.dedup.batch import dedup
from feedtools.readers.transmission import parse
from tests.places import FEED

SAMPLE = sorted((FEED).glob("*.txt"))


def sample_texts() -> list[str]:
    return [article.text for path in SAMPLE for article in parse(path.read_bytes(), path.name).articles]


@pytest.mark.parametrize("seed", range(8))
def test_clusters_equal_those_of_the_batch(seed: int) -> None:
    draw = random.Random(seed)
    texts = sample_texts()
    texts = [text[draw.randrange(40) :][: draw.choice((60, 200, 600))] for text in draw.choices(texts, k=90)]
    assert small.dedup(texts).clusters == dedup(texts).clusters
    assert small.dedup(texts).clusters


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("甲乙丙丁a-1 \\([Math]"), max_size=120), max_size=8))
def test_clusters_equal_on_any_text(texts: list[str]) -> None:
    assert small.dedup(texts).clusters == dedup(texts).clusters
