"""Search for copies among the articles and of what was published, and choice of the ones to keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

from feedtools.clean.context import Run
from feedtools.clean.copy_table import Standings
from feedtools.clean.decide import CopyOf, copies_of
from feedtools.clean.lookup import Stores
from feedtools.clean.on_disk import Texts
from feedtools.clean.standing import Members, replace_kept, shorten_chains
from feedtools.config import Policy
from feedtools.dedup.index.query import find
from feedtools.dedup.index.store import Own
from feedtools.dedup.pages import own_text
from feedtools.dedup.resolve import ROUNDS
from feedtools.dedup.rest import longest_rest
from feedtools.dedup.versions import KEEP_PUBLISHED
from feedtools.lint.rules import RULES, Rule
from feedtools.model import Match, Place
from feedtools.system.files import write_whole
from feedtools.system.on_disk import Rows, Strings

if TYPE_CHECKING:
    from feedtools.dedup.match_table import Clusters, Ints
    from feedtools.dedup.versions import Versions

CLUSTERS = "clusters-"
"""Start of the names of the files in which a run leaves what it found, round by round, for one that goes on from it."""
IN_MEMORY = 100_000
"""Articles up to which everything about them is held in memory."""
TOGETHER = 256
"""Articles that one process looks up in what was published at a time."""


class Copies:
    """Table of who stands for whom, with the clusters that say so.

    Attributes:
        standing: by number; a number below zero stands for a published article.
        clusters: found one after the other, each time among what was left.
        rests: of articles that a published version stands for, letters and digits in a row that this lacks.

    Args:
        texts: of all articles.
        published: file for the places of published articles.
    """

    def __init__(self, texts: Texts, published: Path) -> None:
        self.standing = Standings(len(texts))
        self.clusters: list[Clusters] = []
        self.rests: dict[int, int] = {}
        self._texts = texts
        self._published = Strings(published)

    def publish(self, place: Place) -> int:
        """Give a number to a published article."""
        self._published.add(f"{place.path}\n{place.line}")
        return -len(self._published)

    def seal(self) -> None:
        """Go over from adding published articles to asking."""
        self._published.seal()

    def close(self) -> None:
        """Let go of the file."""
        self._published.close()

    def place(self, number: int) -> Place:
        """Find the place of an article, or the one a published article had."""
        if number >= 0:
            return self._texts.place(number)
        source, _, line = self._published[-1 - number].rpartition("\n")
        return Place(source, int(line))

    def goes(self, number: int, policy: Policy) -> bool:
        """Tell whether an article is a copy of a kind that the policy drops."""
        return number in self.standing and policy.kinds[self.standing.kind(number)] == "drop"

    def dropped(self, keep: int) -> tuple[int, ...]:
        """The articles that were found to be copies of this one."""
        return tuple(number for found in self.clusters for number in found.dropped(keep))


def find_copies(
    texts: Sequence[str], run: Run, search: int, versions: Versions, around: Ints | None = None
) -> Clusters:
    """Find the copies among some articles, or take those that an interrupted run found.

    Args:
        texts: by number.
        run: tells the rules, how many processes to use, and how much text of its own keeps an article.
        search: its number within the run.
        versions: the records of the articles.
        around: numbers of articles, ascending, where only the copies of these are asked for.

    Raises:
        WriteError: what was found cannot be left for a run that goes on from this one.
    """
    from feedtools.dedup import match_table

    def found_now() -> Clusters:
        if not _selected(run.rules):
            return match_table.NONE
        from feedtools.dedup.batch import Settings, clusters_of

        spill = run.stage / "spill" if len(texts) > IN_MEMORY else None
        if spill is not None:
            spill.mkdir(exist_ok=True)
        jobs, rest = run.config.jobs or None, run.config.clean.rest
        return clusters_of(texts, Settings(jobs, spill, rest, versions, run.progress, around))

    return _remembered(run.stage / f"{CLUSTERS}{search}", found_now)


def _remembered(path: Path, make: Callable[[], Clusters]) -> Clusters:
    """The clusters that an interrupted run left, or else those that are made now; a damaged file is made anew."""
    import numpy as np

    from feedtools.dedup.match_table import Clusters

    try:
        with np.load(path, allow_pickle=False) as stored:
            return Clusters(*(stored[name] for name in Clusters._fields))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        path.unlink(missing_ok=True)
    found = make()
    data = BytesIO()
    np.savez(data, **found._asdict())
    write_whole(path, data.getvalue())
    return found


def record_copies(copies: Copies, found: Clusters, rules: Sequence[Rule]) -> None:
    """Take in the first clusters, and who stands for whom by them."""
    copies.clusters.append(found)
    copies.standing.update(_standing(found, rules))


def _selected(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules if rule.scope == "feed")


def place_text(place: Place) -> str:
    """A place as messages name it."""
    return f"{place.path}:{place.line}"


def unpublished(copies: Copies, texts: Texts) -> Iterator[list[int]]:
    """The articles that nothing stands for, some at a time."""
    left = (number for number in range(len(texts)) if number not in copies.standing)
    return iter(lambda: list(islice(left, TOGETHER)), [])


class FoundCopy(NamedTuple):
    """A published copy of an article.

    Attributes:
        number: of the article.
        place: where the copy stands.
        match: between them; the article is 0 and the copy 1.
        id: what the record of the copy called it.
        copy: it is one, the ids aside; otherwise it is a version.
        rest: letters and digits in a row that the copy lacks, where it is none by itself.
    """

    number: int
    place: Place
    match: Match
    id: str
    copy: bool = True
    rest: int = 0


def find_published(
    numbers: Sequence[int],
    texts: Mapping[int, str] | Texts,
    stores: Stores,
    rules: Sequence[Rule],
    own: Own,
    policy: Policy,
) -> list[FoundCopy]:
    """Find the articles that a published one stands for; in a match they are 0 and 1.

    Args:
        numbers: of the articles.
        texts: by number.
        stores: what was published.
        rules: the selected rules.
        own: batches in the store that are the input itself.
        policy: tells how much text of its own keeps an article, and which version is kept.
    """
    selected = _selected(rules)
    store = stores.store(str(stores.published))
    asked = [texts[number] for number in numbers]
    answers = find(store, asked, own=own, rest=policy.rest, versions=policy.keep in KEEP_PUBLISHED)
    found = []
    for number, text, some in zip(numbers, asked, answers, strict=True):
        for document, match, copy in some:
            if RULES.get(match.kind) in selected or not copy:
                lacking = 0 if copy else longest_rest(text, document.text, as_written=True)
                place = Place(document.source, document.line)
                found.append(FoundCopy(number, place, match, document.id, copy, lacking))
    return found


def add_published(copies: Copies, found: Iterable[FoundCopy]) -> None:
    """Let published articles stand for those that repeat them; their numbers are below zero."""
    for number, place, match, _, copy, rest in found:
        stand_in = copies.publish(place)
        made = match if copy else match._replace(kind="near")  # a version
        copies.standing[number] = CopyOf(stand_in, _numbered(made, number, stand_in))
        if rest:
            copies.rests[number] = rest


def _numbered(match: Match, number: int, other: int) -> Match:
    """A match of 0 (the article) and 1 (the published one) under the numbers of the run."""
    numbers = (number, other)
    return match._replace(a=numbers[match.a], b=numbers[match.b])


def replace_held(copies: Copies, held: Callable[[int], int], texts: Texts, policy: Policy) -> dict[int, int]:
    """Let another copy stand for a cluster, where the one to be kept would be held and the other would not.

    Args:
        copies: changed in place.
        held: tells whether an article has findings that hold it.
        texts: of all articles.
        policy: says what becomes of copies.

    Returns:
        Number of the damaged article to that of the one published in its place.
    """
    replaced: dict[int, int] = {}
    members = Members(texts.__getitem__, held)
    for cluster in (cluster for found in copies.clusters for cluster in found.all()):
        best = replace_kept(cluster.keep, cluster.drop, copies.standing, members, policy)
        if best is not None:
            replaced[cluster.keep] = best
    return replaced


class Pages(Rows[str]):
    """Texts as comparing is to see them, near-empty pages told apart.

    Args:
        texts: of all articles.
        names: of the files that are pages.
    """

    def __init__(self, texts: Texts, names: Collection[str]) -> None:
        self._texts, self._names = texts, names

    def __len__(self) -> int:
        return len(self._texts)

    def row(self, number: int) -> str:
        """One of the texts."""
        return self._compared(self._texts[number], number)

    def rows(self, start: int, end: int) -> list[str]:
        """Consecutive texts."""
        return list(map(self._compared, self._texts.rows(start, end), range(start, end)))

    def _compared(self, text: str, number: int) -> str:
        return own_text(text, number) if self._texts.place(number).path in self._names else text


class _Subset(Rows[str]):
    """Selection of the texts, in their order, with others in the place of a few."""

    def __init__(self, texts: Texts, numbers: Ints, instead: Mapping[int, str]) -> None:
        self._texts, self._numbers, self._instead = texts, numbers, instead

    def __len__(self) -> int:
        return len(self._numbers)

    def row(self, number: int) -> str:
        """The text of one of them."""
        number = int(self._numbers[number])
        return self._instead.get(number) or self._texts[number]


def repeat_until_no_copies(
    copies: Copies,
    texts: Texts,
    held: bytearray,
    repaired: Mapping[int, str],
    run: Run,
    versions: Versions,
) -> None:
    """Compare what is to be published again where restoration changed it, until no copy is among that.

    A restored article may have become the copy of another.

    Args:
        copies: found so far; changed in place.
        texts: of all articles after their fixes.
        held: for each article, 1 where it is held.
        repaired: texts after restoration, where there was one.
        run: its policy says what becomes of copies.
        versions: as in ``find_copies``.
    """
    import numpy as np

    policy, standing = run.config.clean, copies.standing
    kinds = policy.kinds
    for number in range(1, ROUNDS + 1 if repaired else 1):
        left = np.fromiter(_published(standing, held, kinds), np.int64)
        some = versions.renumbered(left.tolist())
        around = np.flatnonzero(np.isin(left, np.fromiter(repaired, np.int64, len(repaired))))
        again = find_copies(_Subset(texts, left, repaired), run, number, some, around).renumbered(left)
        fresh = {
            number: one
            for number, one in _standing(again, run.rules, standing)
            if number in repaired or one.number in repaired
        }
        if all(kinds[one.match.kind] == "keep" for one in fresh.values()):
            break
        standing.update(fresh)
        copies.clusters.append(again)
    shorten_chains(standing, lambda at: repaired.get(at) or texts[at], kinds, policy.rest)


def _published(standing: Standings, held: bytearray, kinds: Mapping[str, str]) -> Iterator[int]:
    """The articles that are neither held nor copies that go."""
    for number, stays in enumerate(held):
        if not stays and (number not in standing or kinds[standing.kind(number)] == "keep"):
            yield number


def _standing(found: Clusters, rules: Sequence[Rule], known: Collection[int] = ()) -> Iterator[tuple[int, CopyOf]]:
    """Yield what clusters say of articles not known yet; unselected kinds of copies are left alone."""
    selected = _selected(rules)
    for cluster in found.all():
        for number, one in copies_of([cluster], selected).items():
            if number not in known:
                yield number, one
