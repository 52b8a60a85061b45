"""The values that flow between the stages: immutable, and importing nothing of ours.

Offsets are code points of the raw article text, half-open, everywhere: no other coordinate leaves a stage.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

# Where values are defined, annotations are not put off (`from __future__ import annotations`): ``NamedTuple`` would
# compile each field's string again at every start, a tenth of a millisecond a field.

Level = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Safety = Literal["display", "unsafe", "confident", "safe"]
Kind = Literal["exact", "rerendered", "truncated", "contained", "near", "overlapping", "overlap"]
Action = Literal["keep", "fix", "restore", "drop", "hold"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
SAFETIES: tuple[Safety, ...] = ("display", "unsafe", "confident", "safe")
KINDS: tuple[Kind, ...] = ("exact", "rerendered", "truncated", "contained", "near", "overlapping", "overlap")
COPIES: frozenset[Kind] = frozenset(KINDS[:-2])
"""Kinds that make two documents one article."""


class Span(NamedTuple):
    """A half-open range of code points in the raw text of one article."""

    start: int
    end: int


CODED = "code"
"""``Article.syntax`` of texts in which only code is marked."""
SYNTAXES = (
    "", CODED, "markdown", "markdown/dollar", "markdown/bracket", "markdown/kramdown", "markdown/none"
)  # fmt: skip
"""All values of ``Article.syntax``."""


class SourceMap(NamedTuple):
    """Places of the parts of a text in the source that it was taken from.

    Attributes:
        runs: for each part, in order, three numbers of 32 bits: its offset in the text, its 1-based line in the source,
            and twice its 1-based column, plus one where the characters after it stand one by one in the source.
    """

    runs: bytes

    def find(self, offset: int) -> tuple[int, int]:
        """Find the 1-based line and column in the source of what stands at an offset of the text."""
        from bisect import bisect_right

        rows = memoryview(self.runs).cast("I")
        if not rows:
            return 1, 1
        number = max(0, bisect_right(range(len(rows) // 3), offset, key=lambda row: rows[3 * row]) - 1)
        start, line, column = rows[3 * number : 3 * number + 3]
        return line, (column >> 1) + (max(0, offset - start) if column & 1 else 0)


class Provenance(NamedTuple):
    """Origin of an article: the data of its record beside the text.

    Attributes:
        id: what its format calls it; empty where it has no name.
        date: when it was published or changed, as its record says it; empty where it does not.
        fields: the whole record as a JSON object, without its text; empty where nobody asked for it.
        places: where its text stood, of a page.
    """

    id: str = ""
    fields: str = ""
    places: SourceMap | None = None
    date: str = ""


class Article(NamedTuple):
    """One article excerpt as it was published; the text is raw and never altered.

    Attributes:
        source: the path (or other name) it was read from.
        line: 1-based line or record number in the source.
        text: raw text; bytes that are not UTF-8 stand as lone surrogates (PEP 383).
        verbatim: the text stands in the source as it is, so that a place in it is one of the source;
            otherwise it was unpacked from a record, and a place is an offset in the text.
        syntax: empty where the text is what a reader sees; else the syntax it is written in: ``markdown``, or
            ``markdown/`` and a style of formulas (``dollar``, ``bracket``, ``kramdown``, ``none``); ``code`` where only
            code is marked, in fences and ticks.
        origin: what its record says beside the text, where it is one.
    """

    source: str
    line: int
    text: str
    verbatim: bool = True
    syntax: str = ""
    origin: Provenance | None = None

    @property
    def digest(self) -> bytes:
        """Identity of the content: 16 bytes of BLAKE2b over the text, independent of where it stands."""
        return digest(self.text)


def digest(text: str) -> bytes:
    """Digest a text: 16 bytes of BLAKE2b (RFC 7693) over its UTF-8 form; lone surrogates are allowed."""
    return blake2b(text.encode("utf-8", "surrogatepass"))


def blake2b(data: bytes, size: int = 16, key: bytes = b"") -> bytes:
    """Digest bytes by BLAKE2b, by the built-in module: ``hashlib`` brings OpenSSL, which takes 3 ms."""
    try:
        from _blake2 import blake2b as made
    except ImportError:  # not CPython
        from hashlib import blake2b as made
    return made(data, digest_size=size, key=key).digest()


def digest_of(parts: Iterable[str]) -> bytes:
    """Digest a text by its parts, one after the other, which need not be in memory at once."""
    import hashlib

    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(part.encode("utf-8", "surrogatepass"))
    return whole.digest()


def text_number(text: str) -> int:
    """The first 64 bits of the SHA-256 of ``text``, signed: a number that any engine can work out from the text."""
    import hashlib

    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


class Transmission(NamedTuple):
    """A whole file: ``render`` gives its bytes back.

    Attributes:
        source: the path it was read from.
        head: the bytes before the first article (byte order mark, header, blank lines).
        articles: in file order.
        gaps: for each article, the bytes between it and the next one: line end and blank lines.
    """

    source: str
    head: bytes
    articles: tuple[Article, ...]
    gaps: tuple[bytes, ...]


class Edit(NamedTuple):
    """Replace ``[start, end)`` of the raw article text by ``text``."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """A repair: edits that belong together, and how far they may be trusted.

    ``safe`` cannot change meaning and is applied by ``--fix``; ``confident`` restores what an editor would restore
    without the source, with high evidence, and is the default of ``clean`` for transmissions; ``unsafe`` may change
    meaning, and needs ``--unsafe-fixes``; ``display`` is only ever shown.
    """

    edits: tuple[Edit, ...]
    safety: Safety


class Place(NamedTuple):
    """Place of a copy: path and 1-based line."""

    path: str
    line: int


class Finding(NamedTuple):
    """One defect at one place.

    Attributes:
        rule: stable code, ``FT201``.
        name: the rule's name, ``unclosed-math``.
        related: other places that explain it, such as the copy that is kept.
    """

    rule: str
    name: str
    level: Level
    confidence: Confidence
    article: Article
    span: Span
    message: str
    fix: Fix | None = None
    related: tuple[Place, ...] = ()

    def _repr_html_(self) -> str:
        """One line and the words around the span, for notebooks."""
        from html import escape

        text, (start, end) = self.article.text, self.span
        before, marked, after = text[max(0, start - 40) : start], text[start:end], text[end : end + 40]
        place = escape(f"{self.article.source}:{self.article.line}:{start + 1}")
        fixed = " → ".join(f"<ins>{escape(edit.text)}</ins>" for edit in (self.fix.edits if self.fix else ()))
        return (
            f"<div><code>{place}</code> {escape(self.level)} <b>{escape(self.rule)}</b> {escape(self.message)}"
            f"<br>…{escape(before)}<mark>{escape(marked)}</mark>{fixed and f' → {fixed}'}{escape(after)}…</div>"
        )


class Block(NamedTuple):
    """A stretch that two texts share: ``a[a_start:a_end]`` stands for ``b[b_start:b_end]`` (raw code points)."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Match(NamedTuple):
    """Two documents that share text; directed: of ``exact`` to ``contained``, ``a`` is (part of) ``b``.

    Attributes:
        a: number of the document that is repeated, cut or contained.
        b: number of the document it is a copy of.
        kind: ``exact`` the same text; ``rerendered`` the same article in the other mode; ``truncated`` ``a`` is the
            beginning of ``b``; ``contained`` ``a`` stands inside ``b``; ``near`` an edited copy; ``overlapping`` much
            in common while each has text of its own; ``overlap`` a shared passage. The last two join nothing.
        coverage_a: share of ``a``'s symbols inside runs that both have, 0 to 1.
        coverage_b: likewise of ``b``.
        similarity: share of those runs that agrees, 0 to 1, by ``codes.low_bytes``.
        evidence: aligned raw spans.
        rest_a: symbols of the longest stretch of ``a`` that ``b`` lacks, formulas included.
        rest_b: likewise of ``b``.
    """

    a: int
    b: int
    kind: Kind
    coverage_a: float
    coverage_b: float
    similarity: float
    evidence: tuple[Block, ...] = ()
    rest_a: int = 0
    rest_b: int = 0


class Cluster(NamedTuple):
    """Documents that are one article: the number of the copy that is kept, the others, and why they belong."""

    keep: int
    drop: tuple[int, ...]
    matches: tuple[Match, ...]

    def _repr_html_(self) -> str:
        """A table of the copies and how each is one, for notebooks."""
        rows = "".join(
            f"<tr><td>{match.a}</td><td>{match.kind}</td><td>{match.b}</td>"
            f"<td>{match.similarity:.2f}</td><td>{match.coverage_a:.2f}</td></tr>"
            for match in self.matches
        )
        return (
            f"<div>keeps <b>{self.keep}</b>, drops {', '.join(map(str, self.drop))}"
            "<table><tr><th>copy</th><th>is</th><th>of</th><th>similarity</th><th>covered</th></tr>"
            f"{rows}</table></div>"
        )


class Decision(NamedTuple):
    """Fate of one article; every reason names a rule or a match."""

    article: Article
    action: Action
    reasons: tuple[str, ...]
