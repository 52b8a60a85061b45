"""What a damaged article gets back from its siblings and from originals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from feedtools.clean.copies import Copies, words
from feedtools.clean.decide import permitted
from feedtools.clean.lookup import Stores
from feedtools.clean.notes import Note, plain
from feedtools.clean.on_disk import Texts
from feedtools.config import Policy
from feedtools.lint.checks.base import Evidence
from feedtools.lint.engine import lint
from feedtools.lint.rules import Rule
from feedtools.model import Article, Finding
from feedtools.readers.records import fits
from feedtools.restore import mend as mending


class Work(NamedTuple):
    """One damaged article and what may repair it.

    Attributes:
        number: of the article.
        form: format of its file.
        dropped: numbers of its copies that are dropped.
    """

    number: int
    form: str
    dropped: tuple[int, ...]


def damaged(
    marks: Sequence[int], forms: Iterable[str], copies: Copies, policy: Policy, stores: Stores
) -> Iterator[Work]:
    """The articles that may be repaired: they have findings, are not dropped, and there is somewhere to look.

    Args:
        marks: of every article (see ``survey.mark``).
        forms: format of the file of every article.
        copies: who stands for whom.
        policy: what becomes of copies.
        stores: where else siblings may be.
    """
    from feedtools.restore import SIBLINGS

    for number, (marked, form) in enumerate(zip(marks, forms, strict=True)):
        if not marked or (number in copies.standing and policy.kinds[copies.standing.kind(number)] == "drop"):
            continue
        dropped = copies.dropped(number)[:SIBLINGS]
        if dropped or stores:
            yield Work(number, form, dropped)


def mend(
    works: Sequence[Work], texts: Texts, stores: Stores, rules: Sequence[Rule], evidence: Evidence, policy: Policy
) -> list[tuple[int, Note]]:
    """Restore some articles; the changes of the notes are against what they read after their fixes."""
    from feedtools.restore import Sibling

    def findings_in(form: str, some: Sequence[Article]) -> list[Finding]:
        return [permitted(finding, policy.of(form)) for finding in lint(some, rules, evidence).findings]

    done = []
    for work in works:
        article = Article(*texts.place(work.number), texts[work.number])
        # Those that a later run will see again come first.
        groups = [
            stores.siblings(article.text),
            [Sibling(texts[other], texts.place(other)) for other in work.dropped],
        ]
        made = mending.mend(article, groups, partial(findings_in, work.form), partial(fits, work.form), words)
        done.append((work.number, Note(made.changes, tuple(map(plain, made.findings)), made.repairs)))
    return done
