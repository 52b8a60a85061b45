"""JSON from outside is bounded: in its depth, and in lists and objects that hold next to nothing."""

from __future__ import annotations

import json

import pytest

from feedtools.readers import bounded_json
from feedtools.readers.bounded_json import loads


@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_bounded(before: str, after: str) -> None:
    shallow = before * 100 + "1" + after * 100
    assert loads(shallow.encode()) == json.loads(shallow)
    with pytest.raises(ValueError, match="it is nested too deeply"):
        loads((before * 100_000 + "1" + after * 100_000).encode())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[" + "[],{}," * 4 + "[]]", True),  # ten
        ("[" + "[],{}," * 4 + "[],[]]", False),
        ('["' + "[{" * 9 + '"]', True),  # in a string they are none
        ('["\\"' + "[{" * 9 + '"]', True),
        ("[" + ",".join(["[1234567890123456789]"] * 10) + "]", True),  # long enough
        ("[" + ",".join(["[123456789]"] * 10) + "]", False),
    ],
)
def test_lists_of_nothing_are_bounded(text: str, read: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_json, "FREE_VALUES", 10)
    if read:
        assert loads(text.encode()) == json.loads(text)
    else:
        with pytest.raises(ValueError, match="lists and objects of fewer than 20 bytes"):
            loads(text.encode())
