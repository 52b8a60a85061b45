"""Technical words one slip away from a common one: ``Transfomer``, ``MINST`` beside ``MNIST`` (rule FT303)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from feedtools.lint.checks import lexicon
from feedtools.lint.checks.base import Hit, View
from feedtools.model import Edit
from feedtools.text.patterns import each, lazy

if TYPE_CHECKING:
    from feedtools.model import Confidence, Level

# A word by itself: not part of a path, a link, snake_case, code or a formula.
_PART = r"0-9_\u00c0-\u024f\u0300-\u036f"  # of a longer word: digits, letters with accents, accents
WORD = lazy(
    rf"[A-Za-z](?<![A-Za-z{_PART}./\\@:'\"-].)(?:[a-z]{{4,30}}|[A-Z]{{3,12}})(?![A-Za-z{_PART}/\\@(='\"-]|\.[A-Za-z0-9])"
)
LETTERS = lazy(r"[a-z]+")
ENDING = lazy(r"(?:ings?|ed|ers?|ly|lings?|s|es|est|ness|ful|y)\Z")
DOUBLED = lazy(r"[^aeiou][aeiou]([bdgklmnprt])\1\Z")  # pan, panning; but train, training
_ENGLISH = frozenset(["the", "of", "and", "is", "this", "that", "with", "for", "are"])
_OTHERS = frozenset(
    "de la le les des du et est une que el los las del para por uma com che di il della un der die und das ist nicht"  # noqa: SIM905
    " este pentru een het och att jest oraz".split()
)
_SMALL = _ENGLISH | _OTHERS
_FEW = 6  # of the small words of other languages that a text in English may quote
LEAST = 7  # letters of a word that may be corrected without the right one standing beside it
TAIL = 2  # letters at the end in which a difference is grammar: plural, tense, British spelling
HEAD = 2  # letters at the start that are not doubled by a slip: cmake and ccmake are two programs

Slip = Literal["missing", "doubled", "swapped"]


def slip(word: str, term: str) -> Slip | None:
    """Find the one slip of the hand that made ``word`` of ``term``, if any; differences at the ends are grammar.

    A replaced letter is no slip here: it makes another word too often.
    """
    if abs(len(word) - len(term)) > 1:
        return None
    size = min(len(word), len(term))
    same = next((i for i in range(size) if word[i] != term[i]), size)
    if same == 0 or same >= len(term) - TAIL:
        return None
    if len(word) == len(term):
        swapped = word[same : same + 2] == term[same + 1 : same - 1 : -1] and word[same + 2 :] == term[same + 2 :]
        return "swapped" if swapped else None
    if len(word) < len(term):
        return "missing" if word[same:] == term[same + 1 :] else None
    return "doubled" if same >= HEAD and word[same + 1 :] == term[same:] and word[same] == word[same - 1] else None


@lru_cache(maxsize=1 << 15)
def candidates(word: str) -> tuple[tuple[str, Slip], ...]:
    """Common words from which ``word`` is one slip away; none if it is a word itself."""
    word = word.casefold()
    if lexicon.is_name(word) or lexicon.compound(word) is not None or _inflected(word):
        return ()
    found = ((term, slip(word, term)) for term in lexicon.terms_like(word))
    return tuple((term, how) for term, how in found if how is not None)


def _inflected(word: str) -> bool:
    """Tell whether ``word`` is a form of a known word: ``panning`` of pan, ``sapling`` of sap."""
    stem = ENDING.sub("", word)
    if stem == word or len(stem) < 3:
        return False
    single = stem[:-1] if DOUBLED.search(stem) else stem
    return any(map(lexicon.is_name, (stem, single, f"{stem}e")))


def misspelt(view: View, options: Mapping[str, Any]) -> Iterable[Hit]:
    """Find misspelt technical words (FT303).

    Args:
        view: the article.
        options: ``least``, letters from which a word is reported though the right one is not in the article.
    """
    text = view.text
    least = options.get("least", LEAST)
    cut = len(text) - 3 if text.endswith("...") else -1
    slips = [
        (*match.span(), match.group(), found)
        for match in WORD.finditer(text)
        if match.end() != cut and (found := candidates(match.group()))
    ]
    if not slips or _in_another_language(text):
        return
    right_ones = {term for *_, found in slips for term, _ in found}
    there = right_ones.intersection(each(LETTERS, text.casefold()))  # of all in one go: a text may hold thousands
    for start, end, word, found in slips:
        for term, how in found:
            beside = term in there
            if not beside and (len(found) > 1 or word.isupper() or len(word) < least):
                continue
            right = _like(term, word)
            grade: Confidence = "high" if beside and len(word) >= least else "medium" if beside else "low"
            message = f"{word} looks like a slip for {right} (a letter {how}); correct it, or allow it if it is a name"
            level: Level = "note" if grade == "low" else "warning"
            yield Hit(start, end, message, (Edit(start, end, right),), "unsafe", grade, level)
            break


def _in_another_language(text: str) -> bool:
    """Tell whether the small words of a text are those of another European language: ``langage`` is right in French."""
    words = Counter(word for word in each(LETTERS, text.casefold()) if word in _SMALL)
    others = sum(words[word] for word in _OTHERS)
    return others >= _FEW and others > sum(words[word] for word in _ENGLISH)


def _like(term: str, word: str) -> str:
    """``term`` in the case of ``word``."""
    return term.upper() if word.isupper() else term.capitalize() if word[0].isupper() else term
