"""Targets that take text: the rules, the formula checks, sketches, matches and repairs."""

from __future__ import annotations

from feedtools.dedup import sketch_batch
from feedtools.dedup.evidence import match_pair
from feedtools.dedup.sketch import SCALE, sketch
from feedtools.lint.edits import apply
from feedtools.lint.engine import lint
from feedtools.lint.fix import proposals
from feedtools.model import Article, Place
from feedtools.restore import Sibling, restore
from feedtools.restore import apply as repaired
from feedtools.text import symbols
from tests.fuzz.common import parts_of, rules, sound, text_of


def articles(data: bytes) -> None:
    """All rules over one article; what their fixes make of it is a string again."""
    article = Article("fuzz.txt", 1, text_of(data).replace("\n", " "))
    result = lint([article], rules())
    assert not result.errors
    sound(article, result.findings)
    apply(article.text, proposals(result.findings, frozenset({"safe", "unsafe", "display"})))


def latex(data: bytes) -> None:
    """The formula checks; the first byte chooses the delimiters around the rest."""
    text = text_of(data[1:]).replace("\n", " ")
    written = (rf"甲 \({text}\) 乙", rf"\[{text}\]", rf"\begin{{aligned}}{text}\end{{aligned}}", f"${text}$")
    article = Article("fuzz.txt", 1, written[data[0] % 4 if data else 0])
    result = lint([article], rules("FT2"))
    assert not result.errors
    sound(article, result.findings)


def sketches(data: bytes) -> None:
    """The pure and the batch kernel give the same symbols and keys; offsets lead back into the raw text."""
    texts = parts_of(data, 4)
    block = sketch_batch.sketch_block(texts, SCALE)
    for number, text in enumerate(texts):
        one = sketch(text)
        keys = block.keys[block.key_bounds[number] : block.key_bounds[number + 1]].tolist()
        assert sorted(set(keys)) == list(one.keys)
        assert (int(block.heads[number]) or None) == one.head
        back = symbols.offsets(text)
        assert len(back) == len(symbols.symbols(text)) == block.bounds[number + 1] - block.bounds[number]
        assert max(back, default=-1) < len(text)  # they have no sign


def matches(data: bytes) -> None:
    """A match is within bounds, and the same from either side."""
    a, b = parts_of(data)
    one, other = match_pair(a, b), match_pair(b, a, 1, 0)
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    assert one.similarity == other.similarity
    assert 0 <= one.similarity <= 1
    assert 0 <= one.coverage_a <= 1
    assert 0 <= one.coverage_b <= 1
    sides = (a, b) if one.a == 0 else (b, a)
    for block in one.evidence:
        assert 0 <= block.a_start <= block.a_end <= len(sides[0])
        assert 0 <= block.b_start <= block.b_end <= len(sides[1])


def restoring(data: bytes) -> None:
    """Repairs lie in the article, do not overlap, and can be made."""
    a, b, c = parts_of(data, 3)
    repairs = restore(a, [Sibling(b, Place("b", 1)), Sibling(c, Place("c", 1))])
    at = 0
    for repair in repairs:
        assert at <= repair.edit.start <= repair.edit.end <= len(a), repairs
        assert 0 <= repair.confidence <= 1
        at = repair.edit.end
    repaired(a, repairs)
