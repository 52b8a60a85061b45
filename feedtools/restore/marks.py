"""Hyphens, minus signs, arrows and other marks that one renderer deletes, and the numbers of list items."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from feedtools.model import Edit
from feedtools.restore.judge import CONTEXT, DIFFERS, RISK, THIN, Proposal, graver
from feedtools.text.renderers import deleted_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.restore import Restoration
    from feedtools.restore.pair import Pair
    from feedtools.restore.texts import Text

WORD = 40
"""Letters of the word beside a lost mark that are shown with it."""
LONGEST = 12
"""Code points between two symbols in which a lost mark is looked for."""

_STAR = re.compile(r"(?<=[\w)\]}])(?:\*| \* |\*\*)(?=[\w(])")
"""A star between two operands; others may be marks."""
_LONE = re.compile(r"(?<=\s)#+(?=\s)|`")


@lru_cache(8)
def _runs(deleted: str) -> re.Pattern[str]:
    """Runs of the marks that a renderer deletes; none where it deletes nothing."""
    return re.compile(f"[{re.escape(deleted)}]+" if deleted else r"(?!)")


def mark_runs() -> re.Pattern[str]:
    """Give the pattern of marks in a row that one of the active renderers deletes."""
    return _runs(deleted_marks())


def marks(pair: Pair) -> Iterator[Proposal]:
    """Put back what stands in the sibling between two symbols and is gone here; spans are apart."""
    a, b, way = pair.a, pair.b, pair.way
    last = -1
    for match in mark_runs().finditer(b.raw):
        j = b.before(match.start())
        if j == last or not 0 < j < len(b.symbols):
            continue
        last = j
        i, k = way.back[j - 1], way.back[j]
        if i < 0 or k != i + 1:
            continue
        yield from _in_gap(pair, i, (a.offsets[i] + 1, a.offsets[k]), (b.offsets[j - 1] + 1, b.offsets[j]))
    yield from _guessed(pair)


def _guessed(pair: Pair) -> Iterator[Proposal]:
    """Take out what a guess put between two symbols and the sibling does not have there.

    A renderer that leaves placeholders deletes the mark, so that it was not there before.
    """
    a, b, way = pair.a, pair.b, pair.way
    if not any(slot.kind == "hole" for slot in a.slots):
        return
    for match in mark_runs().finditer(a.raw):
        k = a.before(match.start())
        if not 0 < k < len(a.symbols):
            continue
        i, j = k - 1, way.partner[k]
        if j < 1 or way.partner[i] != j - 1 or not a.free(a.offsets[i] + 1, a.offsets[k]):
            continue
        start, end = a.offsets[i] + 1, a.offsets[k]
        old, new = a.raw[start:end], b.raw[b.offsets[j - 1] + 1 : b.offsets[j]]
        if not any(char in deleted_marks() for char in new) and _bare(old) == _bare(new):
            text = "".join(char for char in old if char not in deleted_marks())
            yield Proposal(Edit(start, end, text), "operator", *_doubt(pair, i, start, word=False))


def _in_gap(pair: Pair, i: int, mine: tuple[int, int], theirs: tuple[int, int]) -> Iterator[Proposal]:
    ours, others = _pieces(pair.a, *mine), _pieces(pair.b, *theirs)
    if len(ours) != len(others):
        return
    for number, ((start, end), (begin, stop)) in enumerate(zip(ours, others, strict=True)):
        open_left, open_right = number > 0, number < len(ours) - 1
        old, new = pair.a.raw[start:end], pair.b.raw[begin:stop]
        new = re.sub(r"\s+", " ", new)
        new = new if _is_literal(pair.b, begin, stop) else _LONE.sub("", new)
        if "*" in new and "*" in _STAR.sub("", f"{pair.b.raw[begin - 1]}{new}{pair.b.raw[stop : stop + 1]}"):
            continue
        text = _given_back(old, pair.speaker.prose(new), padded=(open_left, open_right))
        if text is None:
            continue
        word = len(ours) == 1 and text == "-" and _is_letter(pair.a.raw, start - 1) and _is_letter(pair.a.raw, end)
        yield Proposal(Edit(start, end, text), "joined" if word else "operator", *_doubt(pair, i, start, word=word))


def _is_literal(b: Text, start: int, end: int) -> bool:
    """Tell whether every sharp in a raw range stands in code in the line, so that it begins no heading."""
    places = [at for at in range(start, end) if b.raw[at] == "#"]
    return bool(places) and all(any(low <= at < high for low, high in b.literal) for at in places)


def _pieces(text: Text, start: int, end: int) -> list[tuple[int, int]]:
    """A raw range without the slots in it."""
    bounds = [start]
    for slot in text.within(start, end):
        if slot.kind != "void":
            bounds += [slot.start, slot.end]
    bounds.append(end)
    return list(zip(bounds[::2], bounds[1::2], strict=True))


def _is_letter(raw: str, place: int) -> bool:
    return 0 <= place < len(raw) and raw[place].isalnum()


def _given_back(old: str, new: str, padded: tuple[bool, bool]) -> str | None:
    """The gap ``new`` of the sibling where the gap ``old`` is the same without a deleted mark.

    Args:
        old: as it stands here.
        new: as the sibling has it.
        padded: whether a formula or a placeholder, which stand between blanks, is before and after it.
    """
    if len(new) > LONGEST or any(char in deleted_marks() for char in old):
        return None
    if not any(char in deleted_marks() for char in new) or _bare(old) != _bare(new):
        return None
    core = " ".join(new.split())
    if not any(padded):
        lead, trail = new[:1].isspace(), new[-1:].isspace()
        spaced = " " in "".join(char for char in new if char not in deleted_marks())
        if spaced != any(char.isspace() for char in old):
            return None
        return f"{' ' if lead else ''}{core}{' ' if trail else ''}"
    lead = old[:1].isspace() or new[:1].isspace()
    trail = (old[-1:].isspace() or new[-1:].isspace()) and not (padded[1] and not new[-1:].isspace())
    return f"{' ' if lead else ''}{core}{' ' if trail else ''}"


def _bare(gap: str) -> str:
    folded = unicodedata.normalize("NFKC", gap)
    return "".join(char for char in folded if char not in deleted_marks() and not char.isspace())


def _doubt(pair: Pair, i: int, place: int, *, word: bool) -> tuple[float, str]:
    way, k = pair.way, i + 1
    reason = "the other copy has it, and the text agrees on both sides"
    enough = way.left[i] >= min(CONTEXT, i + 1) and way.right[k] >= min(CONTEXT, len(way.partner) - k)
    if not enough or way.left[i] + way.right[k] < 2 * CONTEXT:
        return 0.2, THIN
    risk = way.mark_risk
    if risk <= RISK:
        return risk, reason
    if word and _is_compound(pair.a.raw, place):
        return RISK, "the other copy has it, and the word is known to be written so"
    return risk, DIFFERS


def _is_compound(raw: str, place: int) -> bool:
    """Tell whether the lexicon knows the word around ``place`` as one that has a hyphen there."""
    from feedtools.lint.checks.morphology import judge

    start, end = place, place
    while start and raw[start - 1].isascii() and raw[start - 1].isalnum():
        start -= 1
    while end < len(raw) and raw[end].isascii() and raw[end].isalnum():
        end += 1
    verdict = judge(raw[start:end]) if 0 < end - start <= 60 else None
    if verdict is None:
        return False
    letters = 0
    for char in verdict.restored:
        if char == "-" and letters == place - start:
            return True
        letters += char != "-"
    return False


# --- numbers of list items ----------------------------------------------------------------------------------------


def numbers(pair: Pair) -> Iterator[Proposal]:
    """Number the items of a list on that the renderer begins again at 1 with every item."""
    a, b, way = pair.a, pair.b, pair.way
    labels = {b.before(slot.start): slot for slot in b.slots if slot.kind == "label"}
    doubled = {j for j, k in pairwise(sorted(b.before(s.start) for s in b.slots if s.kind == "label")) if j == k}
    number = 0
    for slot in a.slots:
        if slot.kind != "label":
            continue
        place, before, number = a.before(slot.start), number, int(a.raw[slot.start : slot.end - 1])
        if number not in {1, before + 1} or place >= len(way.partner):  # the latter is what a fix counts
            continue
        j = way.partner[place]
        whole = labels.get(j)
        if j < 0 or whole is None or j in doubled:
            continue
        text = b.raw[whole.start : whole.end]
        if int(text[:-1]) in {1, number}:
            continue
        doubt = 0.0, "the other copy numbers this item so"
        if way.right[place] < CONTEXT and place + way.right[place] < len(way.partner):
            doubt = graver(doubt, (0.2, THIN))
        if whole.fits:
            doubt = graver(doubt, (0.3, "its author gave this item another number than its place in the list"))
        risk = way.risk(place, place, text)
        if risk > RISK:
            doubt = graver(doubt, (risk, DIFFERS))
        yield Proposal(Edit(slot.start, slot.end, text), "number", *doubt)


# --- whole words --------------------------------------------------------------------------------------------------


def whole(text: str, repairs: Sequence[Restoration]) -> list[Restoration]:
    """Repairs with the letters beside a lost mark, all marks of one word together.

    That ``'' -> '-'`` was changed says nothing to a reader; ``endtoend -> end-to-end`` does.

    Args:
        text: the damaged text.
        repairs: in order and apart.
    """
    wide: list[Restoration] = []
    for number, one in enumerate(repairs):
        if one.kind not in {"joined", "operator"}:
            wide.append(one)
            continue
        start, end = one.edit.start, one.edit.end
        last = wide[-1] if wide else None
        following = repairs[number + 1].edit.start if number + 1 < len(repairs) else len(text)
        lead = _word_before(text, last.edit.end if last else 0, start)
        trail = _word_after(text, end, following)
        edit = Edit(start - len(lead), end + len(trail), f"{lead}{one.edit.text}{trail}")
        if last and last.kind in {"joined", "operator"} and last.edit.end == start - len(lead):
            wide[-1] = _together(last, one, Edit(last.edit.start, edit.end, last.edit.text + edit.text))
        else:
            wide.append(one._replace(edit=edit))
    return [_if_complete(one) if one.kind == "joined" else one for one in wide]


def _together(one: Restoration, other: Restoration, edit: Edit) -> Restoration:
    """Join two repairs of one word, which stand or fall together: half of its hyphens is no word."""
    doubtful = min(one, other, key=lambda repair: (repair.safety == "safe", repair.confidence))
    return doubtful._replace(edit=edit, kind=one.kind if one.kind == other.kind else "operator")


def _if_complete(one: Restoration) -> Restoration:
    """The repair of a word; offered where the lexicon has more hyphens in it and the sibling may have lost some."""
    from feedtools.lint.checks.morphology import judge

    if one.safety != "safe" or one.confidence > 1 - RISK:
        return one
    verdict = judge(one.edit.text.replace("-", ""))
    if verdict is None or verdict.restored.count("-") <= one.edit.text.count("-"):
        return one
    return one._replace(safety="display", confidence=0.5, reason=f"the word may be {verdict.restored}")


def _word_before(text: str, low: int, end: int) -> str:
    """The Latin word, or the one other letter, that ends at ``end`` and does not begin before ``low``."""
    start = end
    while start > max(low, end - WORD) and text[start - 1].isascii() and text[start - 1].isalnum():
        start -= 1
    if start == end and start > low and text[start - 1].isalnum():
        start -= 1
    return text[start:end]


def _word_after(text: str, start: int, high: int) -> str:
    """The Latin word, or the one other letter, that begins at ``start`` and does not end behind ``high``."""
    end = start
    while end < min(high, start + WORD) and text[end].isascii() and text[end].isalnum():
        end += 1
    if end == start < high and text[end].isalnum():
        end += 1
    return text[start:end]
