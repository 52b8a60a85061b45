"""What is known of an article once it is fixed: whether it is held, and whether a person has said how it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.clean.fixing import FINAL, FOUND, HELD, REJECTED, fix_articles, grade
from feedtools.clean.judging import Judge
from feedtools.clean.notes import Note
from feedtools.config import policy
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import load
from feedtools.model import Article

ERROR = ("FT101", "math-placeholder", "error", "high", 3, 9, "lost", None)
NOTE = ("FT401", "truncated", "note", "high", 3, 9, "cut", None)

BREAK = """id = "XX001"
name = "two-commas"
level = "warning"
confidence = "high"
message = "{text} is one comma too many"
why = "A line was broken here."
pattern = ',,+'
[fix]
replace = ",\\n"
safety = "safe"
[[bad]]
text = "甲⟦,,⟧乙"
[[good]]
text = "甲,乙"
"""


@pytest.mark.parametrize(
    ("findings", "decided", "marks"),
    [
        ((), (), 0),
        ((NOTE,), (), FOUND),
        ((ERROR,), (), FOUND | HELD),
        ((NOTE, ERROR), (), FOUND | HELD),
        ((ERROR,), ("publish:1",), FOUND | FINAL),
        ((), ("publish:1",), FINAL),
        ((ERROR,), ("edit:1",), FOUND | HELD | FINAL),  # what a person wrote may have errors as well
        ((ERROR,), ("right:1",), FOUND | HELD),
        ((ERROR,), ("reject:1",), REJECTED),
        ((), ("reject:1", "publish:2"), REJECTED | FINAL),
    ],
)
def test_decisions_release_reject_and_end_repairs(
    findings: tuple[tuple[object, ...], ...], decided: tuple[str, ...], marks: int
) -> None:
    note = Note((), findings, decided=decided)
    assert grade(note, policy({})) == marks


def test_the_policy_says_what_holds() -> None:
    assert grade(Note((), (NOTE,)), policy({"hold": "note"})) == FOUND | HELD
    assert grade(Note((), (ERROR,)), policy({"hold": "never"})) == FOUND
    assert grade(Note((), (ERROR,)), policy({"rules": {"FT1": "keep"}})) == FOUND


@pytest.mark.parametrize(("form", "text"), [("jsonl", "先归一化,\n再相加。"), ("transmission", "先归一化,,再相加。")])
def test_a_fix_is_made_where_the_file_can_hold_what_it_makes(tmp_path: Path, form: str, text: str) -> None:
    path = tmp_path / "XX001-two-commas.toml"
    path.write_text(BREAK, encoding="utf-8")
    article = Article("a", 4, "先归一化,,再相加。")
    made = fix_articles([article], {"a": form}, Judge([load(path)], Evidence(), policy({})))
    assert made.texts == [text]
    assert [len(note.changes) for note in made.notes] == [int(form == "jsonl")]
    assert [[one[0] for one in note.findings] for note in made.notes] == [[] if form == "jsonl" else ["XX001"]]
