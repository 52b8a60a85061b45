"""The seam of ``clean``: linting, fixing, restoring and deciding as pure functions over Arrow record batches.

What is noted of an article travels as the local engine notes it (``clean.notes``), as one value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa

from feedtools.clean.conclude import ToldCopy, conclude
from feedtools.clean.decide import CopyOf
from feedtools.clean.ending import end_one, excerpt, may_end
from feedtools.clean.fixing import FINAL, FOUND, HELD, fix_articles, grade
from feedtools.clean.judging import Judge
from feedtools.clean.notes import Note, as_evidence, dump, findings_of, parse, together
from feedtools.clean.restoring import macros_of, note_of
from feedtools.clean.standing import Members, replace_kept, shorten_chains
from feedtools.config import Policy
from feedtools.dedup.describe import describe_copy
from feedtools.dedup.rest import longest_rest
from feedtools.lint.checks import compounds
from feedtools.lint.edits import rewrite
from feedtools.model import Article, Finding, Match, Place
from feedtools.readers.fields import syntax
from feedtools.restore.mend import Damaged, mend
from feedtools.scale.arrow import Stage, batch_of

TEXTS_AT_ONCE = 1000
"""Rows from which a batch is handed on."""
COUNTS = pa.schema([("key", pa.string()), ("form", pa.string()), ("times", pa.int64())])
FINDING = pa.struct(
    [
        ("rule", pa.string()),
        ("name", pa.string()),
        ("level", pa.string()),
        ("confidence", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("message", pa.string()),
    ]
)
EDIT = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("old", pa.string()),
        ("new", pa.string()),
        ("by", pa.list_(pa.string())),
        ("safety", pa.string()),
    ]
)
REPAIRED = pa.schema(
    [
        ("id", pa.string()),
        ("raw", pa.string()),
        ("syntax", pa.string()),
        ("text", pa.string()),
        ("note", pa.binary()),
        ("mark", pa.int32()),
        ("errors", pa.list_(pa.string())),
    ]
)
"""``syntax``: see ``Article``; ``text``: as it reads after its fixes, of which ``note`` tells; ``mark``: see
``clean.fixing.grade``."""
STANDING = pa.schema([("of", pa.string()), ("kind", pa.string()), ("said", pa.string()), ("rest", pa.int32())])
"""The copy that stands for an article, what it is to that, also in words, and what that lacks."""
_LATER = pa.schema([("mended", pa.binary()), ("now", pa.string()), ("instead", pa.string())])
STATE = pa.schema([*REPAIRED, *STANDING, *_LATER])
"""``mended``: note of repairs and of an earlier end, against ``text``; ``now``: what it reads then, where that is
another text; ``instead``: the copy kept in the place of a held one."""
DECISIONS = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reasons", pa.list_(pa.string())),
        ("text", pa.string()),
        ("of", pa.string()),
        ("kind", pa.string()),
        ("edits", pa.list_(EDIT)),
        ("findings", pa.list_(FINDING)),
        ("errors", pa.list_(pa.string())),
    ]
)


def counted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Texts to counts of hyphenated compounds (``key`` is the joined form), and of joined words (no ``form``)."""
    forms, joined = compounds.count(text for batch in batches for text in batch.column("text").to_pylist())
    rows = [(form.replace("-", "").casefold(), form, times) for form, times in forms.items()]
    yield batch_of([*rows, *((word, None, times) for word, times in joined.items())], COUNTS)


