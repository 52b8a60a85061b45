"""The index and the batch deduplicator say the same of every relation.

The batch compares a document with some of those it shares a key with, and chooses between what it keeps; the index is
asked for what stands for a new article, compares it with all of them, and stops where it has found some. So it may name
more copies of one article and fewer distant ones, but it names one where the batch has one, none where that has none,
and the closest first.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.generate import documents
from feedtools.dedup.batch import dedup
from feedtools.dedup.cluster import rest_of
from feedtools.dedup.index.query import find
from feedtools.dedup.index.updates import IndexWriter as Index
from feedtools.dedup.rest import REST
from feedtools.model import COPIES, Article, Match

PUBLISHED = 5_000
NEW = 1_000


@pytest.mark.slow
def test_answers_equal_those_of_the_batch_deduplicator(tmp_path: Path) -> None:
    made = list(documents(PUBLISHED + NEW, planted=0.5))
    texts = [document.text for document in made]
    batch: defaultdict[int, dict[int, Match]] = defaultdict(dict)
    for match in dedup(texts).matches:
        low, high = sorted((match.a, match.b))
        if match.kind in COPIES and rest_of(match, high) < REST and low < PUBLISHED <= high:
            batch[high][low] = match
    with Index(tmp_path / "i.sqlite", create=True) as index:
        index.add([Article(f"{number}.txt", 1, text) for number, text in enumerate(texts[:PUBLISHED])])
        answers = find(index, texts[PUBLISHED:])
    relations: set[str] = set()
    for number, found in enumerate(answers, PUBLISHED):
        said = {int(one.document.source[:-4]): one.match.kind for one in found}
        assert bool(said) == bool(batch[number]), (number, made[number].relation)
        for low in said.keys() & batch[number].keys():
            assert said[low] == batch[number][low].kind, (number, low)
        if found:
            closest = max(match.similarity for match in batch[number].values())
            assert found[0].match.similarity >= closest, number
            best = made[int(found[0].document.source[:-4])]
            assert best.source == made[number].source, "repeats another article"
            relations.add(made[number].relation)
    assert len(relations) > 8, "too few relations were planted"
