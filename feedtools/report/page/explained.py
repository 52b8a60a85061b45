"""The page of one explanation: the view that the report opens, with the two places and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.report.page.html import asset, footer, head
from feedtools.report.page.marks import FormulaMarks, plain
from feedtools.report.page.parts import where
from feedtools.report.page.why import view
from feedtools.report.page.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.dedup.files import Explained
    from feedtools.model import Article


def html(found: Explained, lang: str = "en") -> Iterator[str]:
    """The page, in parts.

    Args:
        found: the two articles and the reasons.
        lang: language of the page, ``en`` or ``zh``.
    """
    say, formulas, style = words(lang), FormulaMarks(0), asset("page.css")
    title = f"{found.a.source}:{found.a.line} / {found.b.source}:{found.b.line}"
    yield head(title, lang, style)
    yield f"<style>{style}</style>\n</head>\n<body>\n<header>\n<p class=kicker>feedtools dedup --explain</p>\n"
    yield f"<h1>{say('Copies or not?')}</h1>\n"
    yield "".join(f"<p class=sub><b>{name}</b> {_place(one)}</p>\n" for name, one in (("A", found.a), ("B", found.b)))
    yield f"<p class=sub>{say('in this feed of')} {found.articles:,}: {plain(found.outcome)}</p>\n"
    yield "".join(f"<p class=wrong>{plain(str(error))}</p>" for error in found.errors)
    yield "</header>\n<main id=main>\n<section class=why><div class=card>"
    yield view(found.why, found.a.text, found.b.text, formulas, say)
    yield f"</div></section>\n</main>\n{footer(say)}</body>\n</html>\n"


def _place(article: Article) -> str:
    own = article.origin.id if article.origin is not None else ""
    return where(article.source, article.line) + (f" <span class=hint>{plain(own[:100])}</span>" if own else "")
