"""Guess at a token before its hyphens were deleted: from the lexicon, else from how it is built."""

import re
from functools import lru_cache
from typing import NamedTuple

from feedtools.lint.checks import lexicon
from feedtools.text.patterns import lazy

CAMEL = lazy(r"[a-z][A-Z]")
MIXED = lazy(r"[A-Za-z0-9][A-Z]")
LONGEST = 40  # letters; longer runs are keys and hashes
NOUN = 6  # letters of a word that is no unit
KNOWN = 4  # letters from which a known word says something as a part
VARIABLE = lazy(r"[a-z]{2,}(?:[A-Z][a-z]+)+\Z")  # saliencyMap: how code names things
CODE = 30  # per cent by which such a word is less likely to have had a hyphen
JOINED = 45  # per cent below which the joined form is the usual one
DOUBTFUL = 58  # per cent of a word whose one part alone is known to take a hyphen, not always: Photoscan, flameshot
FLOOR = 40  # per cent below which a word is one like any other
FAMILY = 85  # per cent from which a number behind a name is taken to have had a hyphen
PRODUCTIVE = 90  # per cent from which a part is as good as always hyphenated

# Version and rest: Qwen2.5Coder, GPT3tokenizer; a short rest is part of the version: GLM4.5V.
VERSIONED = lazy(r"([A-Za-z]{2,})([0-9]+(?:\.[0-9]+)*)([A-Za-z]*)\Z")
COUNTED = lazy(r"([0-9]+D|[0-9]+)([a-z]{4,})\Z")  # 3Dbased, 1dilated
LISTED = lazy(r"(CVE|CWE|RFC|ISO)((?:19|20)[0-9]{2})([0-9]{4,})\Z")  # CVE20140160
# A name of a class writes every word with a capital; a small function word between two capitals was between hyphens.
GLUED = lazy(r"(?=[A-Za-z]+\Z)([A-Z][A-Za-z]{2,}?)(to|of|as|by|and)([A-Z][A-Za-z]+)\Z")  # SpacetoDepth, LLMasJudge
TRAILED = lazy(  # PPOpenalty, RoIwise
    r"((?:[a-z]*+[A-Z0-9]++)++)(?:(?<=[A-Z]{2})|(?<=\A[A-Z][a-z][A-Z]))([a-z]{4,}+)\Z"
)
SIZED = lazy(r"\A([A-Z][A-Za-z]{2,})([0-9]{1,3}(?:\.[0-9]{1,2})?B|[0-9]{2,3}M)\Z")  # VACE1.3B, RDT1B, OPT125M
PREFIXED = lazy(
    r"(mini|semi|pre|post|non|multi|sub|anti|pseudo|quasi|inter|intra|meta|self|cross|all)([A-Z]{2,}[0-9]*s?)\Z"
)  # miniSATA, semiGCN
EXPERTS = lazy(r"\A(.*?[0-9]B)(A[0-9]{1,3}(?:\.[0-9]{1,2})?B)(?![a-z])(.*)\Z")  # 30BA3B
PROCESSOR = lazy(r"(E[357]|[iI][3579])([0-9]{4,5}[A-Z]{0,2})\Z")  # E52650, i79700K
SECTION = lazy(r"(I{1,3}|IV|VI{0,3})([A-F][0-9]?)\Z")  # IIIA, IIC1: sections of a paper
GENERATION = lazy(r"\A([A-Z]{3,30})(II|III|IV)\Z")  # SATAIII
_FIRST = (
    "over under inter counter super trans hyper multi micro macro mini anti auto semi fore with some every what when "
    "where there here after step grand para poly photo electro thermo radio tele video work book hand head back news"
)
_LAST = (
    "less ness able ship hood ward wards wise like ment ings ally ism ist age ages work works book books time times "
    "side sides where ever self selves full fully land lands town tower force board boards flow room house line lines"
)
FIRST, LAST = frozenset(_FIRST.split()), frozenset(_LAST.split())
"""First and last parts of words that are written as one."""
LONG = 12  # letters of a word nobody knows that is worth cutting into words
WHOLE = 4  # letters of each of them
BEGUN = 84  # per cent from which a known compound may be what a cut word began
PAIR = 88  # per cent from which a known compound may be part of a longer one
ADJECTIVE = lazy(
    r"(?:ed|aware|free|driven|only|agnostic|specific|centric|friendly|invariant|dependent|conditional|compatible|wise"
    r"|sensitive|preserving|adaptive|like|style|level|oriented)\Z"
)
"""Endings of compounds that describe; names of classes and tools hardly ever have them."""
DESCRIBES = frozenset(("based", "style", "like", "class", "type", "scale"))


