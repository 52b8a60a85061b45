"""End of an excerpt: at its last whole sentence, before a break that nothing can repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.clean.fixing import FINAL, HELD
from feedtools.clean.notes import Note, plain
from feedtools.config import Policy
from feedtools.lint.edits import Change, compose, rewrite
from feedtools.model import Article, Finding
from feedtools.readers.records import fits
from feedtools.text.renderers import ellipses
from feedtools.text.sentences import Ends, ends, leads_in

if TYPE_CHECKING:
    from feedtools.clean.judging import Judge, Linting
    from feedtools.clean.on_disk import Texts

CUT = "cut "
"""Start of the names of cuts, where changes say by what they were made."""
BEFORE_BREAK = f"{CUT}before a break, at the end of a sentence"
AT_SENTENCE = f"{CUT}at the end of the last whole sentence"
BREAKS = ("FT101", "FT102", "FT103", "FT104", "FT201", "FT203", "FT501", "FT502")
"""Rules that find text which is lost, so that nobody can repair it without a source."""
_DOTS = ("...", "…")


class Excerpt(NamedTuple):
    """An article that may have to end earlier.

    Attributes:
        number: of the article.
        form: format of its file.
        note: of its fixes, and of its repairs where there are any; against what it reads after its fixes.
        excepted: rule and words of findings that are left out.
    """

    number: int
    form: str
    note: Note
    excepted: frozenset[tuple[str, str]]


def candidates(
    marks: Sequence[int], rows: Iterable[tuple[str, Note, Note | None]], gone: Iterable[bool], policy: Policy
) -> Iterator[Excerpt]:
    """The articles whose end is to be looked at.

    Args:
        marks: one for every article (see ``fixing.grade``).
        rows: for every article the format of its file, the note of its fixes and that of its repairs.
        gone: for every article, true where it is dropped as a copy.
        policy: ``policy.end`` says which.
    """
    for number, (marked, (form, first, second), left) in enumerate(zip(marks, rows, gone, strict=True)):
        if left or marked & FINAL or (policy.end != "sentence" and not marked & HELD):
            continue
        note = second if second is not None and second.changes else Note((), first.findings)
        repairs = second.repairs if second is not None else ()
        yield Excerpt(number, form, note._replace(repairs=repairs), frozenset(first.excepted))


def end_earlier(excerpts: Sequence[Excerpt], texts: Texts, judge: Judge) -> list[tuple[int, Note]]:
    """Cut some articles at the end of a sentence, where the policy asks for it; return their numbers and notes."""
    done = []
    for one in excerpts:
        before = texts[one.number]
        article = Article(*texts.place(one.number), rewrite(before, one.note.changes))
        known = {(article.source, article.line): one.excepted}
        findings_in = judge.over([article], {article.source: one.form}, known)
        made = _ended(article, one, findings_in, judge.policy) if article.text else None
        if made is None or not fits(one.form, made[0]):
            continue
        text, name, findings = made
        change = Change(len(text), len(article.text), article.text[len(text) :], "", (name,))
        changes = compose(before, one.note.changes, (change,))
        done.append((one.number, one.note._replace(changes=changes, findings=tuple(map(plain, findings)))))
    return done


def _ended(
    article: Article, one: Excerpt, findings_in: Linting, policy: Policy
) -> tuple[str, str, Sequence[Finding]] | None:
    """End the article earlier: its shorter text, the reason, and what remains wrong with it."""
    text = article.text
    whole = ends(text)
    broken = _break(one.note, policy, text)
    if broken is not None:
        at = _last(text[:broken], whole, policy.end_keep * len(text), before=broken)
        if at is not None:
            shorter = text[:at].rstrip()
            left = findings_in([article._replace(text=shorter)])
            if not _holds(left, policy):
                return shorter, BEFORE_BREAK, left
    if policy.end != "sentence":
        return None
    body = _body(text)
    if body is None:
        return None
    at = _last(body, whole, policy.end_keep * len(text))
    if at is None or at == len(text):
        return None
    shorter = text[:at].rstrip()
    return shorter, AT_SENTENCE, findings_in([article._replace(text=shorter)])


def _holds(findings: Iterable[Finding], policy: Policy) -> bool:
    return any(policy.verdict(one.rule, one.name, one.level) == "hold" for one in findings)


def _break(note: Note, policy: Policy, text: str) -> int | None:
    """Find the first break that holds the article, if nothing can repair any of what holds it."""
    offered = [repair["edit"] for repair in note.repairs if repair["safety"] == "display" and not repair["turn"]]
    first = len(text)
    for rule, name, level, _, start, _, _, fix in note.findings:
        if policy.verdict(rule, name, level) != "hold":
            continue
        if fix is None and rule in BREAKS and not any(edit["start"] <= start < edit["end"] for edit in offered):
            first = min(first, start)
    return first if first < len(text) else None


def _body(text: str) -> str | None:
    """An excerpt without the dots of its cut; nothing where it was not cut."""
    bare = text.rstrip()
    for dots in {*ellipses(), *_DOTS}:
        if bare.endswith(dots) and not bare.removesuffix(dots).endswith(("…", ".")):
            return bare.removesuffix(dots).rstrip()
    return None


def _last(body: str, whole: Ends, least: float, *, before: int | None = None) -> int | None:
    """The last place at which a text may end, if enough is left of it.

    Args:
        body: the text up to where it must end at the latest.
        whole: places at which the whole text may end.
        least: code points that must be left.
        before: a break that comes behind; a sentence that announces it goes with it.
    """
    for places in whole:
        at = max((place for place in places if place <= len(body)), default=0)
        if before is not None and at and not body[at:].strip():
            start = max((place for place in places if place < at), default=0)
            if leads_in(body[start:at]):
                at = start
        if at and at >= least:
            return at
    return None
