"""Places of the packaged data: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from feedtools.errors import RuleError


@cache
def rules_folder() -> Path:
    """The folder of the built-in rules and their word lists.

    Raises:
        RuleError: the installation is incomplete.
    """
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "rules", here.parent / "rules"):
        if folder.is_dir():
            return folder
    raise RuleError("the built-in rules are missing; reinstall feedtools", path=str(here / "rules"))
