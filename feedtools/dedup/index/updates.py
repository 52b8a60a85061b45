"""Taking articles into an index: few or many, those of one file in one transaction; forgetting them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Protocol

from feedtools.dedup.index.sqlite import Index, SourceState
from feedtools.dedup.index.store import stored_keys
from feedtools.dedup.sketch import sketch
from feedtools.model import Article

FEW_ARTICLES = 512
"""Articles up to which they go to the recent table, without numpy; more are packed at once."""
NAMESAKES = 16
"""Documents of one id that an article may be a later version of: ids such as 1 are given by many."""
ARTICLES_PER_WRITE = 1_000_000
"""Articles taken in by one transaction, at least, where there are as many."""


class Taking(Protocol):
    """Anything that articles can be added to."""

    def add(self, articles: Sequence[Article], batches: Mapping[str, bytes]) -> int:
        """Take some articles in; how many of them were new."""


NO_BATCHES: Mapping[str, bytes] = MappingProxyType({})


def take_in(
    store: Taking,
    articles: Iterable[Article],
    size: int = ARTICLES_PER_WRITE,
    batches: Mapping[str, bytes] = NO_BATCHES,
) -> int:
    """Add articles to a store by portions of at least ``size``, those of one source always together.

    Args:
        store: takes them.
        articles: in the order of their sources; read as fast as they are taken.
        size: articles of a portion.
        batches: by source the digest of the file that is read, where it is known; it may grow meanwhile.

    Returns:
        How many of them were new.

    Raises:
        IndexFileError: the store cannot be written; what was committed before stays.
    """
    count = 0
    portion: list[Article] = []
    for _, mine in groupby(articles, key=lambda article: article.source):
        portion += mine
        if len(portion) >= size:
            count += store.add(portion, batches)
            portion = []
    return count + (store.add(portion, batches) if portion else 0)


def is_later_version(text: str, published: str) -> bool:
    """Tell whether a text is a later version of a published one that has its id: ids such as 1 are given by many."""
    from feedtools.dedup.evidence import match_pair

    return text != published and match_pair(published, text) is not None


class IndexWriter(Index):
    """An index that is written: articles are added, replaced and removed, each time in one transaction."""

    def add(self, articles: Sequence[Article], batches: Mapping[str, bytes] = NO_BATCHES) -> int:
        """Remember articles besides what is known; a text that was taken in from the same source before is not again.

        Args:
            articles: as they were published.
            batches: see ``take_in``.

        Returns:
            How many documents were added.
        """
        with self.writing():
            new = self._unknown(articles)
            mine = {article.source for article in new}
            first = self.meta("next")
            ordered = self._put(new, {path: SourceState(batches[path]) for path in mine if path in batches})
            self._supersede(first, ordered)
        return len(new)

    def _supersede(self, first: int, articles: Sequence[Article]) -> None:
        """Mark the documents of which the articles are later versions: of the same id, alike, and not the same."""
        for number, article in enumerate(articles, first):
            if article.origin is None or not article.origin.id:
                continue
            for document in self.documents(self.named(article.origin.id, number, NAMESAKES)):
                if is_later_version(article.text, document.text):
                    self.supersede(document.number, number)

    def replace(self, articles: Sequence[Article], states: Mapping[str, SourceState] | None = None) -> int:
        """Remember articles in the place of all that was taken in from their sources before.

        Args:
            articles: all of each source.
            states: of the sources, those without articles as well.

        Returns:
            How many documents were added.
        """
        with self.writing():
            for path in {article.source for article in articles} | set(states or {}):
                self.forget(path)
            self._put(articles, states or {})
        return len(articles)

    def remove(self, paths: Iterable[str]) -> int:
        """Forget all articles of these sources; how many documents that were."""
        with self.writing():
            return sum(self.forget(path) for path in paths)

    def compact(self) -> None:
        """Pack what came since the last time, drop what was removed, and give the space back."""
        from feedtools.dedup.index.packing import repack

        with self.writing():
            repack(self)
        with self.faults():
            self.base.execute("VACUUM")
            self.base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _unknown(self, articles: Sequence[Article]) -> list[Article]:
        """Select the articles whose texts were not taken in from their source before, each once."""
        known = {path: self.remembered(path) for path in {article.source for article in articles}}
        new = []
        for article in articles:
            made = article.digest
            if made not in known[article.source]:
                known[article.source].add(made)
                new.append(article)
        return new

    def _put(self, articles: Sequence[Article], states: Mapping[str, SourceState]) -> Sequence[Article]:
        """Write few to the recent table, pack many at once, inside the caller's transaction; as they are numbered."""
        ordered = sorted(articles, key=lambda article: article.source)
        self.put_sources(ordered, states)
        numbered = enumerate(ordered, self.meta("next"))
        self.put_names([(at, one.origin.id) for at, one in numbered if one.origin is not None and one.origin.id])
        if len(ordered) > FEW_ARTICLES:
            from feedtools.dedup.index.packing import add_many

            add_many(self, ordered)
        else:
            self._put_few(ordered)
        return ordered

    def _put_few(self, articles: Sequence[Article]) -> None:
        first = self.meta("next")
        made = [sketch(article.text) for article in articles]
        rows = enumerate(zip(articles, made, strict=True), first)
        self.put_many((at, article.line, it.size, it.digest, _encoded(article)) for at, (article, it) in rows)
        keys = [(key, at) for at, it in enumerate(made, first) for key in stored_keys(it)]
        self.base.executemany("INSERT OR IGNORE INTO delta VALUES (?, ?)", keys)
        self.set_meta("next", first + len(articles))


def _encoded(article: Article) -> bytes:
    return article.text.encode("utf-8", "surrogatepass")