class Verdict(NamedTuple):
    """Guess at what a token was.

    Attributes:
        percent: how sure it is that a hyphen stood here, were hyphens deleted from the article.
        restored: the token with its hyphens; ``""`` where it is not known where they stood.
        known: whether counts of this very word say so, and not how it is built.
    """

    percent: int
    restored: str
    known: bool = False


@lru_cache(maxsize=1 << 15)
def judge(token: str) -> Verdict | None:
    """Judge ``token`` by the lexicon, else by its shape; ``None`` for a word like any other."""
    verdict = _judge(token)
    return verdict if verdict is not None and verdict.percent >= FLOOR else None


def is_joined(token: str) -> bool:
    """Tell whether counts have ``token`` mostly written so: one feed that writes it otherwise changes nothing."""
    entry = lexicon.compound(lexicon.fold(token))
    return entry is not None and _percent(entry, token) < JOINED


def _judge(token: str) -> Verdict | None:
    if len(token) > LONGEST:
        return None
    if _COUNTED.fullmatch(token) and lexicon.compound(token) is None:
        return None
    key = lexicon.fold(token)
    entry = lexicon.compound(key)
    if entry is not None and "#" in key:
        entry = lexicon.compound(token.casefold()) or entry
    if entry is None:
        return _shaped(token)
    restored = restore(token, entry.form)
    known = Verdict(0 if _cuts_a_word(restored) else _percent(entry, token), restored, known=True)
    shaped = _glued(token) or _trailed(token) if token.isalpha() else _sized(token) or _numbered(token)
    if shaped is None and known.percent >= DOUBTFUL and token.isalpha():
        built = _paired(token) if token.isupper() else _split(token)  # rarely seen, but built of what is seen often
        shaped = built._replace(known=True) if built is not None else None
    return max(known, shaped or known)


def _percent(entry: lexicon.LexiconEntry, token: str) -> int:
    """The share that goes with how the token is written."""
    if token.isupper() and sum(map(str.isalpha, token)) > 1:
        return entry.upper
    if not MIXED.search(token) or ADJECTIVE.search(token):
        return entry.plain
    return entry.mixed - CODE if VARIABLE.match(token) else entry.mixed


_COUNTED = lazy(r"[0-9]+[a-z]{3,}(?<!s)s")
"""A number and a noun in the plural, ``3epochs``: no compound has one, so that a blank or nothing stood between."""


@lru_cache(maxsize=1 << 10)
def judge_cut(token: str) -> Verdict | None:
    """Judge a token whose end was cut off: ``dualbra`` began ``dual-branch``."""
    word = token.casefold()
    if len(word) < 5 or not word.isalpha() or len(word) > LONGEST or lexicon.begins_name(word):
        return None
    form = lexicon.completion(word, BEGUN)
    restored = restore(token, form)[: len(token) + form.count("-")]
    at = 0
    for i, char in enumerate(form):
        if at == len(word):
            restored = restored[:i]
            break
        at += char != "-"
    restored = restored.rstrip("-")
    return Verdict(70, restored) if "-" in restored else None


def restore(token: str, form: str) -> str:
    """Put the hyphens of ``form`` (a lexicon pattern) into ``token``; ``""`` where they do not fit."""
    out: list[str] = []
    at = i = 0
    while i < len(form):
        char = form[i]
        i += 1
        if char == "-":
            out.append("-")
        elif char == "#":
            number = lexicon.NUMBER.match(token, at)
            if number is None:
                return ""
            at = number.end()
            joins = len(form) - i - len(form[i:].lstrip("="))
            i += joins
            halves = number.group() if not joins else _halve(number.group()) if joins == 1 else ""
            if not halves:
                return ""
            out.append(halves)
        else:
            out.append(token[at : at + 1])
            at += 1
    return "".join(out) + token[at:]


