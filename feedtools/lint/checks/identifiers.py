"""Identifiers whose hyphen the renderer deleted: ``modelfree``, ``GPT4``, ``Endtoend`` (rule FT301)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks import lexicon
from feedtools.lint.checks.base import TOKEN, Hit, View
from feedtools.lint.checks.morphology import CAMEL, VARIABLE, Verdict, is_joined, judge, judge_cut, restore
from feedtools.model import Edit
from feedtools.text.patterns import lazy
from feedtools.text.renderers import Mode

if TYPE_CHECKING:
    from feedtools.model import Confidence, Level, Safety

ADDRESS = lazy(r"://|www\.|@|\.(?:com|org|net|io|cn|py|md|html?|js|ts|json|ya?ml|ipynb|cpp|java|go|sh|txt)\b")
CODE_BEFORE = lazy(r"[_\\.=]")
HEADED = lazy(r"(?<![0-9A-Za-z.])[0-9]{1,2}\.\Z")  # 5.PTuning: a heading
CODE_AFTER = lazy(  # self.x, x_y, x=1, file.pem, call(x), but for a year and a count: BenDavid(2010), MegatronLM(1D)
    r"[_=]|\.[A-Za-z]|\((?!(?:19|20)[0-9]{2}\b|[0-9][A-Z]\))(?:\)|[a-z_'\"0-9])"
)
LISTED = lazy(r"[^/]*(?:(?:(?<![/.])/)(?![a-z_.])[^/]*)*")  # GPT4/Sonnet is a choice, a/b/c is a path
ASCII_RUN = lazy(r"[!-~]+")

CLASS = lazy(r" ?(?:[类对](?:象|的?实例|(?=[的是中,。、 ]))|对象|组件|控件|注解|装饰器|异常|API(?![A-Za-z]))")
CLASS_BEFORE = lazy(r"(?:类|对象|组件|控件|注解|class|new) ?\Z")
COUNTED = lazy(r"([a-z]+)([0-9])")
NUMBERED = lazy(r"(?<![A-Za-z0-9])([a-z]++)([0-9])(?![A-Za-z0-9])")
TITLED = lazy(r"(?:[A-Z][a-z]+){2,}")
"""GroundTruth may have been Ground-Truth, Ground Truth, or written so: only very sure ones are restored."""
PAIRED = lazy(r"(?<![A-Za-z0-9])([A-Z][a-z]{2,})([A-Z][a-z]{2,}) \Z")
_SHARE = 20  # one ideograph, kana or hangul in so many code points makes it their prose, with Latin names in it
_Found = tuple[re.Match[str], Verdict]

_HIGH: tuple[Confidence, Level] = ("high", "error")
_MEDIUM: tuple[Confidence, Level] = ("medium", "warning")
_LOW: tuple[Confidence, Level] = ("low", "note")
_SURE = 93  # from which a word vouches for doubtful ones in its article
_SEEN = 85  # sureness of a word that only the rest of the feed has with a hyphen
_PAIRED = 95  # sureness of two words with capitals before such a word
_UNKNOWN_MODE = 15  # taken off where it is not known which renderer wrote the article


def _in_address(text: str, start: int, end: int) -> bool:
    """Tell whether the token stands in a link, path, mail address, call or snake_case name: not in prose."""
    if start and CODE_BEFORE.match(text, start - 1) and HEADED.search(text, max(0, start - 4), start) is None:
        return True
    if CODE_AFTER.match(text, end) and not (text[end] == "(" and _has_digit(text[start:end])):
        return True
    left = start
    while left and "!" <= text[left - 1] <= "~" and start - left < 200:
        left -= 1
    run = ASCII_RUN.match(text, left, end + 200)
    if run is None or ADDRESS.search(run.group()):
        return run is not None
    return "/" in run.group() and LISTED.fullmatch(run.group()) is None


def _has_digit(token: str) -> bool:
    return any(map(str.isdigit, token))


def joined(view: View, options: Mapping[str, Any]) -> Iterable[Hit]:
    """Find joined identifiers (FT301).

    Args:
        view: the article.
        options: ``cut``, code points after which hyphen-deleting articles are cut; ``least``, ``doubtful``, ``medium``,
            ``high``, ``confident``, ``titled`` and ``unknown``, per cent of sureness (see the rule file).
    """
    how = view.hyphens(options.get("cut", 0))
    if how == "kept":
        return []
    if how == "unknown":
        sure = options.get("unknown", 88)
        known = [
            (match, verdict)
            for match, verdict in candidates(view, sure)
            if verdict.known and not VARIABLE.match(match.group())
        ]
        if known and len({match.group().casefold() for match, _verdict in known}) < 2 and _is_latin(view.text):
            return []  # whoever writes English joins a word of his own now and then; a renderer joins them all
        return [_hit(match, verdict, how, options) for match, verdict in known]
    found = _unnamed(view.text, candidates(view, options.get("doubtful", 48)))
    beside = {match.start(): (match, verdict) for match, verdict in _beside(view.text, found)}
    found = [*beside.values(), *(one for one in found if one[0].start() not in beside)]
    least = options.get("least", 60)
    if any(verdict.percent < least for _match, verdict in found):
        # A doubtful word counts beside another one that surely lost its hyphen: the author does write hyphens.
        sure_words = {match.group().casefold() for match, verdict in found if verdict.percent >= _SURE}
        found = [
            (match, verdict)
            for match, verdict in found
            if verdict.percent >= least or sure_words - {match.group().casefold()}
        ]
    return [_hit(match, verdict, how, options) for match, verdict in found]


def _unnamed(text: str, found: Iterable[_Found]) -> list[_Found]:
    """Leave out what the article uses as the name of a class or as one of a counted row."""
    kept = list(found)
    classes = {match.group() for match, _verdict in kept if CAMEL.search(match.group()) and _is_class(text, match)}
    return [
        (match, verdict)
        for match, verdict in kept
        if match.group() not in classes and not (verdict.percent < _SEEN and _is_counted(text, match.group()))
    ]


def _beside(text: str, found: Sequence[_Found]) -> Iterator[_Found]:
    """Names of two common words before one that surely lost its hyphen: ``LightHead RCNN``.

    Counts alone leave such a name doubtful, for it may have had a blank; these are given as well.
    """
    judged = {match.start(): verdict.restored for match, verdict in found}
    for after, verdict in found:
        pair = PAIRED.search(text, max(0, after.start() - 40), after.start())
        if pair is None or verdict.percent < _SEEN:
            continue
        words = pair.groups()
        if judged.get(pair.start(), "-".join(words)) != "-".join(words):
            continue
        if all(word.casefold() in lexicon.common() for word in words) and not lexicon.is_name(
            "".join(words).casefold()
        ):
            match = TOKEN.match(text, pair.start())
            if match is not None:
                yield match, Verdict(_PAIRED, "-".join(words))


def _is_class(text: str, match: re.Match[str]) -> bool:
    return CLASS.match(text, match.end()) is not None or CLASS_BEFORE.search(text[: match.start()][-8:]) is not None


def _is_counted(text: str, token: str) -> bool:
    """Tell whether another number stands behind the same small word: ``stage1`` and ``stage2``."""
    counted = COUNTED.fullmatch(token)
    if counted is None:
        return False
    return any(name == counted[1] and number != counted[2] for name, number in NUMBERED.findall(text))


def _is_latin(text: str) -> bool:
    """Tell whether a text is prose in Latin script, not another script's with Latin names in it."""
    return _SHARE * sum("\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in text) < len(text)


def candidates(view: View, least: int) -> Iterator[tuple[re.Match[str], Verdict]]:
    """Words that may have lost a hyphen, where it is known that hyphens were lost.

    Args:
        view: the article.
        least: per cent of sureness from which a word is given.
    """
    text, seen = view.text, view.evidence.compounds
    cut = len(text) - 3 if text.endswith("...") else -1
    for match in TOKEN.finditer(text):
        token = match.group()
        verdict = judge(token)
        if verdict is None and match.end() == cut:
            verdict = judge_cut(token)
        if seen and token.casefold() in seen and (verdict is None or verdict.percent < _SEEN) and not is_joined(token):
            verdict = Verdict(_SEEN, restore(token, seen[token.casefold()]), known=True)
        if verdict is not None and verdict.percent >= least and not _in_address(text, *match.span()):
            yield match, verdict


def _hit(match: re.Match[str], verdict: Verdict, how: Mode, options: Mapping[str, Any]) -> Hit:
    start, end = match.span()
    percent = verdict.percent if how == "lost" else verdict.percent - _UNKNOWN_MODE
    if percent >= options.get("high", 85):
        grade, level = _HIGH
    else:
        grade, level = _MEDIUM if percent >= options.get("medium", 68) else _LOW
    token = match.group()
    doubtful = verdict.known and percent < options.get("titled", 95) and TITLED.fullmatch(token)
    if not verdict.restored or (doubtful and verdict == judge(token)):
        return Hit(start, end, confidence=grade, level=level)
    message = (
        f"{match.group()} has lost its hyphen: {verdict.restored}? Restore it, or allow the spelling if it is meant"
    )
    sure = how == "lost" and percent >= options.get("confident", 60)
    safety: Safety = "confident" if sure else "unsafe"
    return Hit(start, end, message, (Edit(start, end, verdict.restored),), safety, grade, level)
