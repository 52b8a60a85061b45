"""An archive between the passes of a run: its inputs, and what was found of them until then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from feedtools.clean.context import Run
from feedtools.clean.copies import Copies
from feedtools.clean.inputs import Files
from feedtools.clean.judging import Judge
from feedtools.clean.lookup import Stores
from feedtools.clean.on_disk import Texts


class Archive(NamedTuple):
    """All articles of a run after their fixes, as one pass hands them to the next.

    Attributes:
        run: settings.
        files: inputs.
        texts: of all articles.
        marks: of every article (``fixing.grade``).
        judge: finds what is wrong with an article, and fixes it.
        copies: who stands for whom.
        stores: hold what was published before, and originals.
    """

    run: Run
    files: Files
    texts: Texts
    marks: Sequence[int]
    judge: Judge
    copies: Copies
    stores: Stores
