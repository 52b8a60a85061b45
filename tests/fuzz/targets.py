"""What is fuzzed: each target takes any bytes and asserts what is promised of them.

A target raises nothing but an assertion that failed, and an error of the product that is not one of its own.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from feedtools import kernel, normal
from feedtools.api import manifest
from feedtools.api.undo import undo
from feedtools.errors import FeedtoolsError
from feedtools.fix import apply, proposals
from feedtools.index import query
from feedtools.index.sqlite import Index
from feedtools.index.verify import faults
from feedtools.lint import lint, lint_transmission
from feedtools.match import match_pair
from feedtools.model import Article, Finding, Place, Span
from feedtools.readers import ReadOptions, read_bytes
from feedtools.readers.formats import FORMATS
from feedtools.readers.transmission import decode, parse, render
from feedtools.report import FORMATS as OUTPUTS
from feedtools.report import Report
from feedtools.report import render as render_report
from feedtools.report.data import Counts, tally
from feedtools.report.data import Report as Page
from feedtools.report.html import html
from feedtools.restore import Sibling, restore
from feedtools.restore import apply as repaired
from feedtools.rules import Rule, builtin
from feedtools.sketch import SCALE, sketch

_COMMANDING = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029]")
HANG = 1.0
"""Seconds of CPU for up to 100 kB, beyond which an input counts as a hang."""

READ = [name for name in FORMATS if name not in {"parquet", "warc"}]
"""Formats whose readers are ours: those of Parquet and WARC hand the bytes to libraries."""


@cache
def rules(prefix: str = "") -> tuple[Rule, ...]:
    """Every built-in rule, those that are off by default included."""
    return tuple(rule for rule in builtin(examples=False) if rule.id.startswith(prefix))


def text_of(data: bytes) -> str:
    """Any string: bytes that are no UTF-8 become lone surrogates, as a reader leaves them."""
    return data.decode("utf-8", "surrogateescape")


def parts_of(data: bytes, count: int = 2) -> list[str]:
    """Several strings, cut at a byte that no UTF-8 has."""
    return [text_of(part) for part in (data.split(b"\xff", count - 1) + [b""] * count)[:count]]


def sound(article: Article, findings: Sequence[Finding]) -> None:
    """Assert that every span and edit lies in the article."""
    for finding in findings:
        start, end = finding.span
        assert 0 <= start < end <= max(len(article.text), 1), finding
        assert finding.message, finding
        for edit in finding.fix.edits if finding.fix else ():
            assert 0 <= edit.start <= edit.end <= len(article.text), finding


def readers(data: bytes) -> None:
    """Each reader gives articles or an error; a transmission is written back byte for byte."""
    name = READ[data[0] % len(READ)] if data else "transmission"
    errors: list[FeedtoolsError] = []
    try:
        source = read_bytes(data[1:], "fuzz", ReadOptions(input_format=name), errors.append)
        found = list(source.articles)
    except FeedtoolsError as error:
        errors.append(error)
        found = []
    assert all(error.path == "fuzz" for error in errors), errors
    assert all(isinstance(article.text, str) and article.line >= 1 for article in found)
    if name == "transmission" and found:
        assert render(parse(data[1:], "fuzz")) == data[1:]


def articles(data: bytes) -> None:
    """All rules over one article; what their fixes make of it is a string again."""
    article = Article("fuzz.txt", 1, text_of(data).replace("\n", " "))
    result = lint([article], rules())
    assert not result.errors
    sound(article, result.findings)
    apply(article.text, proposals(result.findings, frozenset({"safe", "unsafe", "display"})))


def latex(data: bytes) -> None:
    """The formula checks, with the bytes inside delimiters and without."""
    text = text_of(data).replace("\n", " ")
    for written in (rf"甲 \({text}\) 乙", rf"\[{text}\]", rf"\begin{{aligned}}{text}\end{{aligned}}", f"${text}$"):
        article = Article("fuzz.txt", 1, written)
        result = lint([article], rules("FT2"))
        sound(article, result.findings)


def frames(data: bytes) -> None:
    """The rules about a file's frame."""
    try:
        parsed = parse(data, "fuzz.txt")
    except FeedtoolsError:
        return
    for finding in lint_transmission(data, parsed, rules("FT6")):
        assert finding.message
    decode(data)


def sketches(data: bytes) -> None:
    """The pure and the batch kernel give the same symbols and keys; offsets lead back into the raw text."""
    texts = parts_of(data, 4)
    block = kernel.sketch_block(texts, SCALE)
    for number, text in enumerate(texts):
        one = sketch(text)
        keys = block.keys[block.key_bounds[number] : block.key_bounds[number + 1]].tolist()
        assert sorted(set(keys)) == list(one.keys)
        assert (int(block.heads[number]) or None) == one.head
        back = normal.offsets(text)
        assert len(back) == len(normal.symbols(text)) == block.bounds[number + 1] - block.bounds[number]
        assert all(0 <= place < len(text) for place in back)


