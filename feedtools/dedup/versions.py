"""Versions: records of one id that say different things, and the choice between copies by their dates.

A later version never goes for an earlier one, unless the policy keeps the oldest or what was published first. Where it
keeps the newest or the oldest, one version of each id is kept; what the others say alone is held by ``clean``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.config import Keep
from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.cluster import coverage_of
from feedtools.model import COPIES, Match

if TYPE_CHECKING:
    from feedtools.model import Article

MOSTLY = 0.5
"""Share of the shorter of two texts in common runs, from which two records of one id are versions of one article."""


class Record(NamedTuple):
    """Name and date that a record gives its article; empty where it says neither."""

    id: str = ""
    date: str = ""


class Versions:
    """The records of some articles, and the policy that chooses between them.

    Args:
        keep: which copy is kept, see ``config.Policy``.
        read: gives the records of some numbers, which ascend; it need not know all of them.
    """

    def __init__(self, keep: Keep, read: Callable[[Sequence[int]], Mapping[int, Record]]) -> None:
        self.keep = keep
        self._read = read
        self._known: dict[int, Record] = {}
        self._dated = keep in {"newest", "oldest"}  # all copies are put in order

    @classmethod
    def of(cls, articles: Sequence[Article], keep: Keep) -> Versions | None:
        """Take the records of articles; ``None`` where they tell nothing and nothing is asked of them."""
        if keep == "most-complete" and not any(one.origin is not None and one.origin.id for one in articles):
            return None
        return cls(keep, lambda numbers: {number: record_of(articles[number]) for number in numbers})

    def renumbered(self, numbers: Sequence[int]) -> Versions:
        """The same for some of the articles, the ``k``-th of which is ``numbers[k]``."""

        def read(some: Sequence[int]) -> Mapping[int, Record]:
            self.learn(numbers[at] for at in some)
            return {at: self.record(numbers[at]) for at in some}

        return Versions(self.keep, read)

    def learn(self, numbers: Iterable[int]) -> None:
        """Read the records of some articles at once."""
        known = self._known
        missing = sorted({one for one in numbers if one not in known})  # a set less its keys would read all of these
        found = self._read(missing) if missing else {}
        self._known.update((number, found.get(number, Record())) for number in missing)

    def record(self, number: int) -> Record:
        """The record of one article."""
        self.learn((number,))
        return self._known[number]

    def order(self, place: Callable[[int], Any]) -> Callable[[int], Any] | None:
        """Give what sorts the copy to keep first (``keeper.Order``); ``None`` where the most complete one is kept.

        Args:
            place: of an article in reading order, as a number.
        """
        return None if self.keep == "most-complete" else lambda number: self._age(number, place(number))

    def _age(self, number: int, place: Any) -> tuple[Any, ...]:
        """The age of an article; its place decides where dates do not."""
        if self.keep == "first-published":
            return (place,)
        when = moment(self.record(number).date)
        if self.keep == "oldest":
            return (math.inf if when is None else when, place)
        return (math.inf if when is None else -when, -place)

    def repeated(self, copies: Iterable[tuple[int, int]], place: Callable[[int], Any]) -> list[tuple[int, int]]:
        """Choose by date which of the articles of one text its exact copies go for.

        Args:
            copies: an article, and the earliest one of its text; all of that text.
            place: of an article in reading order, as a number.

        Returns:
            An article, and the one of its text that comes first by age, as many and in the order of articles.
        """
        groups: dict[int, list[int]] = {}
        for copy, first in copies:
            groups.setdefault(first, [first]).append(copy)
        if self._dated:
            self.learn(number for group in groups.values() for number in group)
        made = []
        for first, group in groups.items():
            kept = min(group, key=lambda number: self._age(number, place(number))) if self._dated else first
            made += [(number, kept) for number in group if number != kept]
        return sorted(made, key=lambda pair: place(pair[0]))

    def told(self, matches: Iterable[Match], place: Callable[[int], Any]) -> list[Match]:
        """Say of versions which one may go for the other; other matches stay as they are.

        Args:
            matches: some of them, without those of exact copies.
            place: of an article in reading order, as a number.
        """
        some = list(matches)
        asked = (match for match in some if self._may_tell(match) or (self._dated and match.kind in COPIES))
        self.learn(number for match in asked for number in (match.a, match.b))
        return [self._told(match, place) for match in some]

    def _told(self, match: Match, place: Callable[[int], Any]) -> Match:
        a, b = match.a, match.b
        if not self._may_tell(match) or not self._same(a, b):
            return match
        later = min(a, b, key=lambda number: _newest(self.record(number).date, place(number)))
        if self.keep == "most-complete":
            return match._replace(rest_a=MOST_REST) if later == a else match._replace(rest_b=MOST_REST)
        kept = min(a, b, key=lambda number: self._age(number, place(number)))
        rests = (MOST_REST, 0) if kept == a else (0, MOST_REST)
        return match._replace(kind="near", rest_a=rests[0], rest_b=rests[1])

    def _may_tell(self, match: Match) -> bool:
        """Tell whether two records may be versions: what differs in three of them looks like a series."""
        if match.kind in COPIES:  # records are read for these alone: `a` says something else
            return corrects(match, match.a)
        return self.keep != "most-complete" and match.coverage_a >= MOSTLY

    def _same(self, a: int, b: int) -> bool:
        own = self.record(a).id
        return bool(own) and own == self.record(b).id


KEEP_PUBLISHED: frozenset[Keep] = frozenset({"oldest", "first-published"})
"""Policies by which what was published stays, and no version of it is published."""


def stands(keep: Keep, own: str, published: str, match: Match, *, copy: bool) -> bool:
    """Tell whether a published article stands for another one, which may be a later version of it.

    Args:
        keep: the policy.
        own: id of the article.
        published: id of the published one.
        match: between them; the article is number 0.
        copy: whether it would be a copy, but for the ids.
    """
    version = bool(own) and own == published and (match.kind not in COPIES or corrects(match, 0))
    return keep in KEEP_PUBLISHED if version else copy


def record_of(article: Article) -> Record:
    """The record of an article."""
    return Record() if article.origin is None else Record(article.origin.id, article.origin.date)


def corrects(match: Match, number: int) -> bool:
    """Tell whether a text says something that the other one of a match does not."""
    if match.kind in {"near", "overlapping"}:
        return True
    return match.kind in {"truncated", "contained"} and coverage_of(match, number) < 1


def _newest(date: str, place: Any) -> tuple[float, Any]:
    when = moment(date)
    return (math.inf if when is None else -when, -place)


def moment(date: str) -> float | None:
    """Read a date as seconds since 1970 (UTC where it names no zone); ``None`` where it cannot be read.

    Takes ISO 8601, dates of mail and RSS (RFC 5322), days with slashes or points (``2026/3/1``), days and seconds of
    digits alone (``20260301``, ``20260301120000``), and seconds or milliseconds since 1970.

    >>> moment("2026-03-01") < moment("Mon, 02 Mar 2026 08:00:00 +0800") < moment("2026/3/3"), moment("soon")
    (True, None)
    """
    from datetime import UTC, datetime

    date = date.strip()
    if len(date) in {8, 14} and date.isascii() and date.isdigit():
        with suppress(ValueError):
            return datetime.fromisoformat(f"{date[:8]}T{date[8:]:0<6}").replace(tzinfo=UTC).timestamp()
    try:
        number = float(date)
        if not math.isfinite(number) or abs(number) < _YEARS:
            return None if not 1000 <= number <= 9999 else datetime(int(number), 1, 1, tzinfo=UTC).timestamp()
    except ValueError:
        pass
    else:
        return number / 1000 if abs(number) >= _MILLISECONDS else number
    made = _day(date)
    return None if made is None else (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()


_YEARS, _MILLISECONDS = 10_000, 1e11


def _day(date: str) -> Any:
    import re
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        return datetime.fromisoformat(date)
    except ValueError:
        pass
    try:
        if found := re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", date):
            year, month, day = map(int, found.groups())
            return datetime(year, month, day, tzinfo=UTC)
        return parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):  # the last of a year or a zone beyond all bounds
        return None
