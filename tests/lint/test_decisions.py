"""The file of decisions: what is read from it, and what an append leaves whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from feedtools.errors import ConfigError, WriteError
from feedtools.lint.decisions import Choice, append, choice, downloaded, load


def test_the_last_decision_about_an_article_stands_and_others_are_untouched(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    first = choice("publish", text="甲", to="甲")
    words = choice("allow", rule="FT302", words="1e4")
    append(path, [first, words])
    assert [one.decision for one in load(path)] == ["publish", "allow"]
    last = choice("reject", text="甲")
    append(path, [last])
    assert {one.id for one in load(path)} == {last.id, words.id}
    append(path, [choice("undo", of=last.id)])
    assert {one.id for one in load(path)} == {first.id, words.id}
    append(path, [choice("undo", of=first.id), choice("undo", of=words.id)])
    assert load(path) == ()


def test_a_line_that_was_cut_short_is_passed_over_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    whole = choice("reject", text="一篇")
    append(path, [whole])
    with open(path, "a", encoding="utf-8") as stream:
        stream.write('{"decision": "publish", "text": "另')
    assert [one.id for one in load(path)] == [whole.id]
    later = choice("reject", text="第三篇")
    append(path, [later])
    assert [one.id for one in load(path)] == [whole.id, later.id]


def test_a_last_line_without_its_end_that_is_whole_stays(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text('{"decision": "reject", "text": "手写的"}', encoding="utf-8")
    append(path, [choice("reject", text="后来的")])
    assert [one.text for one in load(path)] == ["手写的", "后来的"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nothing", "not a decision"),
        ('{"decision": "burn", "text": "x"}', "publish, edit, reject"),
        ('{"decision": "publish", "text": "x"}', "publish needs 'to'"),
        ('{"decision": "reject", "text": "x", "colour": "red"}', "colour"),
        ('{"decision": "reject", "text": 1}', "text"),
        ('{"decision": "publish", "text": "x", "to": "x", "rules": "FT101"}', "rules"),
        ('["reject"]', "expected an object"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(json.dumps({"decision": "reject", "text": "x"}) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.line == 2
    assert told in caught.value.message


def test_any_text_goes_in_and_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    text = "a\u2028b\udc80\x1b[0m\U0001d465"
    append(path, [choice("publish", text=text, to="")])
    [one] = load(path)
    assert (one.text, one.to) == (text, "")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('{"decision": "reject", "text": "a"}\n{"decision": "rej', ":2: not a decision"),
        ('{"decision": "reject", "text": "a"}\n{"decision": "publish", "text": "b"}\n', ":2: not a decision"),
        ('{"decision": "reject", "id": "known", "text": "changed"}\n', ":1: the id known is that of another"),
        (None, "no such file"),
    ],
)
def test_a_download_with_one_bad_line_is_refused_whole(tmp_path: Path, lines: str | None, message: str) -> None:
    log, path = tmp_path / "log.jsonl", tmp_path / "report.jsonl"
    append(log, [Choice("reject", "known", text="here")])
    if lines is not None:
        path.write_text(lines, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        downloaded(path, log)
    assert message in str(caught.value)


def test_a_download_brings_what_is_new_in_order_and_once(tmp_path: Path) -> None:
    log, path = tmp_path / "log.jsonl", tmp_path / "report.jsonl"
    known, first, second = (Choice("reject", name, text=name) for name in ("known", "first", "second"))
    append(log, [known])
    append(path, [first, known, second, first])
    assert [one.id for one in downloaded(path, log)] == ["first", "second"]
    append(path, [Choice("undo", "back", of="first")])
    assert [one.id for one in downloaded(path, log)] == ["first", "second", "back"], "what was taken back counts too"


def test_decisions_are_appended_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.jsonl"
    append(log, [Choice("reject", "known", text="here")])
    before = log.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(WriteError):
            append(log, [Choice("reject", "one", text="a"), Choice("reject", "two", text="b")])
    assert log.read_bytes() == before
