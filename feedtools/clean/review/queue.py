"""Queue of an output for review: held articles, and articles with suggestions that nobody took."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.edits import Written, raw_text, records, written
from feedtools.errors import ReadError
from feedtools.lint.edits import Change, revert
from feedtools.model import Edit, Fix, Place, Safety, digest
from feedtools.readers import MANIFEST, ReadOptions
from feedtools.readers.fields import syntax
from feedtools.readers.markdown import syntax_of
from feedtools.readers.records import AS_THEY_STAND
from feedtools.readers.streams import open_stream

BESIDE = 3
"""Copies and sources that are shown beside an article."""


class Spot(NamedTuple):
    """Something found in an article.

    Attributes:
        rule, name, level, message: of the finding; a restoration that is offered has no level.
        start, end: in the text that is shown.
        fix: what is offered.
        holds: it holds the article.
    """

    rule: str
    name: str
    level: str
    message: str
    start: int
    end: int
    fix: Fix | None = None
    holds: bool = False


class Beside(NamedTuple):
    """Text to compare an article with: a word for it, where it stands, and what it reads where that is known."""

    what: str
    place: Place
    text: str


class Item(NamedTuple):
    """One article to decide about.

    Attributes:
        place: where it stands.
        source: its file, from the folder of the configuration.
        raw: what it read when it came in.
        text: what it reads now, which is what its spots point into.
        held: it is held; otherwise it is published, with suggestions.
        reasons: why, in words.
        spots: what was found in it.
        beside: copies and sources.
        edited: a person corrected the text since the run, so that its spots are to be found anew.
        syntax: of the text, as ``clean`` read it (``Article.syntax``).
    """

    place: Place
    source: str
    raw: str
    text: str
    held: bool
    reasons: tuple[str, ...]
    spots: tuple[Spot, ...]
    beside: tuple[Beside, ...] = ()
    edited: bool = False
    syntax: str = ""

    def words(self, spot: Spot) -> str:
        """The words of a spot."""
        return self.text[spot.start : spot.end]


def queue(out: Path, options: ReadOptions | None = None) -> list[Item]:
    """Gather everything that is to be decided in an output, the most frequent and then the worst first.

    Args:
        out: the output.
        options: how its run read Markdown.

    Raises:
        ReadError: it is no output of ``clean``, or a file in it is missing or damaged.
    """
    key = manifest.text_key(manifest.read(out / MANIFEST), out / MANIFEST)
    style = syntax_of(options or ReadOptions())
    items = [item for file in written(out) for item in _items(out, file, key, style)]
    return ordered(_with_copies(out, items, key))


def ordered(items: Iterable[Item]) -> list[Item]:
    """Put held articles first, among them those whose trouble is most frequent, then those with most of it."""
    items = list(items)
    often = Counter((spot.rule, item.words(spot)) for item in items for spot in item.spots)

    def rank(item: Item) -> tuple[Any, ...]:
        spots = [spot for spot in item.spots if spot.holds] or item.spots
        most = max((often[spot.rule, item.words(spot)] for spot in spots), default=0)
        return not item.held, -most, -len(spots), item.place

    return sorted(items, key=rank)


def _items(out: Path, file: Written, key: str, style: str) -> Iterator[Item]:
    form = file.head["format"]
    wanted = [row for row in file.rows if row["action"] == "hold" or _offers(row)]
    if not wanted:
        return
    held: dict[tuple[str, int], str] = {}
    for name in file.end.get("held", {}):
        held.update(records(out / name))
    for row, record, published in _rows(out, file, key):
        if row["action"] == "hold":
            text = held.get((row["path"], row["line"]))
            if text is not None:
                edited = digest(text).hex() != row.get("held")
                one = _item(file, row, raw_text(form, key, row), text, edited=edited)
                yield one._replace(syntax=_syntax(form, manifest.to_bytes(row["raw"]), style))
        elif _offers(row) and row["action"] != "drop":
            one = _item(file, row, _raw(row, published), published, edited=False)
            yield one._replace(syntax=_syntax(form, record, style))


def _syntax(form: str, record: bytes, style: str) -> str:
    """The syntax of the text of a record, as the reader of its format gives it."""
    if form in AS_THEY_STAND:
        return style if form == "markdown" else ""
    return syntax(json.loads(record.decode("utf-8-sig", "surrogatepass")))


def _offers(row: Mapping[str, Any]) -> bool:
    found = any("fix" in one for one in row.get("findings", ()))
    return found or any(one["safety"] == "display" for one in row.get("repairs", ()))


def _raw(row: Mapping[str, Any], text: str) -> str:
    changes = [Change(edit["start"], edit["end"], edit["old"], edit["new"], ()) for edit in row.get("edits", ())]
    try:
        return revert(text, changes)
    except ValueError as error:
        message = f"the article of line {row['line']} is not what the manifest says; feedtools publish takes edits up"
        raise ReadError(message, path=row["path"]) from error


def _rows(out: Path, file: Written, key: str) -> Iterator[tuple[dict[str, Any], bytes, str]]:
    """Yield the rows of a file, each with the record and the text of its article where that stands in the file."""
    form, away = file.head["format"], {"drop", "hold"}
    if file.end.get("digest") == "":  # nothing is left of it, a page that is held
        yield from ((row, b"", "") for row in file.rows)
        return
    place = manifest.inside(out, file.head["out"])
    try:
        with open_stream(str(place)) as stream:
            manifest.take(stream, file.head["lead"])
            for row in file.rows:
                size, gap = row["bytes"]
                record = manifest.take(stream, size)
                manifest.take(stream, gap)
                yield row, record, "" if row["action"] in away else manifest.text_of(form, key, record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(f"not what the manifest says: {error}", path=str(place)) from error


def _item(file: Written, row: dict[str, Any], raw: str, text: str, *, edited: bool) -> Item:
    place = Place(row["path"], row["line"])
    reasons = tuple(row.get("reasons", ()))
    spots = () if edited else tuple(_spots(row, text, reasons))
    beside = [Beside("source", Place(**one["source"]), "") for one in row.get("repairs", ())]
    if "of" in row:
        beside.append(Beside("kept copy", Place(**row["of"]), ""))
    sides = tuple(dict.fromkeys(beside))[:BESIDE]
    return Item(place, file.head["source"], raw, text, row["action"] == "hold", reasons, spots, sides, edited)


def _spots(row: Mapping[str, Any], text: str, reasons: Iterable[str]) -> Iterator[Spot]:
    heads = {reason.partition(":")[0] for reason in reasons}
    for one in row.get("findings", ()):
        start, end = one["start"], one["end"]
        if end <= len(text):
            holds = row["action"] == "hold" and f"{one['rule']} {one['name']}" in heads
            yield Spot(one["rule"], one["name"], one["level"], one["message"], start, end, _fix(one.get("fix")), holds)
    repairs = row.get("repairs", ())
    if any(one["safety"] != "display" or one["turn"] for one in repairs):
        return  # their places are those of a text that was restored since
    for one in repairs:
        edit = Edit(**one["edit"])
        if edit.end <= len(text):
            told = f"{one['reason']} ({one['source']['path']}:{one['source']['line']})"
            yield Spot("restore", one["kind"], "", told, edit.start, edit.end, Fix((edit,), "display"))


def _fix(row: Mapping[str, Any] | None) -> Fix | None:
    if row is None:
        return None
    safety: Safety = row["safety"]
    return Fix(tuple(Edit(**edit) for edit in row["edits"]), safety)


def _with_copies(out: Path, items: list[Item], key: str) -> Iterator[Item]:
    """The same items with the texts of copies and sources that stand in the same output."""
    places = {item.place for item in items}
    wanted = {side.place for item in items for side in item.beside}
    texts: dict[Place, str] = {}
    copies: defaultdict[Place, list[Beside]] = defaultdict(list)
    for file in written(out) if items else ():
        for row in file.rows:
            of = Place(**row["of"]) if "of" in row else None
            mine = Place(row["path"], row["line"])
            if "raw" in row and (mine in wanted or of in places):
                texts[mine] = raw_text(file.head["format"], key, row)
            if of in places and of is not None and len(copies[of]) < BESIDE:
                copies[of].append(Beside("copy", mine, texts.get(mine, "")))
    for item in items:
        beside = [side._replace(text=texts.get(side.place, "")) for side in item.beside]
        yield item._replace(beside=tuple((*copies[item.place], *beside)[:BESIDE]))