def repaired(judge: Judge) -> Stage:
    """Map documents (id, text, perhaps syntax) to what they read after fixes, and what remains wrong with them.

    Args:
        judge: finds what is wrong, and knows which fixes are made and what was decided. Documents have no paths:
            exceptions for paths say nothing about them.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            names, texts = batch.column("id").to_pylist(), batch.column("text").to_pylist()
            told = batch.column("syntax").to_pylist() if "syntax" in batch.schema.names else [None] * len(names)
            syntaxes = [syntax({"syntax": value}) for value in told]
            articles = list(map(_article, names, texts, syntaxes))
            made = fix_articles(articles, dict.fromkeys(names, ""), judge)
            errors = [[str(error) for error in made.errors], *[[]] * len(names)]  # each names its article
            rows = zip(names, texts, syntaxes, made.texts, made.notes, errors, strict=False)
            marked = [(*row[:4], dump(row[4]), grade(row[4], judge.policy), row[5]) for row in rows]
            yield batch_of(marked, REPAIRED)

    return stage


def _article(name: str, text: str, written: str) -> Article:
    return Article(name, 1, text, verbatim=False, syntax=written)


def mended(judge: Judge, kinds: Collection[str]) -> Stage:
    """Clusters of repaired documents to the same documents (``STATE``): restored, and each with what stands for it.

    The copy that is kept gets back what the others have; where it would be held and another one would not, that one
    stands for the cluster; and excerpts end earlier, where the policy asks for it.

    Columns: those of ``REPAIRED``, then cluster, kind, said, coverage and covered of ``matches.CLUSTERED``. The members
    of a cluster are on end, the kept copy first; they are held in memory.

    Args:
        judge: as in ``repaired``.
        kinds: of copies, whose rule is selected.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in batch.to_pylist())
        portion: list[list[Any]] = []
        for _, members in groupby(rows, key=itemgetter("cluster")):
            portion += _Cluster(list(members), judge, kinds).rows()
            if len(portion) > TEXTS_AT_ONCE:
                yield batch_of(portion, STATE)
                portion = []
        yield batch_of(portion, STATE)

    return stage