def _halve(number: str) -> str:
    """``31.7`` was ``3-1.7`` and ``2.572`` was ``2.5-72``: versions are short, sizes are not."""
    whole, dot, rest = number.partition(".")
    if dot and len(whole) == 1:
        return f"{whole}.{rest[0]}-{rest[1:]}" if len(rest) > 1 else ""
    return f"{number[0]}-{number[1:]}" if len(number) > 1 and number[1] != "0" else ""


_BROKEN = lazy(r"[A-Za-z0-9]([A-Z])-([a-z]{3,})")


def _cuts_a_word(restored: str) -> bool:
    """Tell whether a hyphen stands inside a word that a capital begins: ``IOE-xception``, ``TiS-park``."""
    broken = _BROKEN.search(restored)
    return broken is not None and (broken[1] + broken[2]).casefold() in lexicon.common()


def _shaped(token: str) -> Verdict | None:
    if not token.isalpha():
        return _sized(token) or _numbered(token)
    if lexicon.is_name(token.casefold()) and not token.startswith("III"):
        return None
    if token.isupper():
        return _paired(token) or _marked(GENERATION, token, 84) or _marked(SECTION, token, 80)
    prefixed = PREFIXED.match(token)
    if prefixed is not None:
        return Verdict(88, "-".join(prefixed.groups()))
    return _glued(token) or _trailed(token) or _split(token) or _extended(token) or _segmented(token)


def _marked(pattern: re.Pattern[str], token: str, percent: int) -> Verdict | None:
    """Head and mark, where the head is an acronym or one by its form."""
    match = pattern.match(token)
    if match is None or (pattern is GENERATION and match[1] not in lexicon.acronyms()):
        return None
    return Verdict(percent, "-".join(match.groups()))


def _paired(token: str) -> Verdict | None:
    """Two acronyms in one: ``HMMGMM``."""
    known = lexicon.acronyms()
    cuts = [cut for cut in range(2, len(token) - 1) if token[:cut] in known and token[cut:] in known]
    cuts = [cut for cut in cuts if max(cut, len(token) - cut) > 2]
    if len(token) < 5 or not cuts:
        return None
    best = max(cuts, key=lambda cut: min(cut, len(token) - cut))
    return Verdict(80 if len(cuts) == 1 else 70, f"{token[:best]}-{token[best:]}")


def _sized(token: str) -> Verdict | None:
    """A model and how many parameters it has, a processor and its number, a section and its letter."""
    if experts := EXPERTS.match(token):
        return Verdict(95, "-".join(filter(None, experts.groups())))
    for pattern, percent in ((SIZED, 90), (PROCESSOR, 92), (SECTION, 80)):
        if match := pattern.match(token):
            return Verdict(percent, "-".join(match.groups()))
    return None


def _extended(token: str) -> Verdict | None:
    """A known compound and a word more: ``groundtruthbox``, ``DeepQlearning``."""
    mixed = MIXED.search(token) is not None
    for cut in range(3, len(token) - 2):
        head, tail = token[:cut], token[cut:]
        if mixed and not (head[-1].islower() and tail[0].isupper()):
            continue
        for compound, word in ((head, tail), (tail, head)):
            # A name all of whose words have a capital is the name of a class.
            if word.casefold() not in lexicon.common() or CAMEL.search(compound):
                continue
            entry = lexicon.compound(compound.casefold()) if len(compound) > NOUN else None
            if entry is not None and _percent(entry, compound) >= PAIR:
                whole = restore(compound, entry.form)
                return Verdict(86, f"{whole}-{tail}" if compound == head else f"{head}-{whole}")
    return None


def _segmented(token: str) -> Verdict | None:
    """A long word nobody knows that is two or three common ones: ``dummyquantization``."""
    word = token.casefold()
    if len(word) < LONG or MIXED.search(token):
        return None
    common = lexicon.common()
    for cut in range(WHOLE, len(word) - WHOLE + 1):
        head, tail = word[:cut], word[cut:]
        if head not in common or head in FIRST:
            continue
        if tail in common and tail not in LAST:
            return Verdict(80, f"{token[:cut]}-{token[cut:]}")
        for end in range(WHOLE, len(tail) - WHOLE + 1):
            if len(word) > LONG + 2 and tail[:end] in common and tail[end:] in common:
                return Verdict(80, f"{token[:cut]}-{token[cut : cut + end]}-{token[cut + end :]}")
    return None


