"""The text that would be lost with an article: what of it stands in no other."""

from __future__ import annotations

import pytest

from feedtools.dedup.rest import longest_rest, own_stretches

TEXT = "泥瓦匠看天吃饭,下雨就歇,天晴了从早砌到晚,一天下来手上全是裂口。"
TRADITIONAL = "泥瓦匠看天吃飯,下雨就歇,天晴了從早砌到晚,一天下來手上全是裂口。"
OWN = "隔壁的木匠倒是不怕雨"


@pytest.mark.parametrize(
    ("text", "kept", "rest"),
    [
        (TEXT, TEXT, 0),
        (TEXT + OWN, TEXT, len(OWN)),
        (OWN + TEXT, TEXT, len(OWN)),
        (TEXT[:20] + OWN + TEXT[20:], TEXT, len(OWN)),
        (TEXT, TEXT + OWN, 0),
        (TEXT.replace(",", ", "), TEXT, 0),  # letters and digits count
        (TEXT[18:] + TEXT[:18], TEXT, 0),  # wherever they stand
        (OWN, TEXT, len(OWN)),
        ("短的", TEXT, 2),
    ],
)
def test_the_longest_stretch_that_the_other_lacks_is_measured(text: str, kept: str, rest: int) -> None:
    assert longest_rest(text, kept) == rest
    assert max((size for size, _ in own_stretches(text, kept)), default=0) == rest


def test_traditional_characters_are_text_of_their_own_where_they_are_told_apart() -> None:
    assert longest_rest(TRADITIONAL, TEXT) == 0
    assert longest_rest(TRADITIONAL, TEXT, as_written=True) > 0
    assert longest_rest(TRADITIONAL, TRADITIONAL, as_written=True) == 0


def test_a_stretch_is_told_by_its_place_in_the_raw_text() -> None:
    text = TEXT + "\n\n**" + OWN + "**"
    [(size, span)] = own_stretches(text, TEXT)
    assert (size, text[span.start : span.end]) == (len(OWN), OWN)
