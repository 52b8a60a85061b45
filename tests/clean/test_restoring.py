"""Which articles are compared with originals: damaged ones, and those that may have lost a sign without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.clean.fixing import FIXED
from feedtools.clean.restoring import may_have_lost
from tests.clean.outputs import actions, feedtools, transmission, write

FIRST = "腌咸菜要挑霜打过的芥菜,洗净以后在绳上晾两天,叶子发蔫了再一层菜一层盐地码进缸里。"
LAST = "上面压一块洗净的青石头,过了一个月揭开看,卤水已经漫过了菜,味道也就差不多了。"


@pytest.mark.parametrize(
    ("received", "written", "expected"),
    [
        pytest.param("地窖里是 4 度。", "地窖里是 -4 度。", "地窖里是 -4 度。", id="a-sign"),
        pytest.param("地窖里是 4 度。", "地窖里是 4 度。", "地窖里是 4 度。", id="no-sign"),
        pytest.param("地窖里用 coaxial 线。", "地窖里用 co-axial 线。", "地窖里用 co-axial 线。", id="a-hyphen"),
        pytest.param(
            "记作 p^{1} ,共 4 度。", "记作 $p^{-1}$ ,共 -4 度。", r"记作 \(p^{-1}\),共 -4 度。", id="fixed-before"
        ),
    ],
)
def test_an_article_without_a_finding_is_compared_with_its_original(
    tmp_path: Path, received: str, written: str, expected: str
) -> None:
    write(tmp_path, feed_txt=transmission(f"{FIRST}{received}{LAST}"), src__a_md=f"{FIRST}{written}{LAST}\n")
    assert feedtools(tmp_path, "clean", "feed.txt", "-o", "out", "--sources", "src").returncode == 0
    assert expected in (tmp_path / "out" / "feed.txt").read_text(encoding="utf-8")
    assert actions(tmp_path / "out") == ["keep" if received == expected else "restore"]


@pytest.mark.parametrize(
    ("marked", "text", "asked"),
    [
        (0, "温度是 4 度", True),
        (0, "温度不高", False),
        (0, "温度是 4 度,用 x-y 线", False),
        (FIXED, "温度是 4 度,用 x-y 线", True),
    ],
)
def test_only_what_can_have_lost_a_mark_is_looked_up(marked: int, text: str, asked: bool) -> None:
    assert may_have_lost(marked, text) is asked
