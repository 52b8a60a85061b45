"""Corrections: what has the id of a published article and says something else is a later version, and no copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from feedtools.clean.copies import FoundCopy
from feedtools.clean.inputs import File
from feedtools.clean.on_disk import Texts
from feedtools.errors import FeedtoolsError
from feedtools.readers import ReadOptions, read


class Versions:
    """Tells corrections from copies, by the ids of the records.

    Args:
        files: the inputs.
        texts: of all articles.
        options: how records are read.
    """

    def __init__(self, files: Iterable[File], texts: Texts, options: ReadOptions) -> None:
        self._files = files
        self._texts = texts
        self._options = options
        self._paths: dict[str, str] = {}
        self._ids: tuple[str, dict[int, str]] = ("", {})

    def copies(self, found: Iterable[FoundCopy]) -> Iterator[FoundCopy]:
        """Leave out articles that are later versions of what they are copies of."""
        for one in found:
            if not (one.id and one.may_correct and self._id(one.number) == one.id):
                yield one

    def _id(self, number: int) -> str:
        """Find the id that the record of an article has; the ids of the last file are remembered."""
        place = self._texts.place(number)
        if self._ids[0] != place.path:
            self._paths = self._paths or {file.name: file.path for file in self._files}
            self._ids = place.path, dict(self._read(self._paths[place.path]))
        return self._ids[1].get(place.line, "")

    def _read(self, path: str) -> Iterator[tuple[int, str]]:
        try:
            for article in read(path, self._options, lambda _: None).articles:
                if article.origin is not None and article.origin.id:
                    yield article.line, article.origin.id
        except FeedtoolsError:  # said by whoever reads it for its articles
            return
