"""Which tests may skip where: in CI a skip that is not named here fails the run.

A run that misses Redis, a browser, Java or the labelled sets would be green and would have tested less than it says.
``CI=true`` turns every skip into a failure unless its reason belongs to a name in ``FEEDTOOLS_MAY_SKIP``, a list that
``.ci/run`` sets for each step and prints on its last line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

MAY_SKIP = {
    "root": r"superuser|needs root|cannot be mounted",
    "file-systems": r"file system takes UTF-8 names only|/dev/full|needs /proc",
    "index": r"pip finds no package index here",
    "spark": r"PySpark is not installed",
    "extras": r"could not import|(?<!PySpark is not )(?<!git is not )\binstalled|needs extra",
    "browser": r"no Chromium|no node|axe",
    "java": r"Java is missing",
    "git": r"git is not installed|pre-commit is not on the PATH",
    "shared": r"labelled|no real feed|no reported cases",
}
"""Reasons of skips by name, as patterns."""


def named() -> list[str]:
    """The names that this run allows, in order."""
    return [name for name in os.environ.get("FEEDTOOLS_MAY_SKIP", "").replace(",", " ").split() if name in MAY_SKIP]


def forbidden(reasons: Iterable[str]) -> Iterator[str]:
    """Those of the reasons that no allowed name covers."""
    allowed = [re.compile(MAY_SKIP[name]) for name in named()]
    return (reason for reason in reasons if not any(pattern.search(reason) for pattern in allowed))
