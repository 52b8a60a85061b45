"""Articles of many files, in batches that are checked together."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Transmission
from feedtools.readers import ReadOptions, read

BATCH = 2048
"""Articles of a streamed file that are checked together."""


class Batch(NamedTuple):
    """Articles of one source that are checked together; a transmission comes whole, with its bytes."""

    source: str
    articles: Sequence[Article]
    data: bytes | None = None
    transmission: Transmission | None = None
    format: str = "transmission"


def batches(files: Sequence[str], options: ReadOptions, on_error: Callable[[FeedtoolsError], None]) -> Iterator[Batch]:
    """The articles of all files in order: a transmission at a time, streams in portions."""
    for path in files:
        try:
            source = read(path, options, on_error)
        except FeedtoolsError as error:
            on_error(error)
            continue
        if source.transmission is not None:
            yield Batch(path, source.transmission.articles, source.data, source.transmission)
            continue
        portion: list[Article] = []
        for article in source.articles:
            portion.append(article)
            if len(portion) == BATCH:
                yield Batch(path, portion, format=source.format)
                portion = []
        if portion:
            yield Batch(path, portion, format=source.format)
