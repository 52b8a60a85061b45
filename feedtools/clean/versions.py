"""Records of the inputs: what has the id of another article and says something else is a later version, and no copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from feedtools.clean.copies import FoundCopy
from feedtools.clean.inputs import File
from feedtools.clean.on_disk import Texts
from feedtools.dedup.versions import Record, Versions, record_of, stands
from feedtools.errors import FeedtoolsError
from feedtools.model import Article
from feedtools.readers import ReadOptions, read


class Records:
    """Reads the records of articles again, when they are asked for: most runs ask for few.

    A file is read on from where the last question ended, so that questions in ascending order read it once.

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
        self._name, self._line = "", 0
        self._articles: Iterator[Article] = iter(())

    def __call__(self, numbers: Sequence[int]) -> Mapping[int, Record]:
        """The records of some articles; those of one file are read at once, and transmissions have none."""
        self._paths = self._paths or {file.name: file.path for file in self._files if file.form != "transmission"}
        wanted: dict[str, dict[int, int]] = {}
        for number in numbers:
            place = self._texts.place(number)
            if place.path in self._paths:
                wanted.setdefault(place.path, {})[place.line] = number
        return {lines[line]: record for name, lines in wanted.items() for line, record in self._read(name, lines)}

    def _read(self, name: str, lines: Collection[int]) -> Iterator[tuple[int, Record]]:
        """Yield the records of some lines of a file."""
        try:
            if name != self._name or min(lines) <= self._line:
                self._name, self._line = name, 0
                self._articles = iter(read(self._paths[name], self._options, lambda _: None).articles)
            last = max(lines)
            for article in self._articles:
                self._line = article.line
                if article.line in lines and article.origin is not None:
                    yield article.line, record_of(article)
                if article.line >= last:
                    return
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
