"""Every promise of SECURITY.md names tests that exist."""

from __future__ import annotations

import re

from tests.places import ROOT


def test_every_promise_names_tests_that_exist() -> None:
    promised = (ROOT / "SECURITY.md").read_text("utf-8").split("\n## What is promised\n")[1].split("\n## ")[0]
    rows = [line for line in promised.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 8
    for row in rows:
        links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", row.split("|")[3])
        assert links, row
        for said, path in links:
            source = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
            assert (ROOT / path).exists(), path
            for name in re.findall(r"`(test_\w+)`", said):
                assert f"def {name}(" in source, name