def matches(data: bytes) -> None:
    """A match is within bounds, and the same from either side."""
    a, b = parts_of(data)
    one, other = match_pair(a, b), match_pair(b, a, 1, 0)
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    assert one.similarity == other.similarity
    assert 0 <= one.similarity <= 1
    assert 0 <= one.coverage_a <= 1
    assert 0 <= one.coverage_b <= 1
    sides = (a, b) if one.a == 0 else (b, a)
    for block in one.evidence:
        assert 0 <= block.a_start <= block.a_end <= len(sides[0])
        assert 0 <= block.b_start <= block.b_end <= len(sides[1])


def restoring(data: bytes) -> None:
    """Repairs lie in the article, do not overlap, and can be made."""
    a, b, c = parts_of(data, 3)
    repairs = restore(a, [Sibling(b, Place("b", 1)), Sibling(c, Place("c", 1))])
    at = 0
    for repair in repairs:
        assert at <= repair.edit.start <= repair.edit.end <= len(a), repairs
        assert 0 <= repair.confidence <= 1
        at = repair.edit.end
    repaired(a, repairs)


@cache
def _index_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "i.sqlite"
        with Index(path, create=True) as index:
            said = "讲的是怎样把索引文件存放得稳妥又容易检查。"
            index.add([Article("a.txt", 4 + number, f"第{number}篇{said}") for number in range(9)])
        base = sqlite3.connect(path)
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        base.execute("PRAGMA journal_mode=DELETE")
        base.close()
        return path.read_bytes()


def index_file(data: bytes) -> None:
    """A damaged index answers or says that it is damaged: three bytes of input change one byte of a sound file."""
    whole = bytearray(_index_bytes())
    for at in range(0, min(len(data), 300) - 2, 3):
        whole[int.from_bytes(data[at : at + 2], "big") * 7 % len(whole)] = data[at + 2]
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        path = Path(folder) / "i.sqlite"
        path.write_bytes(bytes(whole) if len(data) % 5 else bytes(whole[: len(data) * 37]))
        try:
            with Index(path) as index:
                query.find(index, ["第3篇讲的是怎样把索引文件存放得稳妥又容易检查。"])
                index.stats()
                if len(data) % 3 == 0:
                    list(faults(index))
        except FeedtoolsError:
            return


@cache
def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def manifests(data: bytes) -> None:
    """``clean --undo`` gives a file back byte for byte, or says why not, and writes nowhere else."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        out = Path(folder) / "in" / "out"
        out.mkdir(parents=True)
        (out / "a.txt").write_bytes(b"abc\ndef\n")
        head = b'{"feedtools-manifest": 1, "options": {"text-key": "text"}}\n'
        (out / "manifest.jsonl").write_bytes(data if data[:1] == b"{" else head + data)
        try:
            list(manifest.read(out / "manifest.jsonl"))
            undo(out, Path(folder) / "in" / "back")
        except FeedtoolsError:
            pass
        assert {path.name for path in Path(folder).iterdir()} == {"in"}
        assert {path.name for path in (Path(folder) / "in").iterdir()} <= {"out", "back"}


class _Inert(HTMLParser):
    """Asserts that a page holds nothing that runs or loads but its own script."""

    scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        assert tag not in {"iframe", "object", "embed", "img", "link", "base", "form", "audio", "video"}, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"src", "srcdoc", "srcset", "action", "formaction", "xlink:href", "style"} or (
                name == "style" and "url(" not in (value or "")
            ), name
            assert name != "href" or (value or "").startswith("#"), value


def outputs(data: bytes) -> None:
    """Every output of findings in any text, under any name, is what its format says, and commands nobody."""
    name, said, body = parts_of(data, 3)
    article = Article(name.replace("\0", "") or "a.txt", 1, body or "甲")
    findings = (
        Finding("FT999", "some-rule", "error", "high", article, Span(0, 1), said or "x", None),
        Finding("FT998", "other-rule", "note", "low", article, Span(0, len(article.text)), said or "x", None),
    )
    errors = (FeedtoolsError(said, path=article.source, line=1),)
    report = Report(findings, errors, rules("FT201"), (article.source,), 1)
    for form in OUTPUTS:
        shown = "".join(render_report(form, report))
        shown.encode("utf-8", "backslashreplace")
        if form in {"json", "sarif", "gitlab"}:
            json.loads(shown)
        elif form == "jsonl":
            assert len([json.loads(line) for line in shown.splitlines()]) == 2
        elif form == "junit":
            ElementTree.fromstring(shown)
        if form in {"text", "concise", "github", "markdown", "junit"}:
            assert not _COMMANDING.search(shown), form
        if form == "github":
            assert all(line.startswith(("::error ", "::notice ")) for line in shown.splitlines()), shown
    tallies, names = tally(findings, {article.source: 1})
    page = "".join(html(Page(said, Counts(findings=2), tallies, names, findings, errors=(said,))))
    page.encode("utf-8")
    parser = _Inert()
    parser.feed(page)
    assert parser.scripts == 1


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (readers, articles, latex, frames, sketches, matches, restoring, index_file, manifests, outputs)
}


def run(name: str, data: bytes) -> None:
    """One input for one target; what takes too long is a failure like any other."""
    began = time.process_time()
    TARGETS[name](data)
    took = time.process_time() - began
    assert took < HANG * max(1, len(data) / 100_000) * 4, f"{took:.1f} s for {len(data)} bytes"