def _numbered(token: str) -> Verdict | None:
    listed = LISTED.match(token)
    if listed:
        return Verdict(97, "-".join(listed.groups()))
    versioned = VERSIONED.match(token)
    if versioned:
        return _versioned(*versioned.groups())
    counted = COUNTED.match(token)
    if counted and (len(counted[2]) >= NOUN or counted[1].endswith("D")):
        short = len(counted[1]) < 4  # 2008verser is somebody
        known = lexicon.parts().get(counted[2], (0, 0))[1] or (short and lexicon.is_name(counted[2]))
        return Verdict(88 if ADJECTIVE.search(token) else 75, f"{counted[1]}-{counted[2]}") if known else None
    return None


def _versioned(head: str, number: str, tail: str) -> Verdict | None:
    """A model family is known by other versions of it."""
    folded = head.casefold()
    family = lexicon.compound(f"{folded}#")
    sure = family is not None and family.plain >= FAMILY
    if len(tail) < 3:
        return Verdict(family.plain - 8, f"{head}-{number}{tail}") if family is not None and sure and tail else None
    if not sure and lexicon.compound(f"{folded}#b") is None:
        return None
    restored = f"{head}{'-' if sure else ''}{number}-{tail}"
    if tail[0].isupper():  # GPT2Attention is the name of a class, Qwen2.5Coder of a model
        return Verdict(86, restored) if "." in number else None
    if lexicon.is_name(tail) and not ADJECTIVE.search(tail) and tail not in DESCRIBES:
        restored = f"{restored[: -len(tail) - 1]} {tail}"  # the tokenizer of GPT-3, not a kind of one
    return Verdict(94 if lexicon.is_name(tail) else 60, restored)


def _glued(token: str) -> Verdict | None:
    glued = GLUED.match(token)
    if glued is None:
        return None
    head, glue, tail = glued.groups()
    known = _is_word(head) and _is_word(tail) and not lexicon.is_name((head + glue).casefold())
    return Verdict(93, f"{head}-{glue}-{tail}") if known else None


def _trailed(token: str) -> Verdict | None:
    """A small word behind a capital: an acronym and what it is a kind of."""
    trailed = TRAILED.match(token)
    if trailed is None:
        return None
    head, tail = trailed.groups()
    if (head[-1] + tail).casefold() in lexicon.common():  # IOException, DPlayer
        return None
    share, known = lexicon.parts().get(tail, (0, 0))[1], lexicon.is_name(tail)
    if share >= PRODUCTIVE or (known and ADJECTIVE.search(tail)):
        return Verdict(93, f"{head}-{tail}")
    return Verdict(64, f"{head}-{tail}") if known else None


def _split(token: str) -> Verdict | None:
    """A word nobody knows that falls into a productive part and a known word: ``regressorbased``."""
    word = token.casefold()
    if len(word) < 7 or token.isupper():
        return None
    named = CAMEL.search(token) is not None
    if MIXED.search(token) and not named:  # an acronym and a word
        return None
    parts = lexicon.parts()
    best = Verdict(0, "")
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        first, last = parts.get(head, (0, 0))[0], parts.get(tail, (0, 0))[1]
        if named and not (last and ADJECTIVE.search(tail)):
            continue
        if (last and (first or named or _known(head))) or (first and _known(tail)):
            percent = 100 - (100 - first) * (100 - last) // 100
            if not (first and last) and percent < PRODUCTIVE:
                percent = min(percent, DOUBTFUL)
            best = max(best, Verdict(percent, f"{token[:cut]}-{token[cut:]}"))
    return best if best.percent else None


def _known(word: str) -> bool:
    return len(word) >= KNOWN and lexicon.is_name(word)


def _is_word(word: str) -> bool:
    folded = word.casefold()
    return lexicon.is_name(folded) or folded in lexicon.parts() or folded in lexicon.common()
