"""Records of the inputs: what has the id of another article and says something else is a later version, and no copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feedtools.clean.copies import FoundCopy
from feedtools.clean.inputs import File
from feedtools.clean.on_disk import Texts
from feedtools.dedup.versions import Record, Versions, record_of, stands
from feedtools.errors import FeedtoolsError
from feedtools.readers import ReadOptions, read


class Records:
    """Reads the records of articles again, when they are asked for: most runs ask for few.

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

    def __call__(self, numbers: Sequence[int]) -> Mapping[int, Record]:
        """The records of some articles; those of one file are read at once, and transmissions have none."""
        self._paths = self._paths or {file.name: file.path for file in self._files if file.form != "transmission"}
        wanted: dict[str, dict[int, int]] = {}
        for number in numbers:
            place = self._texts.place(number)
            if place.path in self._paths:
                wanted.setdefault(place.path, {})[place.line] = number
        return {
            lines[line]: record
            for name, lines in wanted.items()
            for line, record in self._read(self._paths[name])
            if line in lines
        }

    def _read(self, path: str) -> Iterator[tuple[int, Record]]:
        try:
            for article in read(path, self._options, lambda _: None).articles:
                if article.origin is not None:
                    yield article.line, record_of(article)
        except FeedtoolsError:  # said by whoever reads it for its articles
            return


def standing_for(found: Sequence[FoundCopy], versions: Versions) -> list[FoundCopy]:
    """Choose for each article the published one that stands for it, if any does: a correction has none."""
    versions.learn(one.number for one in found if one.id)
    chosen: dict[int, FoundCopy] = {}
    for one in found:
        own = versions.record(one.number).id if one.id else ""
        if one.number not in chosen and stands(versions.keep, own, one.id, one.match, copy=one.copy):
            chosen[one.number] = one
    return list(chosen.values())
