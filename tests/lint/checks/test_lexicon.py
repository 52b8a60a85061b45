"""Lists of words: each is found alike in its bytes, in a map of its file and in its split lines."""

from __future__ import annotations

import mmap
from typing import Any

import pytest

from feedtools.lint.checks import lexicon

LISTS = ("acronyms.txt", "common.txt", "compounds.tsv", "names.txt", "terms.txt")


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_sorted_and_end_in_a_line_feed(name: str) -> None:
    data = lexicon._read(name)
    lines = data.split(b"\n")
    assert lines.pop() == b""
    assert lines == sorted(lines)
    assert len(lines) > 1000


def test_a_list_that_is_mapped_says_what_its_bytes_say_before_and_after_it_is_split() -> None:
    mapped, read = lexicon._mapped("names.txt"), lexicon._read("names.txt")
    assert isinstance(mapped, mmap.mmap)
    every = read.split(b"\n")[:-1]
    wanted = [b"", b"\0", every[0], every[0] + b"x", *every[:: len(every) // 400], every[-1], b"~"]
    lines, split = lexicon._Lines(mapped), lexicon._Lines(mapped)
    for _ in range(lexicon.UNSPLIT):
        split.first(b"a")
    assert len(wanted) < lexicon.UNSPLIT
    for word in wanted:
        first = min((line for line in every if line >= word), default=b"")
        assert lines.first(word) == split.first(word) == lexicon._Lines(read).first(word) == first
        assert (word in lexicon._Lines(mapped)) == (word in split) == (word in every)
    assert lines._lines == []
    assert split._lines == every


def test_a_list_is_read_where_it_cannot_be_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no maps here")

    monkeypatch.setattr(mmap, "mmap", refuse)
    assert lexicon._mapped("terms.txt") == lexicon._read("terms.txt")


def test_words_are_known_alike_however_many_were_asked_for() -> None:
    data = lexicon._read("common.txt")
    every = data.decode("ascii").split()
    asked = [every[0], every[-1], every[len(every) // 2], "", "\n", every[0] + "\n" + every[1], "nosuchword", "é"]
    words = lexicon._Words(data)
    before = [word in words for word in asked]
    for _ in range(lexicon.UNSPLIT):
        assert every[1] in words
    assert [word in words for word in asked] == before == [True] * 3 + [False] * 5
    assert 7 not in words
