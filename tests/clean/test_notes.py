"""What an article has to tell of others: its own words and what is sure of them, never a guess."""

from __future__ import annotations

import pytest

from feedtools.clean.notes import Note, as_evidence, guesses
from feedtools.lint.edits import Change
from feedtools.model import Safety

RAW = "用 top1 评测 ,再看 modelfree 的结果"


def note(safety: Safety) -> Note:
    start = RAW.index("modelfree")
    blank = RAW.index(" ,")
    return Note(
        (
            Change(blank, blank + 2, " ,", ",", ("FT509",)),
            Change(start, start + 9, "modelfree", "model-free", ("FT301",), safety),
        )
    )


@pytest.mark.parametrize(
    ("safety", "said"), [("safe", "model-free"), ("confident", "modelfree"), ("unsafe", "modelfree")]
)
def test_what_was_guessed_is_taken_back_and_what_is_safe_stays(safety: Safety, said: str) -> None:
    fixed = RAW.replace(" ,", ",").replace("modelfree", "model-free")
    assert guesses(note(safety)) is (safety != "safe")
    assert as_evidence(fixed, note(safety)) == RAW.replace(" ,", ",").replace("modelfree", said)


def test_what_a_source_gave_back_is_no_guess() -> None:
    fixed = RAW.replace(" ,", ",").replace("modelfree", "model-free")
    start = fixed.index("top1")
    repair = Note((Change(start, start + 4, "top1", "top-1", ("restored joined",)),))
    assert as_evidence(fixed, note("confident"), repair) == "用 top-1 评测,再看 modelfree 的结果"
    assert as_evidence(fixed, note("safe"), repair) == fixed.replace("top1", "top-1")
