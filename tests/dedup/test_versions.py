"""Versions of one record, and the copy that is kept by the dates of records."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import pytest

from feedtools.config import KEEPS, Keep
from feedtools.dedup import batch, small
from feedtools.dedup.versions import Record, Versions, moment, stands
from feedtools.model import Match


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


BASE = _text(1, 400)
FIRST = BASE[:200] + _text(2, 10) + BASE[200:]
SECOND = BASE[:200] + _text(3, 8) + BASE[200:]  # shorter, and not the same
REVISED = BASE[:200] + _text(4, 60) + BASE[200:]
OTHER = _text(5, 300)


def versions(keep: Keep, *records: Record) -> Versions:
    def read(numbers: Sequence[int]) -> Mapping[int, Record]:
        return {number: records[number] for number in numbers}

    return Versions(keep, read)


def kept(keep: Keep, texts: Sequence[str], *records: Record) -> set[int]:
    """Numbers of the texts that stay; both engines say the same."""
    few = small.dedup(texts, versions=versions(keep, *records))
    many = batch.dedup(texts, versions=versions(keep, *records))
    assert few == many._replace(clusters=few.clusters, matches=few.matches)
    assert few.clusters == many.clusters
    assert few.matches == many.matches
    return set(range(len(texts))) - {number for cluster in few.clusters for number in cluster.drop}


OLD, NEW = Record("n1", "2026-03-01"), Record("n1", "2026-03-02")


@pytest.mark.parametrize(
    ("keep", "expected"), [("most-complete", {0, 1}), ("newest", {1}), ("oldest", {0}), ("first-published", {0})]
)
def test_of_two_versions_of_a_record_the_policy_keeps_one(keep: Keep, expected: set[int]) -> None:
    assert kept(keep, [FIRST, SECOND], OLD, NEW) == expected


def test_a_later_version_never_goes_by_default_and_an_earlier_one_may() -> None:
    assert kept("most-complete", [FIRST, SECOND], OLD, NEW) == {0, 1}
    assert kept("most-complete", [FIRST, SECOND], NEW, OLD) == {0}
    assert kept("most-complete", [FIRST, SECOND], OLD, Record("n2", "2026-03-02")) == {0}


@pytest.mark.parametrize(
    ("keep", "expected"), [("most-complete", 0), ("newest", 1), ("oldest", 0), ("first-published", 0)]
)
def test_the_same_text_under_one_id_is_a_copy_and_no_version(keep: Keep, expected: int) -> None:
    assert kept(keep, [FIRST, FIRST], OLD, NEW) == {expected}


@pytest.mark.parametrize(("keep", "expected"), [("most-complete", 0), ("newest", 2), ("oldest", 1)])
def test_exact_copies_of_several_records_are_chosen_by_date(keep: Keep, expected: int) -> None:
    records = Record("a", "2026-03-02"), Record("b", "2026-03-01"), Record("c", "2026-03-03"), Record("d")
    assert kept(keep, [FIRST, FIRST, FIRST, FIRST], *records) == {expected}
    assert kept(keep, [FIRST, FIRST, FIRST, FIRST, OTHER], *records, Record("e", "2026-01-01")) == {expected, 4}


def test_the_exact_copy_that_is_kept_has_its_date_among_other_copies() -> None:
    records = Record("a", "2026-03-01"), Record("b", "2026-03-02"), Record("c", "2026-03-03")
    assert kept("newest", [BASE, SECOND, BASE], *records) == {2}
    assert kept("oldest", [BASE, SECOND, BASE], *reversed(records)) == {2}
    assert kept("newest", [BASE, SECOND, BASE], records[0], records[2], records[1]) == {1}


@pytest.mark.parametrize("keep", KEEPS)
def test_a_cut_copy_goes_for_the_whole_one_however_new_it_is(keep: Keep) -> None:
    assert kept(keep, [FIRST, FIRST[:150]], OLD, NEW) == {0}
    assert kept(keep, [FIRST[:150], FIRST], OLD, Record("n2")) == {1}


def test_copies_of_several_records_are_chosen_by_date_as_well() -> None:
    records = Record("a", "2026-03-02"), Record("b", "2026-03-03"), Record("c", "2026-03-01")
    texts = [FIRST, SECOND, BASE]
    assert kept("newest", texts, *records) == {1}
    assert kept("oldest", texts, *records) == {2}
    assert kept("first-published", texts, *records) == {0}


def test_a_version_that_was_rewritten_is_one_if_half_of_it_is_the_same() -> None:
    assert kept("newest", [REVISED, SECOND], OLD, NEW) == {1}
    mostly = SECOND[:200] + _text(6, 150)
    hardly = SECOND[:100] + _text(7, 260)
    assert kept("newest", [SECOND, mostly], OLD, NEW) == {1}
    assert kept("newest", [SECOND, hardly], OLD, NEW) == {0, 1}


def test_versions_without_dates_follow_each_other_in_reading_order() -> None:
    assert kept("newest", [FIRST, SECOND, OTHER], Record("n"), Record("n"), Record("n")) == {1, 2}
    assert kept("oldest", [FIRST, SECOND], Record("n"), Record("n")) == {0}
    assert kept("newest", [FIRST, SECOND], NEW, Record("n1")) == {0}, "a date is worth more than a place"


def test_the_order_of_articles_does_not_matter_where_dates_tell() -> None:
    rows = [(FIRST, OLD), (SECOND, NEW), (REVISED, Record("n1", "2026-02-27")), (OTHER, Record("n1"))]
    for order in itertools.permutations(rows):
        stay = kept("newest", [text for text, _ in order], *(record for _, record in order))
        assert {order[number][0] for number in stay} == {SECOND, OTHER}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-03-01", "2026-03-02"),
        ("2026-03-01T23:00:00Z", "2026-03-02T08:00:00+08:00"),
        ("Sun, 01 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 +0800"),
        ("2026/3/1", "2026年3月2日"),
        ("1772323200", "1772323201"),
        ("20260301", "2026-03-02"),
        ("2026-02-28", "20260301"),
        ("20260301235959", "2026-03-02"),
        ("20261301", "20260301"),  # no such month: seconds since 1970
        ("1772323200000", "1772323201000"),
        ("2025", "2026-01-01T00:00:01"),
    ],
)
def test_dates_are_read_in_the_forms_that_feeds_have(earlier: str, later: str) -> None:
    before, after = moment(earlier), moment(later)
    assert before is not None
    assert after is not None
    assert before < after


@pytest.mark.parametrize(
    "date",
    [
        *("", "soon", "2026-13-45", "nan", "inf", "12", "9" * 400),
        f"Mon, 01 Jan {'9' * 20} 00:00:00 +0000",
        f"Mon, 01 Jan 2026 00:00:00 +{'9' * 14}",
    ],
)
def test_what_is_no_date_is_none(date: str) -> None:
    assert moment(date) is None


@pytest.mark.parametrize("keep", KEEPS)
def test_all_records_that_a_choice_needs_are_read_at_once(keep: Keep) -> None:
    asked: list[tuple[int, ...]] = []

    def read(numbers: Sequence[int]) -> Mapping[int, Record]:
        asked.append(tuple(numbers))
        return {}

    batch.dedup([FIRST, FIRST[:150], BASE[100:300], SECOND, OTHER], versions=Versions(keep, read))
    assert len(asked) == 1
    assert all(list(numbers) == sorted(numbers) and 4 not in numbers for numbers in asked)


CORRECTION = Match(0, 1, "near", 0.9, 0.9, 0.9, rest_a=12, rest_b=8)
EXCERPT = Match(0, 1, "truncated", 1.0, 0.5, 1.0, rest_a=0, rest_b=200)


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.parametrize(
    ("own", "match", "copy"),
    [("n1", CORRECTION, True), ("n1", CORRECTION._replace(kind="overlapping", rest_a=80), False)],
)
def test_what_was_published_stands_for_later_versions_where_the_first_one_is_kept(
    keep: Keep, own: str, match: Match, copy: bool
) -> None:
    assert stands(keep, own, "n1", match, copy=copy) is (keep in {"oldest", "first-published"})


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize(("own", "match"), [("n2", CORRECTION), ("", CORRECTION), ("n1", EXCERPT)])
def test_what_was_published_stands_for_copies_that_are_no_versions_of_it(
    keep: Keep, own: str, match: Match, copy: bool
) -> None:
    assert stands(keep, own, "n1", match, copy=copy) is copy
