"""All engines of the deduplicator find the same, whatever the texts share."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from feedtools.check.files import check
from feedtools.clean import manifest
from feedtools.clean.run import clean
from feedtools.config import Config
from feedtools.dedup import candidates, files, small
from feedtools.dedup.batch import Settings, clusters_of, dedup
from feedtools.dedup.index.query import find
from feedtools.dedup.index.updates import IndexWriter
from feedtools.model import COPIES, Article

pytestmark = pytest.mark.slow  # five engines and whole runs over hundreds of texts

HAN = [chr(0x4E00 + 37 * number) for number in range(520)]


def feed(seed: int) -> list[str]:
    """2 to 300 texts: own articles under a few footers and stock openings, with edited and cut copies, and series."""
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
    for _ in range(draw.randrange(4)):
        frame = [prose(draw.randrange(12, 40)) for _ in range(draw.randrange(2, 5))]
        texts += ["".join(part + prose(draw.randrange(2, 6)) for part in frame) for _ in range(draw.randrange(2, 7))]
    draw.shuffle(texts)
    return [*texts, prose(80)][:300]


@pytest.mark.parametrize("seed", range(12))
def test_small_batch_and_out_of_core_agree(seed: int, tmp_path: Path) -> None:
    texts = feed(seed)
    expected = dedup(texts)
    assert tuple(small.dedup(texts)) == tuple(expected)
    assert dedup(texts, spill=tmp_path) == expected
    assert tuple(clusters_of(texts).all()) == expected.clusters


@pytest.mark.parametrize("seed", range(12))
def test_a_search_around_some_texts_finds_their_clusters_and_compares_less(seed: int) -> None:
    texts = feed(seed)
    compared: list[int] = []

    def progress(phase: str, total: int, _unit: str) -> Callable[[int], None]:
        compared.append(total if phase == "comparing" else 0)
        return lambda _: None

    every = tuple(clusters_of(texts, Settings(progress=progress)).all())
    total, compared[:] = sum(compared), []
    draw = random.Random(seed)
    around = np.array(sorted(draw.sample(range(len(texts)), len(texts) // 20)), np.int64)
    some = tuple(clusters_of(texts, Settings(around=around, progress=progress)).all())
    asked = {one for one in every if {one.keep, *one.drop} & set(around.tolist())}
    assert asked <= set(some) <= set(every)
    assert sum(compared) < total or total == 0


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_clean_drops_what_dedup_and_check_list(seed: int, tmp_path: Path) -> None:
    rows = (json.dumps({"text": text}, ensure_ascii=False) for text in feed(seed))
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    config = Config(root=tmp_path, select=("FT901", "FT902", "FT903", "FT904", "FT905"), cache=False)
    clustered = files.dedup([str(path)], config)
    listed = {clustered.articles[number].line for one in clustered.clusters for number in one.drop}
    assert {one.article.line for one in check([str(path)], config).findings} == listed
    assert clean([str(path)], tmp_path / "out", config).errors == []
    entries = (entry for entry in manifest.read(tmp_path / "out" / "manifest.jsonl") if "action" in entry)
    assert {entry["line"] for entry in entries if entry["action"] == "drop"} == listed


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_the_index_names_copies_that_the_batch_has(seed: int, tmp_path: Path) -> None:
    texts = list(dict.fromkeys(feed(seed)))
    known, new = texts[: len(texts) // 2], texts[len(texts) // 2 :]
    with IndexWriter(tmp_path / "i.sqlite", create=True) as index:
        index.add([Article(f"{number}", 1, text) for number, text in enumerate(known)])
        found = find(index, new)
    matches = {(one.a, one.b): one for one in dedup(texts).matches}
    for number, copies in enumerate(found, len(known)):
        for copy in copies:
            other = int(copy.document.source)
            same = matches.get((number, other)) or matches.get((other, number))
            if same is not None and same.kind in COPIES:
                assert (same.kind, same.similarity) == (copy.match.kind, copy.match.similarity)


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
