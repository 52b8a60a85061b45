"""What a batch run keeps on the disk is read back as it was written, also by another process."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.clean.inputs import File, Files
from feedtools.clean.on_disk import Instead, Texts
from feedtools.errors import ReadError
from feedtools.model import Place
from feedtools.system import on_disk
from feedtools.system.on_disk import Strings

ANY = st.text(st.characters(codec=None), max_size=20)


@given(st.lists(ANY, max_size=20), st.sampled_from([1, 30, 1 << 20]))
def test_strings(texts: list[str], portion: int) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(on_disk, "_PORTION", portion)  # a longer string is a portion of its own
        strings = Strings(Path(folder) / "strings")
        for text in texts:
            strings.add(text)
        strings.seal()
        assert list(strings) == texts
        assert [strings[1:-1], strings[:], strings[5:2]] == [texts[1:-1], texts, []]
        assert strings[-1:0:-2] == texts[-1:0:-2]
        sent = pickle.loads(pickle.dumps(strings))
        assert list(sent) == texts
        with pytest.raises(IndexError):
            strings[len(texts)]
        for one in (strings, sent):
            one.close()


@pytest.mark.parametrize("held", [1, 2])
def test_places_are_found_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr("feedtools.clean.on_disk.NAMES", held)
    texts = Texts(tmp_path / "texts")
    for name in "abc":
        texts.take(name, [1, 2], b"", [0, 0], ["", ""])
    texts.seal()
    for number in (0, 4, 1, 2, 5, 0, 3, 4):
        assert texts.place(number) == Place("abc"[number // 2], number % 2 + 1)
    texts.close()


def test_texts_know_their_places(tmp_path: Path) -> None:
    texts = Texts(tmp_path / "texts")
    texts.take("a.txt", [4, 6], "一二三".encode(), [3, 6], ["", "markdown/none"])
    texts.take("a.txt", [7], b"", [0], ["code"])
    texts.take("b.txt", [1], b"x", [1], ["markdown"])
    texts.seal()
    assert list(texts) == ["一", "二三", "", "x"]
    assert [texts.place(number) for number in range(4)] == [
        Place("a.txt", 4),
        Place("a.txt", 6),
        Place("a.txt", 7),
        Place("b.txt", 1),
    ]
    sent = pickle.loads(pickle.dumps(texts))
    assert [sent.article(number).syntax for number in range(4)] == ["", "markdown/none", "code", "markdown"]
    assert sent.article(1)[:3] == ("a.txt", 6, "二三")
    assert (sent[1], sent.place(3)) == ("二三", Place("b.txt", 1))
    for one in (texts, sent):
        one.close()


def test_other_texts_stand_for_a_few(tmp_path: Path) -> None:
    instead = Instead(tmp_path / "instead", iter([(3, "三"), (9, ""), (12, "十二")]))
    assert dict(instead) == {3: "三", 9: "", 12: "十二"}
    assert instead.get(4) is None
    assert len(instead) == 3
    instead.close()


def test_files(tmp_path: Path) -> None:
    bad = ReadError("not a record", path="b.jsonl", line=2)
    made = [
        File("in/a.txt", "a.txt", "a.txt", "transmission", "gz", False, "00", 12, ()),
        File("in/\udcff.md", "\udcff.md", "\udcff.md.jsonl", "jsonl", "", True, "01", 3, (bad,)),
    ]
    files = Files(tmp_path / "files")
    for file in made:
        files.add(file)
    files.seal()
    assert list(files) == made
    assert (files[-1], files[:1], files.articles, list(files.bad())) == (made[1], made[:1], 15, [bad])
    files.close()
