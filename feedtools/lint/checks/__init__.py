"""Named checkers, bound when a rule first needs one."""

from __future__ import annotations

from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Any

from feedtools.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY_POINTS = "feedtools.checks"
"""Group under which an installed package offers checkers of its own; the only way to bring new code."""


def resolve(name: str) -> Callable[..., Any]:
    """The checker called ``module:function``: one of ours, else an installed package's entry point.

    Raises:
        RuleError: there is none of that name.
    """
    module, _, function = name.partition(":")
    if function and module.replace("_", "").isalnum():
        try:
            found = getattr(import_module(f"{__name__}.{module}"), function, None)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{module}":
                raise
            found = None
        if isinstance(found, FunctionType) and found.__module__.startswith(__name__) and not function.startswith("_"):
            return found
    from importlib import metadata  # 25 ms, and only a pack with a checker of its own needs it

    for entry in metadata.entry_points(group=ENTRY_POINTS, name=name):
        return entry.load()  # type: ignore[no-any-return]
    raise RuleError(f"unknown check {name!r}; expected module:function, or an entry point of the group {ENTRY_POINTS}")
