"""The deduplicator as a whole, on texts made here: relations found, and no dependence on order."""

from __future__ import annotations

import gc
import os
import random
from collections import UserList
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup import batch, batch_pairs, batch_run, match_table, small
from feedtools.dedup.batch import dedup
from feedtools.dedup.evidence import explain
from feedtools.model import Match
from feedtools.system.shared_memory import Arena, ArrayPlace

HAN = [chr(0x4E00 + 37 * i) for i in range(500)]


def article(seed: int, length: int = 400) -> str:
    return (
        "".join(random.Random(seed).choices([*HAN, "，", "。", " "], k=length - 20))
        + "，然而，一切，都还没有结束，这里是尾"
    )


def test_relations_are_named() -> None:
    whole = article(1)
    texts = [whole, whole, whole[:120] + "...", whole[100:300], whole.replace("，", ","), article(2)]
    result = dedup(texts)
    kinds = {m.a: m.kind for m in result.matches if m.b == 0}
    assert kinds == {1: "exact", 2: "truncated", 3: "contained", 4: "near"}
    (found,) = result.clusters
    assert (found.keep, found.drop) == (0, (1, 2, 3, 4))


def test_evidence_is_aligned() -> None:
    whole = article(3)
    part = "转载：" + whole[50:250]
    (match,) = dedup([whole, part], evidence=True).matches
    assert match.evidence
    for block in match.evidence:
        assert whole[block.b_start : block.b_end] == part[block.a_start : block.a_end]


def test_evidence_is_that_of_each_pair_by_itself() -> None:
    whole = article(4)
    texts = [
        whole,
        whole,
        whole[:150] + "...",
        "①" + whole[40:],
        whole.replace("，", r"\(x_1\)"),
        article(5)[:99] + whole[:99],
    ]
    texts += [text.replace("一", "½ﬁ", 3) for text in texts]  # code points that stand for several symbols
    found = dedup(texts, evidence=True).matches
    assert found == tuple(explain(one, texts[one.a], texts[one.b]) for one in dedup(texts).matches)
    assert len({one.kind for one in found}) > 3


def test_empty_and_short_texts_match_only_exactly() -> None:
    result = dedup(["", "", "短文", "短文", "短文。"])
    assert [(m.a, m.b, m.kind) for m in result.matches] == [(1, 0, "exact"), (3, 2, "exact")]
    assert dedup([]) == ((), ())


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_input_order_does_not_matter(rng: random.Random) -> None:
    texts = []
    for seed in range(6):
        whole = article(seed)
        texts += [whole, whole, whole[:200], whole[60:], "甲" + whole[:-30], article(9, 60) + whole]
    places = list(range(len(texts)))
    expected = dedup(texts, places=places)
    order = places[:]
    rng.shuffle(order)
    got = dedup([texts[i] for i in order], places=order)
    assert {(order[c.keep], frozenset(order[d] for d in c.drop)) for c in got.clusters} == {
        (c.keep, frozenset(c.drop)) for c in expected.clusters
    }
    assert {m._replace(a=order[m.a], b=order[m.b]) for m in got.matches} == set(expected.matches)


def test_who_is_compared_does_not_depend_on_the_places_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of texts with the same symbols, which others are linked to is decided by the texts."""
    whole = article(3)
    texts = [whole.replace("，", mark) + tail for mark in "，。；" for tail in ("", "！", "？")]
    texts += [whole[:200], whole[:150] + "甲乙丙", whole[40:]]

    def matched(places: list[int]) -> set[frozenset[str]]:
        monkeypatch.setattr(batch, "ROUNDS", 0)  # what is compared again is what is kept
        return {frozenset((texts[m.a], texts[m.b])) for m in dedup(texts, places=places).matches}

    forwards = list(range(len(texts)))
    assert matched(forwards) == matched(forwards[::-1])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.text(st.characters(), max_size=40) | st.sampled_from([article(s, 90) for s in range(4)]), max_size=40)
)
def test_spilling_to_files_changes_nothing(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder, expected = tmp_path_factory.getbasetemp(), dedup(texts)
    assert dedup(texts, spill=folder) == expected
    assert dedup(UserList(texts), spill=folder) == expected  # texts that are read, once for all that is made of them


@pytest.mark.parametrize("spilled", [True, False])
def test_texts_that_are_read_are_exact_copies_of_the_same_characters_alone(spilled: bool, tmp_path: Path) -> None:
    texts = [article(1), article(1).replace("，", ","), article(2), article(1), "", "。", "", article(1)[:-1]]
    expected = dedup(texts)
    assert [(one.a, one.b) for one in expected.matches if one.kind == "exact"] == [(3, 0), (6, 4)]
    assert dedup(UserList(texts), spill=tmp_path if spilled else None) == expected


def test_spilling_needs_no_reads_at_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has none."""
    texts = [article(seed, 120)[: 120 - 7 * (i % 3)] for seed in range(20) for i in range(3)]
    expected = dedup(texts, jobs=1)
    monkeypatch.delattr(os, "pread")
    monkeypatch.delattr(os, "preadv")
    assert dedup(UserList(texts), jobs=1, spill=tmp_path) == expected


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])  # two do not sketch what lies in memory
@pytest.mark.parametrize("kind", [list, UserList])  # in memory, and as if read when asked for
def test_the_number_of_processes_changes_nothing(kind: type, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        article(seed, 120)[: 120 - 7 * (i % 3)] + "𠮷" * 300 * (seed == 700) for seed in range(1500) for i in range(3)
    ]
    alone = dedup(kind(texts), jobs=1)
    assert len(alone.clusters) == 1500
    monkeypatch.setattr(batch_run, "MANY", 0)
    monkeypatch.setattr(batch_run, "MANY_READ", 0)
    monkeypatch.setattr(batch_run, "TASK", 1000)
    assert batch_run.worker_count(jobs, kind(texts)) == jobs
    assert dedup(kind(texts), jobs=jobs) == alone


