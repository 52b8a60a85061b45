"""Decisions of a person, found again for every article of a run and applied to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from feedtools.lint.decisions import Choice
from feedtools.lint.edits import Change, rewrite
from feedtools.lint.fix import Fixed
from feedtools.model import Action, Article, Decision, Finding, Fix, digest
from feedtools.text.symbols import symbols

DECIDED = "decision "
"""Start of the names of decisions, where changes say by what they were made."""
HEAD = 16
"""Symbols at the beginning that two renderings of one article must share."""
_HEAD_TEXT = 400
SAME = 0.6
"""Least share of the longer rendering that the shorter one must reach, where both were cut."""
LEAST = 40
"""Symbols that must agree at least for two texts to be renderings of one article."""
SLACK = 8
"""Symbols at the end of the shorter rendering that may differ: the cut may fall into a formula."""
_AROUND = 8


class Ruling(NamedTuple):
    """A decision about one article of the run.

    Attributes:
        choice: the decision.
        same: the article is the very text that was decided about, or what it was to read, rather than another
            rendering of it.
    """

    choice: Choice
    same: bool

    @property
    def name(self) -> str:
        """Name in manifests; another rendering is judged by what is found in it, as an edited text is."""
        verb = "edit" if self.choice.decision == "publish" and not self.same else self.choice.decision
        return f"{verb}:{self.choice.id}"


class Decisions:
    """Decisions by what they are about; they can be sent to other processes.

    Args:
        choices: that stand, see ``lint.decisions.load``.
    """

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        self.choices = tuple(choices)
        self._exact: dict[bytes, Choice] = {}
        self._heads: dict[str, list[tuple[str, Choice]]] = {}
        self._taken = {(one.rule, one.words, one.instead): one for one in self.choices if one.decision == "take"}
        self._allowed = {(one.rule, one.words): one for one in self.choices if one.decision == "allow"}
        for one in self.choices:
            if one.decision in {"publish", "edit", "reject"}:
                self._add(one)

    def _add(self, one: Choice) -> None:
        if one.decision != "reject":
            self._exact.setdefault(digest(one.to), one)
        self._exact[digest(one.text)] = one
        known = symbols(one.text)
        if len(known) >= LEAST:
            self._heads.setdefault(known[:HEAD], []).append((known, one))

    def __bool__(self) -> bool:
        return bool(self.choices)

    def of(self, text: str) -> Ruling | None:
        """Find the decision about an article: the same text anywhere, else another rendering of it."""
        if not self._exact:
            return None
        if (one := self._exact.get(digest(text))) is not None:
            return Ruling(one, True)
        head = symbols(text[:_HEAD_TEXT])[:HEAD]
        for known, other in self._heads.get(head, ()):
            if _same(known, symbols(text)):
                return Ruling(other, False)
        return None

    def allowed(self, rule: str, words: str) -> str | None:
        """Name the decision that makes these words right everywhere."""
        one = self._allowed.get((rule, words))
        return None if one is None else f"allow:{one.id}"

    def taken(self, finding: Finding) -> tuple[Finding, str] | None:
        """Make a suggestion one to apply, where it was taken everywhere; and name the decision."""
        if finding.fix is None or not self._taken:
            return None
        text, (start, end) = finding.article.text, finding.span
        one = self._taken.get((finding.rule, text[start:end], suggested(finding)))
        if one is None:
            return None
        return finding._replace(fix=Fix(finding.fix.edits, "safe")), f"take:{one.id}"


def suggested(finding: Finding) -> str:
    """Make the words of a finding as they would read with its fix."""
    return reading(finding.article.text, finding.span.start, finding.span.end, finding.fix)


def reading(text: str, start: int, end: int, fix: Fix | None) -> str:
    """Make ``text[start:end]`` as it would read with a fix, edits just beside it included."""
    edits = sorted(fix.edits) if fix else []
    low, high = min([start, *(edit.start for edit in edits)]), max([end, *(edit.end for edit in edits)])
    return rewrite(text[low:high], [Change(one.start - low, one.end - low, "", one.text, ()) for one in edits])


def _same(one: str, other: str) -> bool:
    """Tell if two texts (symbols) are one article, as far as the shorter one goes."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    sure = short[:-SLACK]
    return len(sure) >= LEAST and len(short) >= SAME * len(long) and long.startswith(sure)


def settled(text: str, ruling: Ruling) -> str:
    """Make an article as it reads by a decision; another rendering gets the edits whose surroundings it shares."""
    one = ruling.choice
    if one.decision not in {"publish", "edit"}:
        return text
    if ruling.same:
        return one.to
    edits = []
    for start, end, old, new in differences(one.text, one.to):
        before, after = one.text[max(0, start - _AROUND) : start], one.text[end : end + _AROUND]
        if text.count(before + old + after) == 1:
            at = text.index(before + old + after) + len(before)
            edits.append(Change(at, at + len(old), old, new, ()))
    return rewrite(text, sorted(edits))


def differences(before: str, after: str) -> Iterator[tuple[int, int, str, str]]:
    """Find the edits that turn one text into another: start and end in the first, what stands there, what is to.

    The fewest insertions, deletions and substitutions are taken (Levenshtein distance); those that touch are one edit.
    """
    from rapidfuzz.distance import Levenshtein

    opcodes = Levenshtein.opcodes(before, after)
    for same, run in groupby(opcodes, key=lambda code: code.tag == "equal"):
        if not same:
            codes = list(run)
            start, end, first, last = codes[0].src_start, codes[-1].src_end, codes[0].dest_start, codes[-1].dest_end
            yield start, end, before[start:end], after[first:last]


def changes(raw: str, text: str, ruling: Ruling) -> tuple[Change, ...]:
    """The changes that make an article read what was decided."""
    return tuple(Change(*edit, (f"{DECIDED}{ruling.choice.id}",)) for edit in differences(raw, text))


def accepted(finding: Finding, ruling: Ruling) -> bool:
    """Tell if a person saw the same words in another rendering and published it with them."""
    one = ruling.choice
    words = finding.article.text[finding.span.start : finding.span.end]
    return finding.rule in one.rules and words in one.to


def by_decision(article: Article, ruling: Ruling, lint: Callable[[Sequence[Article]], Sequence[Finding]]) -> Fixed:
    """Let an article read what was decided, and find what is wrong with it then; nothing is fixed."""
    text = settled(article.text, ruling)
    left = lint([article._replace(text=text)])
    if ruling.choice.decision == "publish" and not ruling.same:
        left = [finding for finding in left if not accepted(finding, ruling)]
    return Fixed(text, changes(article.text, text, ruling), tuple(left), ())


def ruled(decision: Decision, names: Iterable[str], *, changed: bool) -> Decision:
    """Change what the policy says to what a person decided.

    Args:
        decision: by the policy.
        names: of the decisions about the article, see ``Ruling.name``.
        changed: the article reads otherwise than it came in.
    """
    told = dict(name.split(":") for name in names)
    if "reject" in told and decision.action != "drop":
        return decision._replace(action="drop", reasons=(f"rejected ({DECIDED}{told['reject']})",))
    if "publish" in told and decision.action != "drop":
        action: Action = "fix" if changed else "keep"
        return decision._replace(action=action, reasons=(f"published ({DECIDED}{told['publish']})",))
    return decision
