"""The distributed deduplicator's stages without an engine: chained by hand they give what the local engine gives."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup import batch, candidates, cluster, join, match_table
from tests.dedup.test_engines import feed
from tests.places import ROOT

pa = pytest.importorskip("pyarrow")
pc = pytest.importorskip("pyarrow.compute")
sys.path.append(str(ROOT / "benchmarks"))

import generate  # noqa: E402

from feedtools.dedup.sketch import shingle_hashes  # noqa: E402
from feedtools.model import text_number  # noqa: E402
from feedtools.scale import arrow, exact_copies, matches, sketch_join  # noqa: E402
from feedtools.text.symbols import symbols  # noqa: E402

PARTS = 3


def batches(texts: dict[str, str], size: int = 50) -> list[pa.RecordBatch]:
    table = pa.table({"id": pa.array(texts, pa.string()), "text": pa.array(texts.values(), pa.string())})
    return table.to_batches(size)  # type: ignore[no-any-return]


def edges_by_bundles(texts: dict[str, str], buckets: int, hot: int, size: int = 50) -> list[dict[str, object]]:
    """The edges by the stages, in bundles, each batch a task of its own."""
    sketched = [
        row for batch in batches(texts, size) for out in sketch_join.sketched(buckets)([batch]) for row in rows(out)
    ]
    table = pa.RecordBatch.from_pylist(sketched, schema=sketch_join.BUNDLES)
    linked = sketch_join.linked(buckets, hot, PARTS, 1 << 25)
    return [row for out in linked([table.slice(0, 7), table.slice(7)]) for row in rows(out)]


def rows(batch: pa.RecordBatch) -> list[dict[str, object]]:
    return batch.to_pylist()  # type: ignore[no-any-return]


def wanted(edges: list[dict[str, object]]) -> list[dict[str, object]]:
    batch = pa.RecordBatch.from_pylist(edges, schema=sketch_join.EDGES)
    return unpacked(sketch_join.wanted([batch.slice(0, 5), batch.slice(5)]), "wanted")


def unpacked(outcome: Iterable[pa.RecordBatch], kind: str) -> list[dict[str, object]]:
    """The rows of one kind, and whether as many are said to be there."""
    some = [one for one in map(packs_of(kind), outcome) if len(one)]
    found = [row for out in arrow.unpacked(some) for row in rows(out)]
    assert sum(row["rows"] for one in some for row in rows(one)) == len(found)  # type: ignore[misc]
    return found


def packs_of(kind: str) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    return lambda batch: batch.filter(pc.equal(batch.column("kind"), kind))


def verified(texts: dict[str, str], asked: list[dict[str, object]], size: int = 20) -> list[dict[str, object]]:
    by_number = {text_number(text): (name, text) for name, text in texts.items()}
    table = [{**row, **dict(zip(("id", "text"), by_number[row["number"]], strict=True))} for row in asked]  # type: ignore[index]
    table.sort(key=lambda row: (row["centre"], row["salt"], row["number"] != row["centre"]))
    parts = [pa.RecordBatch.from_pylist(table[at : at + size]) for at in range(0, len(table), size)]
    return [row for out in matches.verified(parts) for row in rows(out)]


def matches_by_stages(
    texts: dict[str, str], buckets: int = 4, hot: int = candidates.HOT, size: int = 50
) -> set[tuple[object, ...]]:
    """The matches of texts that are all different."""
    names = [name for name in matches.MATCHES.names if name != "evidence"]
    found = verified(texts, wanted(edges_by_bundles(texts, buckets, hot, size)))
    return {tuple(row[name] for name in names) for row in found}


def matches_by_engine(texts: dict[str, str]) -> set[tuple[object, ...]]:
    ids = list(texts)
    with pytest.MonkeyPatch.context() as patch:  # series are told apart later, and what is left is compared again
        patch.setattr(match_table, "tell_series_apart", lambda rows, _: rows)
        patch.setattr(batch, "ROUNDS", 0)
        found = batch.dedup(list(texts.values()), places=ids)
    return {(ids[m.a], ids[m.b], *m[2:6], m.rest_a, m.rest_b) for m in found.matches}


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
    plain = made(120)
    texts = {name: text + footer for name, text in plain.items()}
    without, chained, starred = (
        sum(len(row["edges"]) for row in edges_by_bundles(some, 2, hot) if row["heads"] is not None)  # type: ignore[arg-type]
        for some, hot in ((plain, 1000), (texts, 1000), (texts, 20))
    )
    assert starred - without < 0.55 * (chained - without)  # a star, and not a chain besides
    monkeypatch.setattr(candidates, "HOT", 20)
    assert matches_by_stages(texts, 2, 20) == matches_by_engine(texts)


def test_a_key_of_very_many_costs_an_edge_each() -> None:
    count = 50_000
    words = join.pack(sketch_join.np.full(count, 7 << 40, "u8"), sketch_join.np.arange(count, dtype="u8"), 17, 3)
    low, high, shared = join.counted(join.edges(words, 17))
    assert (low == 0).all()
    assert high.tolist() == list(range(1, count))
    assert (shared == 1).all()


def test_bundles_as_rows_hold_each_key_of_a_document_once() -> None:
    texts = made(40) | {"z": "重复的七个字以上" * 40}
    bundled = [part.filter(pc.less(part.column("bucket"), 8)) for part in sketch_join.sketched(4)(batches(texts))]
    out = [row for part in sketch_join.keys(4)(bundled) for row in rows(part)]
    seen = [(row["bucket"] >= 4, row["number"], row["key"] % (1 << 64)) for row in out]  # type: ignore[operator]
    assert len(set(seen)) == len(seen)
    from feedtools.dedup.sketch import sketch

    sketches = {text_number(text): sketch(text) for text in texts.values()}
    expected = {(False, number, key >> 21 << 21) for number, one in sketches.items() for key in one.keys}
    heads = {(True, number, one.head >> 24 << 24) for number, one in sketches.items() if one.head is not None}
    assert set(seen) == expected | heads


def test_a_text_that_several_tasks_bundled_is_one() -> None:
    texts = made(60)
    again = {f"{name}-copy": text for name, text in texts.items()}
    once, twice = (edges_by_bundles(some, 2, 20, size=60) for some in (texts, texts | again))

    def asked(edges: list[dict[str, object]]) -> set[tuple[object, ...]]:
        return {tuple(row.values()) for row in wanted(edges)}

    assert asked(twice) == asked(once)
    assert len(asked(once)) > 20


def test_equal_texts_of_one_task_are_bundled_once_and_known_each() -> None:
    text = next(iter(made(1).values()))
    table = pa.table({"id": ["a", "b", None, "d", "e"], "text": [text] * 3 + [None, ""]})
    bundled = list(sketch_join.sketched(1)(table.to_batches()))
    edges = [row for out in sketch_join.linked(1, candidates.HOT, PARTS, 1 << 25)(bundled) for row in rows(out)]
    known = unpacked(sketch_join.wanted([pa.RecordBatch.from_pylist(edges, schema=sketch_join.EDGES)]), "known")
    lengths = [("a", len(text)), ("b", len(text)), (None, len(text)), ("d", None), ("e", 0)]
    assert [(row["id"], row["length"]) for row in known] == lengths
    assert [row["number"] for row in known] == [text_number(text)] * 3 + [None, text_number("")]
    keys = sum(row["weight"] for batch in bundled for row in rows(batch) if row["bucket"] == 0)  # type: ignore[misc]
    assert keys == len(shingle_hashes(symbols(text))) > 10


def test_a_bucket_that_is_too_full_is_said_to_be_and_gives_no_edges() -> None:
    sketched = [row for out in sketch_join.sketched(2)(batches(made(60), 7)) for row in rows(out)]
    weight = sum(row["weight"] for row in sketched if row["bucket"] == 1)  # type: ignore[misc]
    assert weight > sum(row["weight"] for row in sketched if row["bucket"] == 2) > 0  # type: ignore[misc]
    table = [
        pa.RecordBatch.from_pylist([row], schema=sketch_join.BUNDLES) for row in sketched if row["bucket"] in (1, 2)
    ]
    for crowded, marks in ((weight + 1, 0), (weight, 1), (1, 2)):
        out = [row for batch in sketch_join.linked(2, candidates.HOT, PARTS, crowded)(table) for row in rows(batch)]
        assert sum(row["edges"] is None for row in out) == marks
        assert {row["heads"] for row in out} == {*([None] if marks else []), *[False, True][marks:]}
        told = sketch_join.wanted([pa.RecordBatch.from_pylist(out, schema=sketch_join.EDGES)])
        assert sum(row["kind"] == "crowded" for batch in told for row in rows(batch)) == marks


def test_edges_as_rows_become_bundles_again() -> None:
    edges = edges_by_bundles(made(60), 2, candidates.HOT)
    table = [
        {"heads": row["heads"], **dict(zip(("low", "high", "shared", "least"), edge, strict=True))}
        for row in edges
        if row["heads"] is not None
        for edge in sketch_join.np.frombuffer(row["edges"], sketch_join.EDGE).tolist()  # type: ignore[call-overload]
    ]
    again = [row for out in sketch_join.packed(PARTS)([pa.RecordBatch.from_pylist(table)]) for row in rows(out)]

    def asked(found: list[dict[str, object]]) -> set[tuple[object, ...]]:
        return {tuple(row.values()) for row in wanted(found)}

    assert asked(again) == asked(edges)
    assert len(asked(edges)) > 20


def test_the_partners_of_one_text_are_verified_in_many_groups() -> None:
    """A text that very many others are compared with goes into every group once, however many there are."""
    others = sketch_join.np.arange(1, 100_001, dtype="i8") * 7919
    edges = sketch_join.np.zeros(len(others), sketch_join.EDGE)
    edges["high"], edges["shared"], edges["least"] = others, 50, 60
    asked = wanted(rows(sketch_join._spread(False, edges, PARTS)))
    groups = {(row["centre"], row["salt"]) for row in asked}
    assert len(groups) == sketch_join.SALTS
    assert sorted(row["number"] for row in asked if row["number"]) == others.tolist()  # type: ignore[type-var]
    assert len(asked) == len(others) + sketch_join.SALTS


def test_pairs_are_told_apart_where_their_mixtures_are_equal() -> None:
    first = sketch_join.np.array([5, 9, 5, 9, 5], "i8")
    odd = 0x9E3779B97F4A7C15
    mixed = (5 * odd % (1 << 64)) ^ 77
    second = [77, (9 * odd % (1 << 64)) ^ mixed]
    other = second[1] - (1 << 64) if second[1] >> 63 else second[1]
    found = sketch_join._distinct(first, sketch_join.np.array([77, other, 77, other, 78], "i8"))
    assert sorted(zip(*(side.tolist() for side in found), strict=True)) == sorted([(5, 77), (5, 78), (9, other)])


def test_the_driver_tells_copies_and_names_what_is_asked_for() -> None:
    known = pa.Table.from_pylist(
        [
            {"id": "c", "number": 5, "rest": 1, "length": 30},
            {"id": "a", "number": 7, "rest": 2, "length": 9},
            {"id": "b", "number": 5, "rest": 1, "length": 30},
            {"id": "d", "number": 5, "rest": 2, "length": 31},  # another text of the same number
            {"id": None, "number": 7, "rest": 2, "length": 9},
            {"id": "e"},
        ],
        schema=sketch_join.IDENTITY,
    )
    assert exact_copies.tally(known) == (6, 4, 1, None)
    assert exact_copies.tally(pa.concat_tables([known, known.slice(1, 1)])) == (7, 5, 2, "a")
    texts = exact_copies.DriverTexts(known)
    assert texts.copies().to_pylist() == [{"id": "c", "first": "b", "length": 30}]
    wanted = pa.Table.from_pylist(
        [{"number": 7, "centre": 7, "salt": 0}, {"number": 5, "centre": 7, "salt": 0}], schema=sketch_join.WANTED
    )
    asked = [tuple(row.values()) for row in texts.asked(wanted).to_pylist()]
    assert asked == [("a", 7, 7, 0), ("b", 5, 7, 0), ("d", 5, 7, 0)]
    nothing = exact_copies.DriverTexts(known.slice(0, 0))
    assert (len(nothing.copies()), len(nothing.asked(wanted)), exact_copies.tally(known.slice(0, 0))) == (
        0,
        0,
        (0, 0, 0, None),
    )


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.integers(0, 3))
def test_documents_sort_in_full_however_many_begin_alike(lengths: list[int], heads: int) -> None:
    documents = sketch_join.np.zeros(len(lengths), sketch_join.DOCUMENT)
    documents["short"] = [-length * 40_000 for length in lengths]  # some beyond what one word holds
    documents["head"] = [(i % (heads + 1)) << 10 for i in range(len(lengths))]
    documents["number"] = [(-1) ** i * i for i in range(len(lengths))]
    expected = sorted(range(len(lengths)), key=lambda i: tuple(documents[name][i] for name in sketch_join.ORDER))
    assert sketch_join._order(documents).tolist() == expected


@given(st.lists(st.text(max_size=30) | st.sampled_from(sorted(made(8).values())), unique=True, max_size=12))
def test_any_text_passes(texts: list[str]) -> None:
    named = {f"{i:03d}": text for i, text in enumerate(texts) if text.isprintable()}
    assert matches_by_stages(named, size=5) == matches_by_engine(named)


@pytest.mark.parametrize("rest", [6, 30])
def test_clusters_matches_and_keepers_are_those_of_the_local_engine(rest: int) -> None:
    texts = {f"{number:03d}": text for number, text in enumerate(dict.fromkeys(feed(1)))}
    copied = {f"{number}-copy": texts[number] for number in list(texts)[::9]}
    everything = texts | copied
    ids = list(everything)
    local = batch.dedup(list(everything.values()), places=ids, rest=rest)
    expected = {(ids[c.keep], ids[c.keep]) for c in local.clusters}
    expected |= {(ids[d], ids[c.keep]) for c in local.clusters for d in c.drop}

    found = verified(texts, wanted(edges_by_bundles(texts, 4, candidates.HOT)))
    acting = [{**row, "begins": 0, "ends": 9} for row in found if row["kind"] != "overlap"]
    nothing = dict.fromkeys((*matches.FACTS, "begins", "ends"))
    exact = {"kind": "exact", "coverage_a": 1.0, "coverage_b": 1.0, "similarity": 1.0}
    acting += [{"a": copy, "b": copy.removesuffix("-copy"), **exact, **nothing} for copy in copied]
    first = resolved(acting, rest)
    opened = {row["id"]: row["cluster"] for row in first if row["action"] == matches.OPEN}
    assert opened, "nothing had to be compared again"
    again = [row for row in acting if row["component"] in opened.values()]
    again += [{"component": component, "a": name, "text": texts[name]} for name, component in opened.items()]
    rows_ = [row for row in (*first, *resolved(again, rest)) if row["action"] != matches.OPEN]

    assert {(row["id"], row["cluster"]) for row in rows_ if row["action"] in {"keep", "drop"}} == expected
    kinds = {(row["a"], row["b"]): row["kind"] for row in (*found, *acting)}
    kinds |= {(row["id"], row["cluster"]): row["kind"] for row in rows_ if row["action"] == matches.TOLD}
    for row in rows_:
        if row["action"] == matches.FOUND:
            kinds |= {(one["a"], one["b"]): one["kind"] for b in arrow.unpack([row["packed"]]) for one in rows(b)}  # type: ignore[list-item]
    assert kinds == {(ids[one.a], ids[one.b]): one.kind for one in local.matches}


def resolved(acting: list[dict[str, object]], rest: int) -> list[dict[str, object]]:
    """The rows of all components, in two batches; matches, and documents with their text, are told their component."""
    sets = cluster.Sets()
    names = sorted({str(row[side]) for row in acting for side in ("a", "b") if side in row})
    number = {name: place for place, name in enumerate(names)}
    for row in acting:
        if "component" not in row:
            sets.union(number[str(row["a"])], number[str(row["b"])])
    for row in acting:
        row.setdefault("component", names[sets.find(number[str(row["a"])])])
    acting = sorted(acting, key=lambda row: str(row["component"]))
    facts = [field for field in matches.VERIFIED if field.name != "evidence"]
    ends = [("begins", pa.int32()), ("ends", pa.int32()), ("text", pa.string())]
    schema = pa.schema([("component", pa.string()), *facts, *ends])
    table = pa.RecordBatch.from_pylist([{name: row.get(name) for name in schema.names} for row in acting], schema)
    return [row for out in matches.resolved(rest)([table.slice(0, 7), table.slice(7)]) for row in rows(out)]
