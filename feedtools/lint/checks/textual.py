"""Characters that do not belong in running text: misread, invisible, doubled, misplaced.

The rules are FT501, FT503, FT504, FT508, FT510, FT512 and FT514.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.model import Edit
from feedtools.text.patterns import lazy
from feedtools.text.precompiled import compiled

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_START = attrgetter("start")


def in_math(view: View, place: int) -> bool:
    """Tell whether an offset lies inside a formula, where no rule about prose may edit."""
    formulas = view.math
    if not formulas:
        return False
    number = bisect_right(formulas, place, key=_START) - 1
    return number >= 0 and place < formulas[number].end


# ------------------------------------------------------------------------------------------------ invisible (FT503)
_INVISIBLE = lazy(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]+"
)
# Scripts in which joiners and zero-width spaces are spelling: Arabic to Khmer and Mongolian, and their extensions.
_JOINING = lazy(
    "[\u0590-\u08ff\u0900-\u109f\u1780-\u18af\u1a00-\u1aaf\ua840-\ua8ff\ufb1d-\ufdff\ufe70-\ufefe\U00010a00-\U00011fff]"
)
_RIGHT_TO_LEFT = lazy("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_MARKS = frozenset("\u200e\u200f")
_JOINERS = frozenset("\u200c\u200d")
_EMOJI_PART = frozenset("\u2640\u2642\u2695\u2696\u2708\u2764\u2b1b\ufe0f\u20e3")
"""Characters below the emoji blocks that stand next to a joiner in emoji sequences (UTS #51)."""


def invisible(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Zero-width and other invisible characters where no script or emoji needs them (FT503), one hit per run.

    The edit takes the run out. It is safe between two Chinese characters or where nothing is on one side; between
    other letters it would join words that the author may have meant to keep apart.
    """
    del options
    text = view.text
    right_to_left: bool | None = None
    for match in _INVISIBLE.finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if match[0] in _MARKS:
            if right_to_left is None:
                right_to_left = _RIGHT_TO_LEFT.search(text) is not None
            if right_to_left:
                continue
        if _needed(match[0], before, after):
            continue
        names = ", ".join(dict.fromkeys(f"U+{ord(char):04X}" for char in match[0]))
        import unicodedata

        what = unicodedata.name(match[0][0], "invisible character").lower()
        message = f"invisible character {names} ({what}), which searches and comparisons trip over; take it out"
        edits = () if in_math(view, start) else (Edit(start, end, ""),)
        safe = _is_sure(before, after)
        yield Hit(start, end, message=message, edits=edits, safety="safe" if safe else "unsafe")


def _needed(run: str, before: str, after: str) -> bool:
    if len(run) > 1:
        return False
    if _JOINING.match(before) or _JOINING.match(after):
        return True
    return run in _JOINERS and _is_emoji(before) and _is_emoji(after)


def _is_sure(before: str, after: str) -> bool:
    """Tell whether taking out what stands between cannot join words or double a character."""
    return before != after and all(not side or is_han(side) for side in (before, after))


def _is_emoji(char: str) -> bool:
    return char >= "\U0001f000" or char in _EMOJI_PART


def is_han(char: str) -> bool:
    """Tell whether a character is a Chinese one of the basic block or the first extension."""
    return "\u3400" <= char <= "\u9fff"


# -------------------------------------------------------------------------------------------------- control (FT504)
_CONTROL = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
# A backslash escape that a program took for its own: \frac read as form feed and "rac".
_ESCAPES = {"\x07": "a", "\x08": "b", "\x0b": "v", "\x0c": "f", "\x1b": "e"}
_EATEN = lazy(
    r"\x07(?:lpha|pprox|rg|st|ngle)|\x08(?:eta|ar|egin|oldsymbol|inom|ig|m\b|ot|ullet|mod)|\x0b(?:ec|arepsilon|ar|dots|ee)"
    r"|\x0c(?:rac|orall|lat)|\x1b(?:psilon|ta|xists|quiv|nd|ll)"
)


def control(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    r"""Control characters (C0 but tab and line ends, DEL, C1), one hit per run (FT504).

    A form feed before ``rac`` is what is left of ``\frac`` after a program read ``\f`` as an escape; the edit writes
    the command back. No other edit is offered inside a formula.
    """
    del options
    text = view.text
    for match in _CONTROL.finditer(text):
        start, end = match.span()
        names = ", ".join(dict.fromkeys(f"U+{ord(char):04X}" for char in match[0]))
        if eaten := _EATEN.match(text, end - 1):
            command = "\\" + _ESCAPES[text[end - 1]] + eaten[0][1:]
            message = f"control character {names} where {command} lost its backslash to an escape; write {command}"
            yield Hit(start, end, message=message, edits=(Edit(start, end, command[:2]),))
            continue
        message = f"control character {names}, which no text needs and some programs refuse; take it out"
        safe = _is_sure(text[start - 1 : start], text[end : end + 1])
        edits = () if in_math(view, start) else (Edit(start, end, ""),)
        yield Hit(start, end, message=message, edits=edits, safety="safe" if safe else "unsafe")


# -------------------------------------------------------------------------------------- half-width punctuation (FT510)
_HALFWIDTH = lazy(rf"(?<=[{_HAN}])[,;:?!](?=[{_HAN}\s]|\Z)")
_FULLWIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}


def halfwidth(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """ASCII punctuation after a Chinese character (FT510); the edit writes the full-width mark."""
    del options
    for match in _HALFWIDTH.finditer(view.text):
        start = match.start()
        if not in_math(view, start):
            yield Hit(start, start + 1, edits=(Edit(start, start + 1, _FULLWIDTH[match[0]]),))


# -------------------------------------------------------------------------------------- doubled punctuation (FT508)
_CLOSED = frozenset(")）】》”]")
_DOUBLED = lazy(
    r"(?:([,，、;；])\1+|,。|，。|。,|。，|、。|。、|,，|，,|、，|，、|:：|：:|;；)(?![,，。、;；:：.…])|((?<!。)。。(?!。)|::|：：)"
)


def _is_doubled(text: str, start: int, end: int, *, alike: bool) -> bool:
    """Tell whether several marks stand for one: behind Chinese; two full stops or colons before it too."""
    before, after = text[max(0, start - 2) : start].rstrip()[-1:], text[end : end + 1]
    if not alike:
        return _is_ideograph(before) or before in _CLOSED
    return _is_ideograph(before) and (not after or after.isspace() or _is_ideograph(after))


def _is_ideograph(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def doubled_punctuation(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Two marks where one belongs: ``，，``, ``，。`` (FT508).

    Dropping a repeated mark is safe; which of two different ones was meant is for the author to say, the edit keeps
    the stronger.
    """
    del options
    for match in _DOUBLED.finditer(view.text):
        start, end = match.span()
        if in_math(view, start) or not _is_doubled(view.text, start, end, alike=match[2] is not None):
            continue
        marks = match[0]
        same = marks == marks[0] * len(marks)
        kept = marks[0] if same else "。" if "。" in marks else marks[-1]
        yield Hit(start, end, edits=(Edit(start, end, kept),), safety="safe" if same else "unsafe")


# --------------------------------------------------------------------------------------------- doubled words (FT512)
# 目的的, 标的的, 有的的士, 的的确确 are right; so are "had had" and "that that", which are therefore not listed.
_DOUBLED_WORD = lazy(
    r"(?=[的们就也因所但如由以并而通对关其可需这那它我他然根使进已]|(?i:[tofaiwb]))(?:"  # tells most places apart
    r"(?<![目标有的打中])的的(?![确士卢的])|们们|(?i:\b(the|of|and|for|to|in|with|from|by|are|we)[^\S\n]+\1\b)(?![-'’])"
    r"|\b(?P<wrapped>the|of|and|for|to)[^\S\n]*\n[^\S\n]*(?P=wrapped)\b(?![-'’])"  # a capital begins a sentence
    r"|(?P<pair>就[被是会能可要把将在有]|也[是会能可被要]|因为|所以|但是|如果|由于|以及|并且|而且|通过|对于|关于|其中|可以|需要|这个|那个|它的|我们|他们|然后|因此|根据|使用|进行|已经|这些|那些)(?P=pair))"
)


def doubled_word(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """A function word written twice (FT512); the edit takes one out, which only the author can be sure of."""
    del options
    for match in _DOUBLED_WORD.finditer(view.text):
        start, end = match.span()
        if in_math(view, start):
            continue
        word = match[1] or match["wrapped"]
        size = len(word) if word else (end - start) // 2
        yield Hit(start, end, edits=(Edit(start + size, end, ""),))


# ---------------------------------------------------------------------------------------------- odd spaces (FT514)
_ODD_SPACE = lazy("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def odd_space(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Spaces that look like U+0020 and are not, line and paragraph separators included (FT514)."""
    del options
    for match in _ODD_SPACE.finditer(view.text):
        start, end = match.span()
        names = ", ".join(dict.fromkeys(f"U+{ord(char):04X}" for char in match[0]))
        edits = () if in_math(view, start) else (Edit(start, end, " "),)
        yield Hit(start, end, message=f"space character {names} instead of a plain space", edits=edits)


# -------------------------------------------------------------------------------------------------- mojibake (FT501)
# What the bytes 80 to BF look like in Latin-1 and in Windows-1252: the tail of a UTF-8 character read as either.
_TAIL = "\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"
_SIGNS = "\u00a0«»“”‘’„‚‹›–—…"
_TAIL_KOI8 = "─-╬▀-▓■∙°²·÷©≈≤≥⌠⌡√\u00a0ёЁ"
_SIGNS_1251 = "‚„…†‡€‰‹‘’“”•–—™›\u00a0¤¦§©«¬\u00ad®°±µ¶·№»"
_MOJIBAKE = lazy(
    rf"(?:â(?:€[{_TAIL}]?|[\u0080-\u00bf„†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž][{_TAIL}])|[ÃÂ][{_TAIL}]|[ï][¼½¿][{_TAIL}]|ã€[{_TAIL}]"
    rf"|ð[\u009fŸ][{_TAIL}]{{2}}"
    # Behind a letter ``é»—`` is the end of a word, of a quotation and of a clause.
    rf"|(?:(?<![A-Za-zÀ-ÿ])[äåæçèé]|[äåæçèé](?![{_SIGNS}]{{2}}))[{_TAIL}]{{2}})+"
    # Cyrillic and Greek, in which two letters begin nearly every character.
    rf"|(?:[ÐÑ][{_TAIL}]){{2,}}|(?:[ÎÏ][{_TAIL}]){{2,}}"
    r"|(?:锟斤拷)+锟?|烫{3,}|屯{3,}"
    # UTF-8 in Cyrillic read as KOI8-R, as Windows-1251 and as code page 866.
    rf"|(?:[пя][{_TAIL_KOI8}]){{3,}}|(?:[РС][Ђ-ЏђѓєѕіїјљњћќўџҐґЎЁё№‚„…†‡€‰‹‘’“”•–—™›\u00a0-\u00bb]){{3,}}"
    r"|(?:[╨╤][А-Яа-п─-▓]){3,}"
    # UTF-8 in Chinese read as KOI8-R, and as Windows-1251: there with a sign, for Ukrainian has all the letters.
    rf"|(?:[ДЕФГХИ][{_TAIL_KOI8}]{{2}}){{2,}}"
    rf"|(?=[дежзий].{{0,4}}[{_SIGNS_1251}])(?:[дежзий][{_SIGNS_1251}Ђ-ЏђѓєѕіїјљњћќўџҐґЎЁё]{{2}}){{2,}}"
)
_LETTERS = lazy("[À-ÿ¡-¿]{4}|[А-яЁё]{4}")
"""One of these stands in all that ``misread`` knows."""
_MOJIBAKE_FIRST = lazy("[âÃÂïãðäåæçèéÐÑÎÏ锟烫屯пяРС╨╤ДЕФГХИдежзий]")
"""Characters that the pattern begins with: a set is looked for many times as fast."""

# What GBK makes of the first bytes of 的 ， 。 是 在 中 和 可 以 in UTF-8: characters hardly any text holds.
_RARE = lazy("[锛銆鐨鏄鍦涓鍜鍙浠]")
_TITLE = 3
"""Characters that a run must say where no rare character vouches for it; two are enough where all of it says them."""
_GBK_SIDE = 200
"""Distance to either side of a rare character in which its run is followed, in code points."""


@cache
def _lead() -> re.Pattern[str]:
    """Pattern of what GBK makes of the first two bytes of a Chinese character in UTF-8."""
    made = (bytes((one, two)).decode("gbk") for one in range(0xE4, 0xEA) for two in range(0x80, 0xC0))
    return compiled(f"[{''.join(made)}]")


def mojibake(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Text read in the wrong encoding, and what GBK makes of U+FFFD and of unwritten memory (FT501)."""
    del options
    hits = sorted([*_misread(view.text), *_read_as_gbk(view.text)])
    if _LETTERS.search(view.text):
        from feedtools.lint.checks.misread import misread_letters

        hits = without_overlaps([*hits, *misread_letters(view.text)])
    yield from hits


def without_overlaps(hits: list[Hit]) -> list[Hit]:
    """The hits in order; of those that overlap the longest, and of equals the one that was listed first."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda one: one.start - one.end):
        at = bisect_right(kept, hit.start, key=_START)
        if (at == 0 or kept[at - 1].end <= hit.start) and (at == len(kept) or hit.end <= kept[at].start):
            kept.insert(at, hit)
    return kept


def _misread(text: str) -> Iterator[Hit]:
    done = 0
    for first in _MOJIBAKE_FIRST.finditer(text):
        match = _MOJIBAKE.match(text, first.start()) if first.start() >= done else None
        if match is not None:
            done = match.end()
            yield Hit(match.start(), done)


def _read_as_gbk(text: str) -> Iterator[Hit]:
    done = 0
    for rare in _lead().finditer(text):
        start, end = rare.span()
        if start < done or not (_gbk(text[end : end + 1]) or _gbk(text[start - 1 : start])):
            continue  # one character by itself says nothing
        floor, ceiling = max(done, start - _GBK_SIDE), min(len(text), end + _GBK_SIDE)
        while start > floor and _gbk(text[start - 1]):
            start -= 1
        while end < ceiling and _gbk(text[end]):
            end += 1
        done = end
        raw = b"".join(map(_gbk, text[start:end]))
        said = raw.decode("utf-8", "ignore")
        known = _RARE.search(text, start, end) and len(said) >= 2 and 2 * len(said) >= end - start
        if (known or _says_common(raw, said)) and all(map(_is_chinese, said)):
            message = f"this is “{said[:20]}” read as GBK; take the article from its source again, as UTF-8"
            yield Hit(start, end, message=message)


def _says_common(raw: bytes, said: str) -> bool:
    """Tell whether bytes are, but for a cut at the end, UTF-8 of common characters (level one of GB 2312)."""
    cut = len(raw) - len(said.encode())
    if len(said) < _TITLE - (cut == 0) or cut > 2:
        return False
    return all(b"\xa1" <= char.encode("gb2312", "replace")[:1] <= b"\xd7" for char in said)


@lru_cache(maxsize=1 << 15)  # traditional Chinese has many that begin like such a run
def _gbk(char: str) -> bytes:
    """The bytes of a character in GBK where they can be part of Chinese in UTF-8, else nothing."""
    if char < "\u3040" or char >= "\uff00":
        return b"\x80" if char == "€" else b""
    raw = char.encode("gbk", "ignore")
    return raw if all(0x80 <= byte <= 0xBF or 0xE3 <= byte <= 0xEF for byte in raw) else b""


def _is_chinese(char: str) -> bool:
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"
