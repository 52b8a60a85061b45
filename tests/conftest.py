"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# A deadline an example measures how busy the machine is; growth with length is measured where it matters.
settings.register_profile("feedtools", deadline=None)
settings.load_profile("feedtools")
