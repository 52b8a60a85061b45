"""Formulas: are they closed, would they render, do they mean what they show?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.rules import broken, stray_close, unclosed
    from feedtools.lint.checks.latex.suspect import poor

__all__ = ["broken", "poor", "stray_close", "unclosed"]


def __getattr__(name: str) -> Any:
    """Bind a checker when its rule runs (PEP 562): the one that is off by default costs nothing then."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{'suspect' if name == 'poor' else 'rules'}"), name)
