"""Jupyter notebooks: the Markdown cells, in order, as one article."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import Notice, ReadError
from feedtools.model import Article
from feedtools.readers.bounded_json import loads
from feedtools.readers.markdown import syntax_of
from feedtools.readers.streams import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the one article of a notebook (nbformat 4): its Markdown cells with blank lines between.

    Code cells and outputs are not read, which is said.

    Raises:
        ReadError: no JSON, or no notebook.
    """
    data = read_document(stream, source)
    try:
        cells = loads(data)["cells"]
        texts = [_text(cell) for cell in cells if cell["cell_type"] == "markdown"]
    except (ValueError, KeyError, TypeError) as error:
        said = " ".join(str(error).split())[:100]
        raise ReadError(f"not a notebook of nbformat 4 ({type(error).__name__}: {said})", path=source) from error
    others = len(cells) - len(texts)
    said = f"a notebook: its Markdown cells are read ({len(texts)})"
    on_error(Notice(f"{said}, other cells are not ({others})" if others else said, path=source))
    text = "\n\n".join(text.strip() for text in texts if text.strip())
    if text:
        yield Article(source, 1, text, verbatim=False, syntax=syntax_of(options))


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
