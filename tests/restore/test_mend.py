"""Repairs are made as long as they do no harm: no graver finding, nothing the file cannot hold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from feedtools.model import Article, Edit, Finding, Level, Place, Span
from feedtools.restore import Restoration, Sibling
from feedtools.restore.mend import Damaged, Mended, mend

HEAD = "山脚的小站每天只停两趟车,站长把钟拨快一刻,好让赶路的人来得及在月台喝完一碗热汤。"
TAIL = "夜里风大,信号灯的玻璃罩总会松动,他就提着梯子挨个去拧紧,回来再把记录写进厚厚的本子。"
BROKEN = f"{HEAD}用的是endtoend的办法。{TAIL}"
WHOLE = f"{HEAD}用的是end-to-end的办法。{TAIL}"


def mended(
    *groups: Sequence[str], damaged: str = BROKEN, level: Level | None = None, word: str = "end-to", room: int = 999
) -> Mended:
    """Mend an article; a checker finds fault with a word, and a file holds so many code points."""

    def lint(articles: Sequence[Article]) -> list[Finding]:
        return [
            Finding("FT999", "word", level, "high", article, Span(at, at + len(word)), "no", None)
            for article in articles
            if level is not None and (at := article.text.find(word)) >= 0
        ]

    siblings = [[Sibling(text, Place("a.md", number)) for number, text in enumerate(group)] for group in groups]
    article = Article("a.txt", 1, damaged)
    some = [Damaged(article, siblings, lambda text: len(text) <= room)]
    return mend(some, lint, lambda place: f"{place.path}:{place.line}")[0]


@pytest.mark.parametrize(("level", "made"), [(None, True), ("note", True), ("warning", False), ("error", False)])
def test_a_repair_that_brings_a_warning_or_an_error_is_not_made(level: Level | None, made: bool) -> None:
    after = mended([WHOLE], level=level)
    assert after.text == (WHOLE if made else BROKEN)
    assert len(after.repairs) == made


def test_one_harmful_repair_takes_no_other_with_it() -> None:
    damaged, whole = f"{BROKEN}记作 [Math] 的值。{HEAD}", f"{WHOLE}记作 $\\pi$ 的值。{HEAD}"
    after = mended([whole], damaged=damaged, level="error")
    assert after.text == f"{BROKEN}记作 \\(\\pi\\) 的值。{HEAD}"
    assert [one["kind"] for one in after.repairs] == ["placeholder"]


@pytest.mark.parametrize(("room", "made"), [(len(WHOLE), True), (len(WHOLE) - 1, False)])
def test_a_repair_that_the_file_cannot_hold_is_not_made(room: int, made: bool) -> None:
    assert mended([WHOLE], room=room).text == (WHOLE if made else BROKEN)


def test_a_repair_may_make_another_one_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first group has something to give as soon as the second gave its own: it is asked again."""

    def restore(text: str, siblings: Sequence[Sibling], _macros: object) -> list[Restoration]:
        gone, come = ("乙", "丙") if siblings[0].text == "later" else ("甲", "乙")
        at = text.find(gone)
        edit = Edit(at, at + 1, come)
        return [Restoration(edit, "operator", "safe", siblings[0].place, 1.0, "why")] if at >= 0 else []

    monkeypatch.setattr("feedtools.restore.restore", restore)
    assert mended(["later"], ["sooner"], damaged="甲。").text == "丙。"
    assert mended(["sooner"], ["later"], damaged="甲。").text == "丙。"


def test_articles_that_are_mended_together_come_out_as_each_by_itself() -> None:
    """One has nothing to gain, one is repaired, one takes code in which a word would be a warning in prose."""
    taken = f"{HEAD}取值写作 [代码] 就好。{TAIL}"
    sources = [f"{HEAD}取值写作 `x = end_to(1)` 就好。{TAIL}", WHOLE]
    cases = [(BROKEN, [WHOLE]), (HEAD, []), (taken, sources[:1]), (f"{BROKEN}{HEAD}", [f"{WHOLE}{HEAD}"])]
    asked: list[int] = []

    def lint(articles: Sequence[Article]) -> list[Finding]:
        asked.append(len(articles))
        return [
            Finding("FT999", "word", "warning", "high", article, Span(at, at + 6), "no", None)
            for article in articles
            if (at := article.text.find("end_to")) >= 0
        ]

    some = [
        Damaged(Article("a.txt", n, text), [[Sibling(one, Place("b.md", 1)) for one in siblings]], lambda _: True)
        for n, (text, siblings) in enumerate(cases)
    ]
    together = mend(some, lint, str)
    assert max(asked) > 1
    assert together == [one for case in some for one in mend([case], lint, str)]
    assert [bool(one.changes) for one in together] == [True, False, True, True]


@pytest.mark.parametrize(("first", "made"), [(1, False), (2, True)])
def test_a_group_that_was_heard_before_is_asked_again_only_after_a_repair(first: int, made: bool) -> None:
    def with_first(*groups: list[str], first: int = first) -> Mended:
        siblings = [[Sibling(text, Place("a.md", 1)) for text in group] for group in groups]
        return mend([Damaged(Article("a.txt", 1, two), siblings, lambda _: True, first)], lambda _: [], str)[0]

    two, half = f"{BROKEN}记作 [Math] 的值。{HEAD}", f"{WHOLE}记作 [Math] 的值。{HEAD}"
    formula = f"{BROKEN}记作 $\\pi$ 的值。{HEAD}"
    assert bool(with_first([], [formula]).changes) is made
    assert with_first([half], [formula]).text == f"{WHOLE}记作 \\(\\pi\\) 的值。{HEAD}"


def test_marks_are_those_of_the_renderers_that_are_active_now() -> None:
    from feedtools.restore.bare import _kept
    from feedtools.text import renderers

    assert _kept("a~b-c") == "a~bc"
    try:
        renderers.activate(renderers.combined({"mine": {"deletes": "~"}}))
        assert _kept("a~b-c") == "abc"
    finally:
        renderers.activate(renderers.combined({}))
