"""Identity of a finding: by rule, file and the words around it, so that it outlives moved lines."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from feedtools.model import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedtools.model import Finding

CONTEXT = 40
"""Code points on either side of a span that belong to its identity."""


def relative(path: str, root: str = ".") -> str:
    """The path from ``root`` with forward slashes, where it lies inside; else as it is."""
    if not os.path.isabs(path) and root == ".":
        plain = os.path.normpath(path)
    else:
        plain = os.path.abspath(path)
        with suppress(ValueError):  # on Windows, for a path on another drive
            inside = os.path.relpath(plain, os.path.abspath(root))
            plain = plain if inside.startswith(os.pardir) else inside
    return plain.replace(os.sep, "/")


def fingerprints(findings: Iterable[Finding], root: str = ".") -> list[str]:
    """One identity per finding: 32 hexadecimal digits of BLAKE2b over rule, path from ``root``, span and context.

    Lines and columns do not count. Findings that agree in all of it, such as those of a repeated article, are told
    apart by their order.
    """
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        text, (start, end) = finding.article.text, finding.span
        around = (text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT])
        plain = "\0".join((finding.rule, relative(finding.article.source, root), *around))
        seen[plain] += 1
        salted = plain if seen[plain] == 1 else f"{plain}\0{seen[plain]}"
        result.append(digest(salted).hex())
    return result
