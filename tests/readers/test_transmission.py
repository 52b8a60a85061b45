"""Reading a transmission keeps every byte, and takes the articles out of it as they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.errors import ReadError
from feedtools.readers.transmission import MAX_LINE, encode, parse, render, sniff

HEAD = b"INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
BOM = b"\xef\xbb\xbf"

FILES = {
    "plain": (HEAD + b"one\ntwo\n", ["one", "two"]),
    "crlf": (HEAD.replace(b"\n", b"\r\n") + b"one\r\ntwo\r\n", ["one", "two"]),
    "mixed line ends": (HEAD + b"one\r\ntwo\nthree\r\n", ["one", "two", "three"]),
    "a lone CR is text": (HEAD + b"on\re\ntwo", ["on\re", "two"]),
    "CR at the end of the file is text": (b"one\r", ["one\r"]),
    "byte order mark": (BOM + HEAD + b"one\n", ["one"]),
    "byte order mark before an article": (BOM + b"one\n", ["one"]),
    "a second byte order mark is text": (BOM + BOM + b"one\n", ["\ufeffone"]),
    "no final newline": (HEAD + b"one\ntwo", ["one", "two"]),
    "no header": (b"one\ntwo\n", ["one", "two"]),
    "half a header": (b"LATEST UPDATES\none\n", ["one"]),
    "header only": (HEAD, []),
    "header words later are text": (HEAD + b"one\nLATEST UPDATES\n", ["one", "LATEST UPDATES"]),
    "a header in the wrong order": (b"LATEST UPDATES\nINCOMING TRANSMISSION\n", ["INCOMING TRANSMISSION"]),
    "empty lines": (b"\n\n" + HEAD + b"\none\n\n \t\ntwo\n\n", ["one", "two"]),
    "a line of no-break and full-width spaces": ("\u00a0\none\n\u3000\n".encode(), ["one"]),
    "spaces around an article stay": (" one \u00a0\n".encode(), [" one \u00a0"]),
    "line separators inside an article": ("one\u2028\x0b\x0c\x85two\n".encode(), ["one\u2028\x0b\x0c\x85two"]),
    "not UTF-8": (b"\xff\xfe one\n", ["\udcff\udcfe one"]),
    "UTF-8 cut in the middle": ("你好".encode()[:-1] + b"\n", ["你\udce5\udca5"]),
    "an encoded surrogate": (b"\xed\xa0\x80\n", ["\udced\udca0\udc80"]),
    "empty": (b"", []),
    "NUL after the first 8 kB": (b"x" * 8192 + b"\x00\n", ["x" * 8192 + "\x00"]),
}


@pytest.mark.parametrize(("data", "texts"), FILES.values(), ids=FILES.keys())
def test_articles_and_round_trip(data: bytes, texts: list[str]) -> None:
    transmission = parse(data, "f.txt")
    assert [article.text for article in transmission.articles] == texts
    assert render(transmission) == data


FRAME = [
    BOM,
    HEAD,
    b"INCOMING TRANSMISSION",
    b"LATEST UPDATES",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b"\xc2\xa0",
    b"\x0b",
    b"\x1c",
]
WORDS = [b"\xff", b"\xed\xa0\x80", "文".encode(), "文".encode()[:2], b"x", b"\xf0\x9f\x92\xa1", b"\xe3\x80\x80", b"..."]
PIECES = st.sampled_from([*FRAME, *WORDS])


@given(st.lists(PIECES | st.binary(max_size=6).map(lambda part: part.replace(b"\x00", b""))).map(b"".join))
def test_any_bytes_come_back(data: bytes) -> None:
    transmission = parse(data, "f.txt")
    assert render(transmission) == data
    for article in transmission.articles:
        assert "\n" not in article.text
        assert article.text.strip()


@given(st.lists(PIECES).map(b"".join))
def test_line_numbers_are_those_of_the_file(data: bytes) -> None:
    lines = data.split(b"\n")
    for article in parse(data, "f.txt").articles:
        assert encode(article.text) in lines[article.line - 1]


@given(st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_replacing_an_article_changes_nothing_else(text: str) -> None:
    transmission = parse(BOM + HEAD + b"one\r\n\ntwo", "f.txt")
    changed = transmission.articles[0]._replace(text=text)
    data = render(transmission._replace(articles=(changed, transmission.articles[1])))
    assert data == BOM + HEAD + text.encode() + b"\r\n\ntwo"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEAD + b"one\x00two\n", "f.txt: binary file"),
        (b"\x7fELF" + bytes(60), "f.txt: binary file"),
        (HEAD + b"x" * (MAX_LINE + 1), "f.txt:4: line of 16 MiB"),
    ],
)
def test_what_is_no_transmission_is_refused_with_the_place(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(data, "f.txt")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [(HEAD, True), (BOM + HEAD, True), (b"\r\n" + HEAD, True), (b"LATEST UPDATES", False), (b'{"id": 1}', False)],
)
def test_sniff(head: bytes, is_one: bool) -> None:
    assert sniff(head) is is_one