def ended(judge: Judge) -> Stage:
    """Repaired documents that have no copies to ``STATE``: excerpts end earlier, where the policy asks for it."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [row for one in batch.to_pylist() for row in _Cluster([{**one, "cluster": None}], judge, ()).rows()]
            yield batch_of(rows, STATE)

    return stage


class _Cluster:
    """One cluster of documents; the kept one is number 0, its copies follow in the order of their ids."""

    def __init__(self, rows: Sequence[dict[str, Any]], judge: Judge, kinds: Collection[str]) -> None:
        self._rows, self._judge = rows, judge
        self._first = [parse(row["note"]) for row in rows]
        self._second: dict[int, Note] = {}
        self._marks = [row["mark"] for row in rows]
        self._standing = {
            number: CopyOf(0, Match(number, 0, row["kind"], row["coverage"], row["covered"], 1.0))
            for number, row in enumerate(rows)
            if number and row["kind"] in kinds
        }
        self._said = {number: row["said"] for number, row in enumerate(rows) if number in self._standing}

    def rows(self) -> Iterator[list[Any]]:
        """Do all that is done to it; rows of ``STATE``."""
        policy = self._judge.policy
        if policy.restore and len(self._rows) > 1 and self._marks[0] & (FOUND | FINAL) == FOUND:
            self._restore()
        best = self._replace() if len(self._rows) > 1 else None
        if policy.end != "keep":
            for number in range(len(self._rows)):
                self._end(number)
        for number, row in enumerate(self._rows):
            instead = self._rows[best]["id"] if best is not None and number == 0 else None
            second, now = self._second.get(number), self._now(number)
            later = None if second is None else dump(second), None if now == row["text"] else now, instead
            kept = [row["id"], row["raw"], row["syntax"], row["text"], row["note"], self._marks[number], row["errors"]]
            yield [*kept, *self._copy(number), *later]

    def _text(self, number: int) -> str:
        text: str = self._rows[number]["text"]
        return text

    def _now(self, number: int) -> str:
        second = self._second.get(number)
        return rewrite(self._text(number), second.changes) if second else self._text(number)

    def _note(self, number: int, second: Note) -> None:
        """Take a note of repairs, or of an earlier end, in."""
        self._second[number] = second
        if second.changes:
            self._marks[number] = self._marks[number] & ~HELD | grade(second, self._judge.policy) & HELD

    def _restore(self) -> None:
        """Give the kept copy back what the others have."""
        from feedtools.restore import SIBLINGS, Sibling

        article = _article(self._rows[0]["id"], self._text(0), self._rows[0]["syntax"])
        siblings = [
            Sibling(as_evidence(row["text"], note), Place(row["id"], 1))
            for row, note in zip(self._rows[1 : SIBLINGS + 1], self._first[1:], strict=False)
        ]
        known = {(article.source, article.line): frozenset(self._first[0].excepted)}
        findings_in = self._judge.over([article], {article.source: ""}, known)
        macros = macros_of(self._judge.rules)
        [made] = mend([Damaged(article, ((), siblings), lambda _: True)], findings_in, lambda place: place.path, macros)
        self._note(0, note_of(made))

    def _replace(self) -> int | None:
        """Let a whole copy stand for a held one, where there is one: its number."""
        members = Members(self._text, lambda number: self._marks[number] & HELD)
        best = replace_kept(0, range(1, len(self._rows)), self._standing, members, self._judge.policy)
        if best is not None:
            place = self._rows[best]["id"]
            self._said = {
                number: describe_copy(one.match, number, self._text, place) for number, one in self._standing.items()
            }
        return best

    def _end(self, number: int) -> None:
        """Let an excerpt end earlier."""
        judge, copy = self._judge, self._standing.get(number)
        gone = copy is not None and judge.policy.kinds[copy.match.kind] == "drop"
        if gone or not may_end(self._marks[number], everything=judge.policy.end == "sentence"):
            return
        one = excerpt(number, "", self._first[number], self._second.get(number))
        made = end_one(one, _article(self._rows[number]["id"], self._text(number), self._rows[number]["syntax"]), judge)
        if made is not None and made.asked:
            self._note(number, made.note)

    def _copy(self, number: int) -> tuple[Any, ...]:
        """The columns of ``STANDING``."""
        copy = self._standing.get(number)
        if copy is None:
            return (None,) * len(STANDING)
        kind = copy.match.kind
        lacking = 0 if kind == "exact" else rest_in(self._text(number), self._now(copy.number))
        return self._rows[copy.number]["id"], kind, self._said[number], lacking


def rest_in(text: str, kept: str) -> int:
    """Letters and digits in a row that the copy that is published lacks of a text."""
    return longest_rest(text, kept, as_written=True)


class Later(NamedTuple):
    """A copy that was found among what was to be published, or one that stood for such a copy."""

    id: str
    of: str
    kind: Any
    coverage: float = 1.0
    covered: float = 1.0
    said: str | None = None


def resettled(
    found: Sequence[Later], texts: Mapping[str, tuple[str, str]], policy: Policy
) -> Iterator[tuple[Any, ...]]:
    """Let the last of a chain of copies stand for all of them.

    Args:
        found: the copies that stand for others, and those that do not but have such a copy, in any order.
        texts: by id, each text after its fixes and as it is published.
        policy: says what becomes of copies.

    Returns:
        Rows of an id and ``STANDING``; what nothing stands for any more has nothing there.
    """
    ids = sorted({name for one in found for name in (one.id, one.of)})
    number = {name: place for place, name in enumerate(ids)}
    standing: dict[int, CopyOf] = {}
    for one in sorted(found):
        a, b = number[one.id], number[one.of]
        standing[a] = CopyOf(b, Match(a, b, one.kind, one.coverage, one.covered, 1.0))
    before = {name: one.number for name, one in standing.items()}
    shorten_chains(standing, lambda at: texts[ids[at]][1], policy.kinds, policy.rest)
    for one in sorted(found):
        copy = standing.get(number[one.id])
        if copy is None:
            yield (one.id, *[None] * len(STANDING))
            continue
        of, said = ids[copy.number], one.said
        if said is None or copy.number != before[number[one.id]]:
            said = describe_copy(copy.match, number[one.id], lambda at: texts[ids[at]][0], of)
        lacking = 0 if copy.match.kind == "exact" else rest_in(texts[one.id][0], texts[of][1])
        yield one.id, of, copy.match.kind, said, lacking


def decided(policy: Policy) -> Stage:
    """Documents with what stands for them (``STATE``) to decisions."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch_of([_decision(row, policy) for row in batch.to_pylist()], DECISIONS)

    return stage


def _decision(row: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    article = _article(row["id"], row["raw"], row["syntax"])
    note = together(row["raw"], parse(row["note"]), parse(row["mended"]) if row["mended"] else None)
    findings = findings_of(note, article)
    # Of a match, a decision asks for the kind alone.
    copy = ToldCopy(Match(1, 0, row["kind"], 1.0, 1.0, 1.0), row["said"], row["rest"]) if row["kind"] else None
    made = conclude(article, note, findings, policy, copy, row["instead"] or "")
    action, changes = ("keep", ()) if policy.intact else (made.action, note.changes)
    text = rewrite(row["raw"], changes) if changes else row["raw"]
    edits = [change._asdict() for change in changes]
    plain = list(map(_plain, findings))
    return row["id"], action, list(made.reasons), text, row["of"], row["kind"], edits, plain, row["errors"]


def _plain(finding: Finding) -> dict[str, Any]:
    fields = ("rule", "name", "level", "confidence", "message")
    return {**{field: getattr(finding, field) for field in fields}, **finding.span._asdict()}
