"""The distributed deduplicator's stages without an engine: chained by hand they give what the local engine gives."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools import cluster, dedup, join

pa = pytest.importorskip("pyarrow")
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import generate  # noqa: E402

from feedtools.scale import stages  # noqa: E402
from feedtools.sketch import FEW_KEYS, SHARED  # noqa: E402

ID_TEXT = pa.schema([("id", pa.string()), ("text", pa.string())])


def batches(texts: dict[str, str], size: int = 50) -> list[pa.RecordBatch]:
    rows = list(texts.items())
    parts = [rows[at : at + size] for at in range(0, len(rows), size)]
    return [pa.RecordBatch.from_arrays(list(map(pa.array, zip(*part, strict=True))), schema=ID_TEXT) for part in parts]


def edges_by_bundles(texts: dict[str, str], buckets: int, hot: int, size: int = 50) -> set[tuple[object, ...]]:
    """(heads, low, high, shared keys, keys of the smaller) by the stages, each batch a task of its own."""
    bundled = [row for batch in batches(texts, size) for out in stages.bundles(buckets)([batch]) for row in rows(out)]
    bundled.sort(key=lambda row: row["bucket"])
    table = pa.RecordBatch.from_pylist(bundled, schema=stages.BUNDLES)
    total: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for out in stages.linked(buckets, hot)([table.slice(0, 7), table.slice(7)]):
        for row in rows(out):
            total[row["heads"], row["low"], row["high"], row["least"]] += row["shared"]
    return {(heads, low, high, shared, least) for (heads, low, high, least), shared in total.items()}


def rows(batch: pa.RecordBatch) -> list[dict[str, object]]:
    return batch.to_pylist()


def matches_by_stages(
    texts: dict[str, str], buckets: int = 4, hot: int = join.HOT, size: int = 50
) -> set[tuple[object, ...]]:
    """The matches of texts that are all different."""
    edges = edges_by_bundles(texts, buckets, hot, size)
    pairs = {
        (high, low)
        for heads, low, high, shared, least in edges
        if (least < FEW_KEYS if heads else shared >= SHARED * least)  # type: ignore[operator]
    }
    table = [(a, texts[a], b, texts[b]) for a, b in sorted(pairs)]  # type: ignore[index]
    batch = pa.RecordBatch.from_pylist([dict(zip(("a", "text_a", "b", "text_b"), row, strict=True)) for row in table])
    names = [name for name in stages.MATCHES.names if name != "evidence"]
    return {
        tuple(row[name] for name in names) for out in stages.verified([batch] if table else []) for row in rows(out)
    }


def matches_by_engine(texts: dict[str, str]) -> set[tuple[object, ...]]:
    ids = list(texts)
    with pytest.MonkeyPatch.context() as patch:  # a match that joins nothing is turned into an overlap later
        patch.setattr(dedup, "_acted_on", lambda matches, _: matches)
        found = dedup.dedup(list(texts.values()), places=ids)
    return {(ids[m.a], ids[m.b], m.kind, m.coverage_a, m.coverage_b, m.similarity) for m in found.matches}


def made(count: int, seed: int = 0) -> dict[str, str]:
    """Different texts with all relations planted, in no order."""
    found = dict.fromkeys(document.text for document in generate.documents(count, planted=0.5, seed=seed))
    order = random.Random(seed)
    numbers = order.sample(range(10**6), len(found))
    return {f"{number:07d}": text for number, text in zip(numbers, found, strict=True)}


@pytest.mark.parametrize("buckets", [1, 8])
@pytest.mark.parametrize("size", [37, 1000])
def test_matches_are_those_of_the_local_engine(buckets: int, size: int) -> None:
    texts = made(300)
    expected = matches_by_engine(texts)
    assert len(expected) > 100
    assert matches_by_stages(texts, buckets, size=size) == expected


def test_crowded_keys_give_star_edges_alone_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    footer = "，本站文章均为原创，转载时请务必注明出处，并保留作者的姓名与链接，谢谢合作。" * 2
    texts = {name: text + footer for name, text in made(120).items()}
    chained = edges_by_bundles(texts, 2, join.HOT)
    starred = edges_by_bundles(texts, 2, 20)
    assert len(starred) < 0.7 * len(chained)
    monkeypatch.setattr(join, "HOT", 20)
    assert matches_by_stages(texts, 2, 20) == matches_by_engine(texts)


def test_a_key_of_very_many_costs_an_edge_each() -> None:
    count = 50_000
    words = join.pack(stages.np.full(count, 7 << 40, "u8"), stages.np.arange(count, dtype="u8"), 17, 3)
    low, high, shared = join.counted(join.edges(words, 17))
    assert (low == 0).all()
    assert high.tolist() == list(range(1, count))
    assert (shared == 1).all()


def test_bundles_as_rows_hold_each_key_of_a_document_once() -> None:
    texts = made(40) | {"z": "重复的七个字以上" * 40}
    out = [row for bundle in stages.bundles(4)(batches(texts)) for part in stages.keys([bundle]) for row in rows(part)]
    seen = [(row["bucket"] >= 4, row["id"], row["key"]) for row in out]
    assert len(set(seen)) == len(seen)
    from feedtools.sketch import sketch

    expected = {(False, name, key) for name, text in texts.items() for key in sketch(text).keys}
    heads = {(True, name, sketch(text).head) for name, text in texts.items()}
    unsigned = {(head, name, key % (1 << 64)) for head, name, key in seen}
    assert unsigned == expected | {one for one in heads if one[2] is not None}


@given(st.lists(st.text(max_size=30) | st.sampled_from(sorted(made(8).values())), unique=True, max_size=12))
def test_any_text_passes(texts: list[str]) -> None:
    named = {f"{i:03d}": text for i, text in enumerate(texts) if text.isprintable()}
    assert matches_by_stages(named, size=5) == matches_by_engine(named)


def test_clusters_and_keepers_are_those_of_the_local_engine() -> None:
    texts = made(300, seed=3)
    copied = {f"{number}-copy": texts[number] for number in list(texts)[::9]}
    everything = texts | copied
    ids = list(everything)
    local = dedup.dedup(list(everything.values()), places=ids)
    expected = {(ids[c.keep], ids[c.keep]) for c in local.clusters}
    expected |= {(ids[d], ids[c.keep]) for c in local.clusters for d in c.drop}

    table = [(a, b, *rest) for a, b, *rest in _verified_rows(texts)]
    names = [name for name in stages.VERIFIED.names if name != "evidence"]
    acting = [dict(zip(names, row, strict=True), begins=0, ends=9) for row in table]
    nothing = dict.fromkeys((*stages.FACTS, "begins", "ends"))
    exact = {"kind": "exact", "coverage_a": 1.0, "coverage_b": 1.0, "similarity": 1.0}
    acting += [{"a": copy, "b": copy.removesuffix("-copy"), **exact, **nothing} for copy in copied]
    acting = [row for row in acting if row["kind"] != "overlap"]
    sets = cluster.Sets()
    number = {name: place for place, name in enumerate(sorted(ids))}
    for row in acting:
        sets.union(number[row["a"]], number[row["b"]])
    ordered = sorted(acting, key=lambda row: sets.find(number[row["a"]]))
    found, apart = set(), set()
    kinds = {(ids[m.a], ids[m.b]): m.kind for m in local.matches}
    for _, component in groupby(ordered, key=lambda row: sets.find(number[row["a"]])):
        out = list(stages.cluster_rows(list(component)))
        found |= {(row[0], row[1]) for row in out if row[2] != stages.APART}
        apart |= {(row[0], row[1]) for row in out if row[2] == stages.APART}
    assert found == expected
    assert apart == {pair for pair, kind in kinds.items() if kind == "overlap"} & {
        (row["a"], row["b"]) for row in acting
    }


def _verified_rows(texts: dict[str, str]) -> list[tuple[object, ...]]:
    pairs = [one[:2] for one in matches_by_engine(texts) if one[2] != "overlap"]
    table = [{"a": a, "text_a": texts[a], "b": b, "text_b": texts[b]} for a, b in pairs]  # type: ignore[index]
    names = [name for name in stages.VERIFIED.names if name != "evidence"]
    batch = pa.RecordBatch.from_pylist(table)
    return [tuple(row[name] for name in names) for out in stages.verified([batch]) for row in rows(out)]
