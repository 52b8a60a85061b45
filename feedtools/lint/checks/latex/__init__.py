"""Formulas: are they closed, would they render, do they mean what they show?"""

from feedtools.lint.checks.latex.poor import poor
from feedtools.lint.checks.latex.rules import broken, stray_close, unclosed

__all__ = ["broken", "poor", "stray_close", "unclosed"]
