"""Every promise of SECURITY.md names tests that exist, and that notice when it is broken."""

from __future__ import annotations

import re

from benchmarks.mutants import LIST, faults
from tests.places import ROOT, of_project


def promises() -> list[str]:
    """The rows of the table."""
    promised = (ROOT / "SECURITY.md").read_text("utf-8").split("\n## What is promised\n")[1].split("\n## ")[0]
    return [line for line in promised.splitlines() if line.startswith("| ")][1:]


def links(row: str) -> list[tuple[str, str]]:
    """What a row links to in its last column: the words, and the path."""
    return re.findall(r"\[([^\]]+)\]\(([^)]+)\)", row.split("|")[3])


def test_every_promise_names_tests_that_exist() -> None:
    assert len(promises()) > 8
    for row in promises():
        assert links(row), row
        for said, path in links(row):
            source = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
            assert (ROOT / path).exists(), path
            for name in re.findall(r"`(test_\w+)`", said):
                assert f"def {name}(" in source, name


def test_every_promise_is_broken_once_by_a_fault_that_its_test_has_to_notice() -> None:
    """``benchmarks/mutants.py`` puts the faults in; here is seen that none of the promises is left out."""
    asked = {test for fault in faults(LIST.read_text("utf-8")) for test in fault.tests}
    asked |= {test.partition("::")[0] + "::" for test in asked}
    for row in promises():
        named = [f"{path}::{name}" for said, path in links(row) for name in re.findall(r"`(test_\w+)`", said) or [""]]
        assert any(test in asked or test.partition("::")[0] in asked for test in named), row.split("|")[1]


def test_every_fault_names_a_place_and_tests_that_exist() -> None:
    for fault in faults(LIST.read_text("utf-8")):
        assert of_project(fault.file).read_text("utf-8").count(fault.old) == 1, fault
        assert fault.old != fault.new
        for test in fault.tests:
            path, _, name = test.partition("::")
            assert (ROOT / path).exists(), test
            assert not name or f"def {name}(" in (ROOT / path).read_text("utf-8"), test
