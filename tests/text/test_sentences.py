"""Where a text may end."""

from __future__ import annotations

import pytest

from feedtools.text.sentences import REACH, ends, last_clause, leads_in


def marked(text: str) -> str:
    """The text with ``|`` where a sentence ends."""
    places = ends(text).sentences
    return "".join(char + "|" * (at in places) for at, char in enumerate(text, 1))


@pytest.mark.parametrize(
    "text",
    [
        "先泡豆。|再磨浆!|滤两遍?|点卤……|压实。|",
        "水开(要大滚。不然不熟)再下面。|然后捞起来。|",
        "他说“水要宽。”|然后走了。|",
        "她写「别急。」|又划掉。|",
        '店主说"慢工出细活."|大家都笑.|',
        r"令 \(a = 1.5。\) 为比值。|又 \[b! = 2\] 成立。|",
        "半径取 3.14 左右。|",
        "步骤是 1. 洗菜 2. 切菜。|",
        "1. 洗菜。|2. 切菜。|",
        "Boil it first.| Then cool it.|",
        "See e.g. the first part.| Then go on.|",
        "As J. Smith et al. wrote it.| Then we left.|",
        "The file a.txt is there.| It is old.|",
        "他停了一下……|又说下去。|",
        "这句话(没有收口。后面都在里面。",
        "这句话“没有收口。后面都在里面。",
        "一))多出来的收口不碍事。|",
    ],
)
def test_sentences(text: str) -> None:
    assert marked(text.replace("|", "")) == text


def test_a_mark_that_is_never_closed_does_not_reach_to_the_end() -> None:
    text = "坏的(" + "字" * (REACH - 1) + "。后面的一句。"
    first = REACH + 3
    assert ends(text).sentences == (first, len(text))
    assert ends("坏的(" + "字" * (REACH - 2) + "。").sentences == ()


def test_nothing_ends_in_a_formula_that_was_cut() -> None:
    text = r"先看前一句。再令 \(f(x) = 1。 y"
    assert ends(text).sentences == (6,)


def test_parts_are_items_clauses_and_displayed_formulas() -> None:
    text = r"备料; 1. 面粉 2. 清水 算式为 \[a+b\] 其余照旧"
    assert [text[:at][-3:] for at in ends(text).parts] == ["备料;", " 面粉", r"b\]"]


@pytest.mark.parametrize(
    ("sentence", "leads"),
    [
        ("完整的写法如下。", True),
        ("代码如下所示:", True),
        ("The steps are as follows.", True),
        ("如下雨就改天。再说", False),
    ],
)
def test_lead_ins(sentence: str, leads: bool) -> None:
    assert leads_in(sentence) is leads


def test_time_grows_with_the_length() -> None:
    assert len(ends("「好。」" * 50_000).sentences) == 50_000
    assert ends("(" * 100_000 + "。" * 10).sentences == ()
    assert ends("(" * 50_000 + "]" * 50_000 + "。)" * 50_000).sentences == ()


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("雨停了以后路还是湿的,车都开得很慢,等到", "雨停了以后路还是湿的,车都开得很慢"),
        ("如果雨一直下到了傍晚,路上就会", None),  # the consequence is still to come
        ("如果雨一直下到了傍晚,并且风也没有停下来,路上就会", None),
        ("如果雨一直下到了傍晚,路上就会积水成河,行人", "如果雨一直下到了傍晚,路上就会积水成河"),
        ("车站里有人在等车(有的站着看报,有的坐着", None),  # inside a bracket
        (r"高度随时间变化的公式是 \(h(t, s, 上升的速度, v\) 所以", None),
        ("此外,另外", None),  # too little
        ("the road stays wet for hours, cars go slowly, and", None),  # a comma of English may mean anything
    ],
)
def test_the_last_clause_that_may_stand_alone(body: str, left: str | None) -> None:
    at = last_clause(body)
    assert (None if at is None else body[:at]) == left
