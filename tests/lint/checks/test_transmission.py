"""FT601 to FT606: header, encoding and line ends of a transmission."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import transmission as frame
from feedtools.readers.transmission import parse, render

HEAD = b"INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
CHECKS = {
    "FT601": frame.missing_header,
    "FT602": frame.malformed_header,
    "FT603": frame.empty_article,
    "FT604": frame.not_utf8,
    "FT605": frame.mixed_line_ends,
    "FT606": frame.no_final_newline,
}


def codes(data: bytes) -> list[str]:
    whole = parse(data, "feed.txt")
    return [code for code, check in CHECKS.items() for _ in check(data, whole, {})]


def messages(code: str, data: bytes) -> list[str]:
    return [hit.message for _, hit in CHECKS[code](data, parse(data, "feed.txt"), {})]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD + "第一篇。\n第二篇。\n".encode(), []),
        (b"\xef\xbb\xbf" + HEAD + b"one\n", []),
        (HEAD.replace(b"\n", b"\r\n") + b"one\r\ntwo\r\n", []),
        (b"\n" + HEAD + b"\none\n", []),
        (b"one\ntwo\n", ["FT601"]),
        (b"INCOMING TRANSMISSION\none\n", ["FT602"]),
        (b"LATEST UPDATES\none\n", ["FT602"]),
        (b"Incoming Transmission\n\nLatest Updates\none\n", ["FT602", "FT602"]),
        (b"INCOMING TRANSMISSION\n\nLATEST UPDTES\none\n", ["FT602"]),
        (b"", ["FT603"]),
        (HEAD, ["FT603"]),
        (HEAD + b"one\n\n\ntwo\n", ["FT603"]),
        (HEAD + b"one\n---\n", ["FT603"]),
        (HEAD + b"one\n\n", []),
        (HEAD + b"caf\xe9\n", ["FT604"]),
        (HEAD + b"one\r\ntwo\n", ["FT605"]),
        (HEAD + b"one\rtwo\n", ["FT605"]),
        (HEAD + b"one", ["FT606"]),
    ],
)
def test_finds(data: bytes, expected: list[str]) -> None:
    assert codes(data) == expected


def test_says_what_the_bytes_look_like() -> None:
    (chinese,) = messages("FT604", HEAD + "中文的文章".encode("gb18030") + b"\n")
    assert "D6 D0" in chinese
    assert "GB18030" in chinese
    assert "--encoding gb18030" in chinese
    (western,) = messages("FT604", HEAD + b"caf\xe9 noir\n")
    assert "Windows-1252" in western
    assert "--encoding cp1252" in western


@pytest.mark.parametrize("cut", [1, 2])
def test_says_where_a_character_was_cut(cut: int) -> None:
    (message,) = messages("FT604", HEAD + "中文的文章".encode()[:-cut] + b"\n")
    assert "E7 AB A0"[: 8 - 3 * cut] in message
    assert "cut" in message
    assert "GB18030" not in message


def test_counts_line_ends() -> None:
    (message,) = messages("FT605", HEAD + b"one\r\ntwo\r\nthree\n")
    assert message.startswith("2 lines end in CRLF")


@pytest.mark.parametrize(("data", "ending"), [(HEAD + b"one", "\n"), (HEAD.replace(b"\n", b"\r\n") + b"one", "\r\n")])
def test_adds_the_line_end_of_the_file(data: bytes, ending: str) -> None:
    ((number, hit),) = frame.no_final_newline(data, parse(data, "feed.txt"), {})
    (edit,) = hit.edits
    assert number == 0
    assert (edit.start, edit.end, edit.text) == (3, 3, ending)


LINES = st.lists(
    st.sampled_from(
        [b"INCOMING TRANSMISSION", b"LATEST UPDATES", b"latest update", b"", b"\xff", "文".encode(), b"a\rb", b"..."]
    )
)


@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_never_raises_and_points_into_articles(lines: list[bytes], ending: bytes, last: bool) -> None:
    data = ending.join(lines) + (ending if last else b"\n\r\n")
    whole = parse(data, "feed.txt")
    assert render(whole) == data
    for check in CHECKS.values():
        for number, hit in check(data, whole, {}):
            assert hit.start < hit.end
            assert number is None or hit.end <= max(len(whole.articles[number].text), 1)


def test_a_sound_file_is_silent_whatever_its_articles_say() -> None:
    body = "介绍 INCOMING TRANSMISSION 的格式\nLATEST UPDATES 是第二行的内容\n".encode()
    assert codes(HEAD + body) == []
