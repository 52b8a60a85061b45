"""End of an excerpt: at its last whole sentence, before a break that nothing can repair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.clean.fixing import FINAL, HELD
from feedtools.clean.notes import Note, parse, plain
from feedtools.config import Policy
from feedtools.lint.edits import Change, compose, rewrite
from feedtools.lint.fix import by_place
from feedtools.model import Article, Finding
from feedtools.readers.records import fits
from feedtools.text.patterns import lazy
from feedtools.text.renderers import ellipses
from feedtools.text.sentences import Ends, ends, last_clause, leads_in

if TYPE_CHECKING:
    from feedtools.clean.judging import Judge
    from feedtools.clean.on_disk import Texts

CUT = "cut "
"""Start of the names of cuts, where changes say by what they were made."""
BEFORE_FORMULA = f"{CUT}before a broken formula at the end"
BEFORE_BREAK = f"{CUT}before a break, at the end of a sentence"
AT_SENTENCE = f"{CUT}at the end of the last whole sentence"
AT_CLAUSE = f"{CUT}at the end of the last whole clause"
BREAKS = ("FT101", "FT102", "FT103", "FT104", "FT201", "FT203", "FT501", "FT502")
"""Rules that find text which is lost, so that nobody can repair it without a source."""
FORMULAS = ("FT101", "FT102", "FT201")
"""Rules among them that find a formula, lost or cut."""
_DOTS = ("...", "…")
_PROSE = lazy(r"[\u3001\u3002\uff0c\uff1b\uff1f\uff01]|[\u3400-\u9fff]{2}|(?:(?<![\\\w])[A-Za-z]{2,}\s+){2}[A-Za-z]{2}")
_IN_TEXT = lazy(r"\\(?:text|mbox|mathrm|operatorname)\w*\s*\{[^{}]*\}?")
_OPEN = " \t(（[【"
"""Marks in front of a formula that go with it."""


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


class Broken(NamedTuple):
    """Offset of something that is broken, and the rule that finds it."""

    start: int
    rule: str


def candidates(
    marks: Sequence[int], rows: Iterable[tuple[str, bytes, bytes | None]], gone: Iterable[bool], policy: Policy
) -> Iterator[Excerpt]:
    """The articles whose end is to be looked at.

    Args:
        marks: one for every article (see ``fixing.grade``).
        rows: for every article the format of its file, and the lines of the notes of its fixes and of its repairs.
        gone: for every article, true where it is dropped as a copy.
        policy: ``policy.end`` says which.
    """
    everything = policy.end == "sentence"
    for number, (marked, (form, first, second), left) in enumerate(zip(marks, rows, gone, strict=True)):
        if not left and may_end(marked, everything=everything):
            yield excerpt(number, form, parse(first), parse(second) if second else None)


def may_end(marked: int, *, everything: bool) -> bool:
    """Tell whether the end of an article that is not dropped is to be looked at.

    Args:
        marked: see ``fixing.grade``.
        everything: not held ones alone.
    """
    return not marked & FINAL and (everything or bool(marked & HELD))


def excerpt(number: int, form: str, first: Note, second: Note | None) -> Excerpt:
    """Put together what is known of an article from the note of its fixes and that of its repairs."""
    note = second if second is not None and second.changes else Note((), first.findings)
    repairs = second.repairs if second is not None else ()
    return Excerpt(number, form, note._replace(repairs=repairs), frozenset(first.excepted))


class Ended(NamedTuple):
    """An article that ends earlier, or would.

    Attributes:
        number: of the article.
        note: of what it reads then.
        asked: whether the policy asks for this cut; others are only counted, for whoever may want them.
    """

    number: int
    note: Note
    asked: bool


def end_earlier(excerpts: Sequence[Excerpt], texts: Texts, judge: Judge) -> list[Ended]:
    """Cut some articles before what is broken, or at the end of a sentence."""
    some = [(one, texts.article(one.number)) for one in excerpts]
    return [made for made in _end_all(some, judge) if made is not None]


def end_one(one: Excerpt, before: Article, judge: Judge) -> Ended | None:
    """Cut an article before what is broken, or at the end of a sentence, where that can be done.

    Args:
        one: what is known of it.
        before: the article as it reads after its fixes; the note of the result is against that.
        judge: finds what is wrong with it then.
    """
    return _end_all([(one, before)], judge)[0]


def _end_all(some: Sequence[tuple[Excerpt, Article]], judge: Judge) -> list[Ended | None]:
    """Cut some articles, no two from the same place; each cut that is tried is linted together with those of others."""
    articles = [before._replace(text=rewrite(before.text, one.note.changes)) for one, before in some]
    places = [(article.source, article.line) for article in articles]
    forms = {source: one.form for (source, _), (one, _) in zip(places, some, strict=True)}
    known = {place: one.excepted for place, (one, _) in zip(places, some, strict=True)}
    findings_in = judge.over(articles, forms, known)
    made: list[Ended | None] = [None] * len(some)
    tried = [_cuts(article, one, judge) for article, (one, _) in zip(articles, some, strict=True)]
    open_ = [number for number, article in enumerate(articles) if article.text]
    while open_:
        cuts = [(number, cut) for number in open_ if (cut := next(tried[number], None)) is not None]
        found = by_place(findings_in([articles[number]._replace(text=cut.text) for number, cut in cuts]))
        open_ = []
        for number, cut in cuts:
            findings, (one, before) = found[places[number]], some[number]
            if cut.last or not _holds(findings, judge.policy.of(one.form)):
                made[number] = _ended(one, before, cut, findings, judge)
            else:
                open_.append(number)
    return made


def _ended(one: Excerpt, before: Article, cut: _Cut, findings: Sequence[Finding], judge: Judge) -> Ended | None:
    """Note what an article reads after a cut, if a file of its format can hold that."""
    if not fits(one.form, cut.text):
        return None
    changes = compose(before.text, one.note.changes, (cut.change,))
    note = one.note._replace(changes=changes, findings=tuple(map(plain, findings)))
    end = judge.policy.of(one.form).end
    asked = end in {"break", "sentence"} or (end == "formula" and cut.change.by == (BEFORE_FORMULA,))
    return Ended(one.number, note, asked)


class _Cut(NamedTuple):
    """A cut to be tried, and what the article reads after it; ``last``: it is made whatever is wrong then."""

    change: Change
    text: str
    last: bool = False


def _cuts(article: Article, one: Excerpt, judge: Judge) -> Iterator[_Cut]:
    """The cuts that may end the article earlier; the first that leaves nothing to hold it for is made."""
    text, policy = article.text, judge.policy.of(one.form)
    broken, body = _break(one.note, policy), _body(text)
    if broken:
        for change in _before(text, body, broken, policy):
            yield _Cut(change, rewrite(text, (change,)))
    if policy.end == "sentence" and body is not None:
        cut = _at_sentence(text, body, policy.end_keep * len(text))
        if cut is not None:
            yield _Cut(cut, rewrite(text, (cut,)), last=True)


def _at_sentence(text: str, body: str, least: float) -> Change | None:
    """The cut at the last whole sentence, or, where none leaves enough, at a clause that may stand as one."""
    at = _last(body, ends(text), least)
    if at is not None:
        return _shortened(text, at, AT_SENTENCE) if at < len(text) else None
    at = last_clause(body)
    if at is None or at < least:
        return None
    return Change(at, len(text), text[at:], "。", (AT_CLAUSE,))


def _before(text: str, body: str | None, broken: Broken, policy: Policy) -> Iterator[Change]:
    """The cuts that may take a break away, the shortest first."""
    least = policy.end_keep * len(text)
    if body is not None and policy.end != "sentence" and broken.rule in FORMULAS and _is_formula(body[broken.start :]):
        at = len(text[: broken.start].rstrip(_OPEN))
        if at >= least:
            yield Change(at, len(body), text[at : len(body)], "", (BEFORE_FORMULA,))
    stop = _last(text[: broken.start], ends(text), least, before=broken.start)
    if stop is not None:
        yield _shortened(text, stop, BEFORE_BREAK)


def _is_formula(stretch: str) -> bool:
    """Tell if what a formula was opened for holds no prose, so that nothing but the formula goes with it."""
    return _PROSE.search(_IN_TEXT.sub("", stretch)) is None


def _shortened(text: str, at: int, name: str) -> Change:
    """The cut that lets a text end at ``at``."""
    at = len(text[:at].rstrip())
    return Change(at, len(text), text[at:], "", (name,))


def _holds(findings: Iterable[Finding], policy: Policy) -> bool:
    return any(policy.verdict(one.rule, one.name, one.level) == "hold" for one in findings)


def _break(note: Note, policy: Policy) -> Broken | None:
    """Find the first break that holds the article, if nothing can repair any of what holds it."""
    offered = [repair["edit"] for repair in note.repairs if repair["safety"] == "display" and not repair["turn"]]
    found = []
    for rule, name, level, _, start, _, _, fix in note.findings:
        if policy.verdict(rule, name, level) != "hold":
            continue
        if fix is None and rule in BREAKS and not any(edit["start"] <= start < edit["end"] for edit in offered):
            found.append(Broken(start, rule))
    return min(found, default=None)


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
