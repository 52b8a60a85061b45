"""Learn what a renderer does from rendered articles and the originals they were made from.

Both texts are aligned by their letters and digits. What stands between two neighbours that agree tells the rest: a mark
of the original that is gone, kept or written otherwise; what stands in the place of a formula, a picture or code; and
where the rendered text ends while the original goes on.

Samples of a feed may come from several renderers. Where articles contradict each other about one part, each by itself
being clear, they are told apart by it, and each group is learned by itself.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from rapidfuzz.distance import Indel

from feedtools.text.formulas import find_math
from feedtools.text.renderers import DELIMITED, DROPPED, TEXT
from feedtools.text.symbols import offsets, symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST = 20_000
"""Code points of an original that are read: a rendered excerpt shows its beginning."""
SURE = 0.8
"""Share of the places that must agree for a part to be learned."""
LEAST = 2
"""Places that a mark must be seen at, and articles that make a renderer of their own."""
MARGIN = 0.5
"""Signs by which an article must agree more with one group than with the next."""
ROUND = 10
"""A cut behind a word or a sentence falls below its limit, which is taken to be a multiple of so many code points."""
_SENTENCE_ENDS = frozenset("。！？.!?")
_FENCE = re.compile(r"^(```|~~~)[^\n]*\n.*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_MARKUP = re.compile(r"[^\w\s]", re.UNICODE)
_ELLIPSIS = re.compile(r"\s{0,20}+(?:\.{2,20}+|…{1,20}+|\[[^\[\]\n]{1,20}\]|\([^()\n]{1,20}\))\s{0,20}+\Z")
_HOLDER = re.compile(r"[\[(（【<][^\W\d_]{2,20}/?[\])）】>]")
"""Form of a placeholder; one that the original has, too, is a word."""
_COMMAND = re.compile(r"\\[A-Za-z]")


class _Part(NamedTuple):
    """A part of an original that may not be printed as text: its kind, and its span."""

    start: int
    end: int
    kind: str


class _Cut(NamedTuple):
    """The end of a rendered text whose original goes on."""

    size: int
    end: str
    at: str


class _Seen(NamedTuple):
    """Observations of a renderer: counts of each outcome per mark and per kind of part."""

    marks: defaultdict[str, Counter[str]]
    parts: defaultdict[str, Counter[str]]
    cuts: list[_Cut]


class Learned(NamedTuple):
    """Signs that some articles give of the renderer that made them.

    Attributes:
        fields: keys of ``[renderers.NAME]``; a key is left out where too little was seen.
        articles: how many there are.
        unclear: keys that the articles contradict each other about.
    """

    fields: dict[str, Any]
    articles: int
    unclear: tuple[str, ...] = ()


def learn(pairs: Iterable[tuple[str, str]]) -> list[Learned]:
    r"""Propose the table of each renderer that made the articles, the one with most articles first.

    Args:
        pairs: raw texts of a rendered article and its original; originals in Markdown with ``$`` or ``\(`` around
            formulas.
    """
    seen = [_compare(rendered, original[:MOST]) for rendered, original in pairs]
    found = [_learned(group) for group in _groups(seen)]
    return sorted(found, key=lambda one: -one.articles)


def _learned(group: Sequence[_Seen]) -> Learned:
    seen = _Seen(defaultdict(Counter), defaultdict(Counter), [])
    for one in group:
        for mark, outcomes in one.marks.items():
            seen.marks[mark].update(outcomes)
        for kind, outcomes in one.parts.items():
            seen.parts[kind].update(outcomes)
        seen.cuts.extend(one.cuts)
    found = {**_parts(seen), **_marks(seen), **_cut(seen)}
    unclear = [kind for kind, outcomes in seen.parts.items() if kind not in found and outcomes.total() >= LEAST]
    if len(seen.cuts) >= LEAST and "cut" not in found:
        unclear.append("cut")
    return Learned({key: found[key] for key in sorted(found)}, len(group), tuple(sorted(unclear)))


def _groups(articles: list[_Seen]) -> list[list[_Seen]]:
    """Tell renderers apart by the part that most articles contradict each other about."""
    signs = [dict(_signs(one)) for one in articles]
    by_key: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in signs:
        for key, outcome in one.items():
            by_key[key][outcome] += 1
    split = [(outcomes.total(), key) for key, outcomes in by_key.items() if key != "cut" and _contradict(outcomes)]
    if not split:
        return [articles]
    key = max(split)[1]
    least = max(LEAST, (1 - SURE) * by_key[key].total())
    kept = [outcome for outcome, times in by_key[key].most_common() if times >= least]
    known = {outcome: [one for one in signs if one.get(key) == outcome] for outcome in kept}
    groups: dict[str, list[_Seen]] = {outcome: [] for outcome in kept}
    for article, one in zip(articles, signs, strict=True):
        mine = one[key] if one.get(key) in groups else _nearest(one, known)
        if mine is not None:
            groups[mine].append(article)
    return [found for group in groups.values() for found in _groups(group)]


def _contradict(outcomes: Counter[str]) -> bool:
    (_, first), *others = outcomes.most_common(2)
    least = max(LEAST, (1 - SURE) * outcomes.total())
    return bool(others) and others[0][1] >= least and first < SURE * outcomes.total()


def _signs(seen: _Seen) -> Iterator[tuple[str, str]]:
    """Read the signs of one article by itself: per kind of part and per mark the outcome that it is clear about."""
    for key, outcomes in [*seen.parts.items(), *seen.marks.items()]:
        outcome, times = outcomes.most_common(1)[0]
        if times >= SURE * outcomes.total():
            yield key, outcome
    for cut in seen.cuts:
        yield "cut", str(cut.size)


def _nearest(one: dict[str, str], known: dict[str, list[dict[str, str]]]) -> str | None:
    """The group that an article without the deciding part agrees with most; none where the next is close."""
    agreeing = sorted(
        (sum(Counter(other.get(key) for other in others)[value] / len(others) for key, value in one.items()), outcome)
        for outcome, others in known.items()
    )
    return agreeing[-1][1] if agreeing[-1][0] - agreeing[-2][0] > MARGIN else None


def _compare(rendered: str, original: str) -> _Seen:
    seen = _Seen(defaultdict(Counter), defaultdict(Counter), [])
    parts = list(_parts_of(original))
    legible = _HOLDER.sub(lambda found: found[0] if found[0] in original else " " * len(found[0]), rendered)
    mine, places = symbols(legible), offsets(legible)
    plain = _blanked(original, parts)
    theirs, origins = symbols(plain), offsets(plain)
    last_i = last_j = -1
    for i, j in _agreeing(mine, theirs):
        a, b = places[i], origins[j]
        if last_i >= 0:
            _gap(rendered[last_i + 1 : a], original, (last_j + 1, b), parts, seen)
        last_i, last_j = a, b
    if last_j >= 0 and len(theirs) and origins[-1] > last_j + 1 and (end := _ELLIPSIS.search(rendered)):
        body = rendered[: end.start()]
        seen.cuts.append(_Cut(len(rendered), end[0], _falls(body, plain[last_j + 1 : last_j + 2])))
    return seen


def _falls(body: str, following: str) -> str:
    """Tell what a cut behind ``body`` falls behind: a ``sentence``, a ``word``, or a ``character`` inside of one."""
    if body[-1:] in _SENTENCE_ENDS:
        return "sentence"
    inside = body[-1:].isascii() and body[-1:].isalnum() and following.isascii() and following.isalnum()
    return "character" if inside else "word"


def _agreeing(mine: str, theirs: str) -> Iterator[tuple[int, int]]:
    theirs = theirs[: 2 * len(mine) + 200]
    for block in Indel.opcodes(mine, theirs):
        if block.tag == "equal":
            yield from zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True)


def _parts_of(original: str) -> Iterator[_Part]:
    fences = [_Part(*match.span(), "code") for match in _FENCE.finditer(original)]
    pictures = [_Part(*match.span(), "pictures") for match in _PICTURE.finditer(original)]
    math = []
    for found in find_math(original):
        if found.closed:
            inside = original[found.start : found.end]
            display = found.opener in {"\\[", "$$"} or found.opener.startswith("\\b")
            bare = not display and _COMMAND.search(inside.removeprefix("\\(").removesuffix("\\)")) is None
            math.append(_Part(found.start, found.end, "display-math" if display else "bare" if bare else "inline-math"))
    at = 0
    for part in sorted([*fences, *pictures, *math]):
        if part.start >= at:
            yield part
            at = part.end


def _blanked(original: str, parts: Iterable[_Part]) -> str:
    """The original with blanks for its parts, so that only prose is aligned."""
    text = list(original)
    for part in parts:
        if part.kind != "bare":
            text[part.start : part.end] = " " * (part.end - part.start)
    return "".join(text)


def _gap(rendered: str, original: str, span: tuple[int, int], parts: list[_Part], seen: _Seen) -> None:
    """Take what stands between two neighbours that agree as evidence."""
    inside = [part for part in parts if span[0] <= part.start and part.end <= span[1] and part.kind != "bare"]
    shown, text = rendered.strip(), original[span[0] : span[1]]
    if len(inside) == 1:
        rest = original[span[0] : inside[0].start] + original[inside[0].end : span[1]]
        seen.parts[inside[0].kind][_outcome(shown, rest, original[inside[0].start : inside[0].end])] += 1
    elif any(part.start < span[1] and span[0] < part.end for part in parts):
        if shown == "\\(" or (not shown and text.strip() in {"$", "\\("}):
            seen.parts["bare-math"]["no" if shown else "yes"] += 1
    elif _MARKUP.fullmatch(text) and _inside_words(original, span):
        seen.marks[text][shown] += 1


def _inside_words(original: str, span: tuple[int, int]) -> bool:
    """Tell whether a mark stands between two letters or digits; elsewhere it may be Markdown's, never printed."""
    return original[span[0] - 1].isalnum() and original[span[1] : span[1] + 1].isalnum()


def _outcome(shown: str, rest: str, part: str) -> str:
    for char in rest.split():  # punctuation beside the part stays beside it
        shown = shown.removeprefix(char).removesuffix(char)
    shown = shown.strip(" ,.;:，。；：、")
    if not shown:
        return DROPPED
    if shown.startswith(("\\(", "\\[", "$")):
        return DELIMITED
    return TEXT if shown in part or _letters(shown) == _letters(part) else shown


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _parts(seen: _Seen) -> dict[str, Any]:
    found: dict[str, Any] = {}
    bare = seen.parts.pop("bare-math", Counter())
    if bare["yes"] >= max(LEAST, SURE * bare.total()):
        found["bare-math"] = True
    for kind, outcomes in seen.parts.items():
        outcome, times = outcomes.most_common(1)[0]
        if times >= max(LEAST, SURE * outcomes.total()) and (len(outcome) >= 3 or outcome in {DROPPED, TEXT}):
            found[kind] = outcome
    return found


def _marks(seen: _Seen) -> dict[str, Any]:
    deletes, replaces = [], {}
    for mark, outcomes in sorted(seen.marks.items()):
        outcome, times = outcomes.most_common(1)[0]
        if times < max(LEAST, SURE * outcomes.total()) or outcome == mark:
            continue
        if not outcome:
            deletes.append(mark)
        elif len(outcome) == 1:
            replaces[mark] = outcome
    found: dict[str, Any] = {"deletes": "".join(deletes)} if deletes else {}
    return {**found, "replaces": replaces} if replaces else found


def _cut(seen: _Seen) -> dict[str, Any]:
    if len(seen.cuts) < LEAST:
        return {}
    mark, times = Counter(cut.end.strip() for cut in seen.cuts).most_common(1)[0]
    if times < SURE * len(seen.cuts):
        return {}
    alike = [cut for cut in seen.cuts if cut.end.strip() == mark]
    ellipsis = min((cut.end.rstrip() for cut in alike), key=len)  # one blank more is the text's own
    lengths = [cut.size - len(cut.end) + len(cut.end.rstrip()) - len(ellipsis) for cut in alike]
    exact, often = Counter(lengths).most_common(1)[0]
    if often >= SURE * len(lengths):
        return {"cut": exact, "ellipsis": ellipsis}
    falls = Counter(cut.at for cut in alike)
    at = "sentence" if falls["sentence"] >= SURE * times else "character"
    if at == "character" and falls["sentence"] + falls["word"] >= SURE * times:
        at = "word"
    # The limit is the length of none of them; nearly all are round.
    cut = max(lengths) if at == "character" else -(-max(lengths) // ROUND) * ROUND
    return {"cut": cut, "cut-at": at, "ellipsis": ellipsis}
