"""Restoration of damaged articles from their siblings and from originals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from feedtools.clean.copies import Copies, place_text
from feedtools.clean.fixing import FINAL, FIXED, FOUND
from feedtools.clean.judging import Judge, Pair
from feedtools.clean.lookup import Stores
from feedtools.clean.notes import Note, plain
from feedtools.clean.on_disk import Texts
from feedtools.config import Policy
from feedtools.readers.records import fits
from feedtools.restore import mend as mending
from feedtools.text.renderers import hyphens

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.tables import Command
    from feedtools.lint.rules import Rule
    from feedtools.restore import Sibling

_LATIN = re.compile(r"[0-9A-Za-z]")
BROKEN = "FT203"
"""The rule that judges formulas, and knows the macros of the site."""


class Work(NamedTuple):
    """One damaged article and what may repair it.

    Attributes:
        number: of the article.
        form: format of its file.
        dropped: numbers of its copies that are dropped.
        excepted: rule and words of findings in it that are left out.
        overlapping: other excerpts of the article, which stay beside it.
        heard: the dropped copies were asked before, and had nothing to give to the article as it is.
    """

    number: int
    form: str
    dropped: tuple[int, ...]
    excepted: frozenset[Pair] = frozenset()
    overlapping: tuple[Sibling, ...] = ()
    heard: bool = False


def damaged(
    marks: Sequence[int],
    rows: Iterable[tuple[str, frozenset[Pair]]],
    copies: Copies,
    policy: Policy,
    stores: Stores,
    texts: Texts,
) -> Iterator[Work]:
    """The articles that may be repaired: they are not dropped, and there is somewhere to look.

    One without a finding may have lost a minus sign all the same; where there are originals it is looked up, too,
    unless it has marks that only the other renderer keeps.

    Args:
        marks: one for every article (see ``fixing.grade``).
        rows: for every article the format of its file, and rule and words of findings that are left out.
        copies: who stands for whom.
        policy: says what becomes of copies.
        stores: hold further siblings.
        texts: of all articles.
    """
    from feedtools.restore import SIBLINGS

    for number, (marked, (form, excepted)) in enumerate(zip(marks, rows, strict=True)):
        if marked & FINAL or not (marked & FOUND or (stores.originals and may_have_lost(marked, texts[number]))):
            continue
        if copies.goes(number, policy):
            continue
        dropped = copies.dropped(number)[:SIBLINGS]
        if dropped or stores:
            yield Work(number, form, dropped, excepted)


def may_have_lost(marked: int, text: str) -> bool:
    """Tell whether marks may have been deleted from an article without a finding: signs of its numbers and names.

    What a fix put in tells nothing of the renderer.
    """
    return bool(marked & FIXED) or (hyphens(text) != "kept" and _LATIN.search(text) is not None)


def mend(
    works: Sequence[Work], texts: Texts, evidence: Mapping[int, str], stores: Stores, judge: Judge
) -> list[tuple[int, Note]]:
    """Restore some articles; the changes of the notes are against what they read after their fixes.

    Args:
        works: the articles, and what may repair them.
        texts: of all articles.
        evidence: what those tell of others of which that is not the same (``notes.as_evidence``).
        stores: hold further siblings.
        judge: finds what is wrong.
    """
    from feedtools.restore import Sibling

    articles = [texts.article(work.number) for work in works]
    some = []
    for work, article in zip(works, articles, strict=True):
        # Those that a later run will see again come first.
        groups = [
            stores.siblings(article.text),
            work.overlapping,
            [Sibling(evidence.get(other) or texts[other], texts.place(other)) for other in work.dropped],
        ]
        some.append(mending.Damaged(article, groups, partial(fits, work.form), len(groups) - work.heard))
    forms = {article.source: work.form for work, article in zip(works, articles, strict=True)}
    known = {(one.source, one.line): work.excepted for work, one in zip(works, articles, strict=True)}
    findings_in = judge.over(articles, forms, known)
    made = mending.mend(some, findings_in, place_text, macros_of(judge.rules))
    return [(work.number, note_of(one)) for work, one in zip(works, made, strict=True)]


def note_of(made: mending.Mended) -> Note:
    """The note of a restored article, against what it read before."""
    return Note(made.changes, tuple(map(plain, made.findings)), made.repairs)


def macros_of(rules: Sequence[Rule]) -> Mapping[str, Command]:
    """The macros that the configuration declares for formulas."""
    given = next((rule.options.get("macros") for rule in rules if rule.id == BROKEN), None)
    if not given:
        return {}
    from feedtools.lint.checks.latex.rules import declared

    return declared(given)
