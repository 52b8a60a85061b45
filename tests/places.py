"""Where tests find the checkout, the sample feed and the labelled sets beside it."""

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SAMPLE = TESTS / "sample"
FEED = SAMPLE / "feed"
SHARED = Path(os.environ.get("FEEDTOOLS_SHARED", ROOT.parent / "shared"))
"""Labelled third-party sets; tests that want them skip where they are absent."""
