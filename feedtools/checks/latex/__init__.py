"""Formulas: are they closed, would they render, do they mean what they show?"""

from typing import Any

from feedtools.checks.latex.rules import broken, stray_close, unclosed

__all__ = ["broken", "poor", "stray_close", "unclosed"]


def __getattr__(name: str) -> Any:
    """``poor``, imported where somebody asks for it: its rule is off by default."""
    if name != "poor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from feedtools.checks.latex import poor as module

    return module.poor
