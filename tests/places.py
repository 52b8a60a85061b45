"""Where tests find the checkout, the sample feed and the labelled sets beside it."""

import os
from pathlib import Path

import feedtools

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SAMPLE = TESTS / "sample"
FEED = SAMPLE / "feed"
PACKAGE = Path(str(feedtools.__file__)).resolve().parent
"""The package that is tested: in the checkout, or where it is installed."""
SHARED = Path(os.environ.get("FEEDTOOLS_SHARED", ROOT.parent / "shared"))
"""Labelled third-party sets; tests that want them skip where they are absent."""


def of_project(path: str) -> Path:
    """Where a path of the checkout lies now: the package may be installed elsewhere."""
    return PACKAGE.parent / path if path.startswith("feedtools/") else ROOT / path