@pytest.mark.slow
@pytest.mark.parametrize(("large", "alone"), [(1500, False), (1501, True)])
def test_many_documents_on_the_disk_are_joined_by_several_processes(
    large: int, alone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [article(seed, 120)[: 120 - 7 * (i % 3)] for seed in range(500) for i in range(4)]  # a fourth are repeated
    expected = dedup(texts, jobs=1)
    assert len(expected.clusters) == 500
    here, linked = os.getpid(), batch_pairs._linked

    def watched(*args: Any) -> Any:
        assert (os.getpid() == here) == alone
        return linked(*args)

    monkeypatch.setattr(batch_run, "MANY_READ", 0)
    monkeypatch.setattr(batch_run, "TASK", 1000)
    monkeypatch.setattr(batch_pairs, "_LARGE", large)
    monkeypatch.setattr(batch_pairs, "_linked", watched)
    assert dedup(UserList(texts), jobs=2, spill=tmp_path) == expected


def test_arrays_left_in_shared_memory_are_there_and_those_too_large_are_handed_back() -> None:
    arena = Arena([20, 9])
    some, more = np.arange(5, dtype=np.uint16), np.arange(3, dtype=np.uint64)
    left = [*arena.put(1, [some]), *arena.put(0, [some, more]), *arena.put(1, [some])]
    assert [isinstance(one, ArrayPlace) for one in left] == [True, True, False, False]
    for one, array in zip(left, [some, some, more, some], strict=True):
        assert arena.get(one).tolist() == array.tolist()
        assert arena.get(one).dtype == array.dtype


@pytest.mark.parametrize("running", [True, False])
def test_the_collector_is_left_as_it_was(running: bool) -> None:
    class Unreadable(list[str]):
        def __getitem__(self, place: object) -> NoReturn:
            raise OSError(f"it was {gc.isenabled()} when {place} was read")

    (gc.enable if running else gc.disable)()
    try:
        dedup([article(1), article(1)[:100]])
        assert gc.isenabled() is running
        with pytest.raises(OSError, match="it was False"):
            dedup(Unreadable([article(1)]))
        assert gc.isenabled() is running
    finally:
        gc.enable()


@pytest.mark.slow
def test_a_hub_costs_no_more_than_its_copies() -> None:
    texts = [article(1) + "，" * i for i in range(3000)]
    (found,) = dedup(texts, jobs=1).clusters
    assert len(found.drop) == 2999
    assert len(found.matches) < 3 * len(texts)


def test_a_shared_footer_joins_nothing() -> None:
    footer = "，本站文章均为原创，转载时请务必注明出处，并保留作者的姓名与链接，谢谢合作。" * 2
    texts = [article(seed, 300) + footer for seed in range(40)]
    result = dedup(texts)
    assert result.clusters == ()
    assert {m.kind for m in result.matches} == {"overlap"}


def test_what_is_left_is_compared_again_until_no_copy_is_among_it() -> None:
    """Between two copies in the order of the join stand others that share their keys, and go for a third text."""
    shared, own = article(1, 200), article(2, 160)
    between = [shared + own[: 150 - 10 * i] for i in range(9)]
    texts = [shared + own + article(3, 60), *between]
    first = dedup(texts)
    kept = set(range(len(texts))) - {number for one in first.clusters for number in one.drop}
    assert dedup([texts[number] for number in sorted(kept)]).clusters == ()


def test_instalments_of_a_series_stay_apart() -> None:
    opening = "本系列教程的第{}部分，建议按照顺序阅读，" + article(5, 60)
    texts = [opening.format(n) + article(50 + k, 30) for k, n in enumerate("一二三四")]
    assert dedup(texts).clusters == ()


def test_two_that_overlap_with_one_text_are_compared_with_each_other() -> None:
    other = article(41, 300)
    whole = article(40, 300) + other
    middle = article(40, 300)[-140:] + other[:140]
    texts = [whole, middle, other[:140] + article(42, 160), article(43)]
    found = {(m.a, m.b): m.kind for m in dedup(texts).matches if m.kind != "overlap"}
    assert (2, 1) in found or (1, 2) in found
    assert small.dedup(texts).matches == dedup(texts).matches


@pytest.mark.parametrize(("partners", "pairs"), [(7, 21), (16, 15)])
def test_a_crowd_around_one_text_costs_a_few_pairs_each(partners: int, pairs: int) -> None:
    rows = match_table.pack([Match(0, other, "overlapping", 0.5, 0.5, 1.0) for other in range(1, partners + 1)])
    assert len(batch._of_one_partner(rows, partners + 1, np.arange(partners + 1))) == pairs
    joined = match_table.pack([Match(0, other, "near", 1.0, 1.0, 1.0) for other in range(1, partners + 1)])
    assert not len(batch._of_one_partner(joined, partners + 1, np.arange(partners + 1)))
