"""Formulas: are they closed, would they render, do they mean what they show?"""

from feedtools.checks.latex.poor import poor
from feedtools.checks.latex.rules import broken, stray_close, unclosed

__all__ = ["broken", "poor", "stray_close", "unclosed"]
