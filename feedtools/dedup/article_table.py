"""The articles of a feed: in memory, or on the disk where they are too many for that."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from feedtools.dedup.pages import own_text
from feedtools.dedup.versions import Record, record_of
from feedtools.model import Article, Provenance
from feedtools.system.on_disk import Rows, Strings

IN_MEMORY = 1 << 27
"""Code points of texts up to which articles are held in memory."""


class ArticleTable(Rows[Article]):
    """Articles on the disk, without what their records say beside an id and a date; in memory are some 30 bytes each.

    Attributes:
        texts: by number.
        pages: a flag for each article: whether it is a whole page of Markdown.
        named: whether any record has an id.

    Args:
        folder: to write to; ``add`` everything, then ``seal``, then read.
    """

    def __init__(self, folder: Path) -> None:
        self.texts = Strings(folder / "texts")
        self.pages = bytearray()
        self.named = False
        self._records = Strings(folder / "records")
        self._lines = array("Q")
        self._sources: dict[str, int] = {}
        self._names: list[str] = []
        self._source_numbers = array("I")

    def add(self, article: Article) -> None:
        """Append an article."""
        record = record_of(article)
        self.named |= bool(record.id)
        self.texts.add(article.text)
        self.pages.append(is_page(article))
        said = [article.verbatim, article.syntax, *record]
        self._records.add(json.dumps(said) if any(said) else "")
        self._lines.append(article.line)
        number = self._sources.setdefault(article.source, len(self._names))
        if number == len(self._names):
            self._names.append(article.source)
        self._source_numbers.append(number)

    def seal(self) -> None:
        """Go over from writing to reading."""
        self.texts.seal()
        self._records.seal()

    def close(self) -> None:
        """Let go of the files."""
        self.texts.close()
        self._records.close()

    def __len__(self) -> int:
        return len(self._lines)

    def row(self, number: int) -> Article:
        """One of the articles."""
        verbatim, syntax, own, date = self._said(number)
        origin = Provenance(own, date=date) if own or date else None
        return Article(*self.place(number), self.texts[number], verbatim, syntax, origin)

    def place(self, number: int) -> tuple[str, int]:
        """Source and line of an article."""
        return self._names[self._source_numbers[number]], self._lines[number]

    def records(self, numbers: Sequence[int]) -> Mapping[int, Record]:
        """Ids and dates of some articles."""
        return {number: Record(*self._said(number)[2:]) for number in numbers}

    def _said(self, number: int) -> Any:
        said = self._records[number]
        return json.loads(said) if said else (False, "", "", "")


class ComparedTexts(Rows[str]):
    """Texts of a table as comparing is to see them (``pages.tell_apart``)."""

    def __init__(self, table: ArticleTable) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def row(self, number: int) -> str:
        """One of the texts."""
        return self._compared(self._table.texts[number], number)

    def rows(self, start: int, end: int) -> list[str]:
        """Consecutive texts."""
        return list(map(self._compared, self._table.texts.rows(start, end), range(start, end)))

    def _compared(self, text: str, number: int) -> str:
        return own_text(text, number) if self._table.pages[number] else text


def is_page(article: Article) -> bool:
    """Tell whether an article is a whole page."""
    return article.syntax.startswith("markdown")


def gather(articles: Iterable[Article], folder: Path | None) -> list[Article] | ArticleTable:
    """Hold articles in memory, or from ``IN_MEMORY`` on in a folder, if there is one."""
    held: list[Article] = []
    size = 0
    rest = iter(articles)
    for article in rest:
        held.append(article)
        size += len(article.text)
        if size > IN_MEMORY and folder is not None:
            break
    else:
        return held
    table = ArticleTable(folder)
    for article in held:
        table.add(article)
    del held, article
    for article in rest:
        table.add(article)
    table.seal()
    return table
