"""Which copy of a cluster is kept: one total order for every engine."""

from __future__ import annotations

_HOLES = ("[Math]", "[公式]", "[代码]")


def damage(text: str) -> int:
    """How many visible gaps a raw text has: placeholders, replacement characters, and a cut-off end."""
    holes = sum(map(text.count, _HOLES)) if "[" in text else 0
    return holes + text.count("\ufffd") + text.rstrip().endswith(("...", "…"))
