"""Regions of a piece of running text in Markdown, by the inline rules of markdown-it, which are watched at work.

Its tokens have no offsets; where each rule began and ended is therefore noted as it runs.
"""

from __future__ import annotations

import re
import string
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin

from feedtools.readers.markdown_blocks import BlockParser
from feedtools.readers.markdown_simple import ADDRESS, SCHEME, SPECIAL, address_end, simple_regions
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.rules_block import StateBlock

    from feedtools.text.regions import Kind

    Rule = Callable[[StateInline, bool], bool]
    Stretch = tuple[Kind, int, int]
    """Kind, start and end of what is of one kind."""

_BEGINS = re.compile(r"[!*:<\[\]\\_`~]")
"""Characters at which inline rules begin. An entity begins at ``&``, and stays prose."""
_WWW = lazy(r"(?<![\w./@-])www\.[A-Za-z0-9][!#-;=?-Z^_a-z~-]+")
_SUPERSCRIPT = lazy(r"(?<=[\w)\]*~`])\^[^\s^\\{}]{1,20}\^")
_TASK = lazy(r"\[[ xX]\](?=\s)")


class _Watched(ParserInline):
    """Notes where the labels of links end."""

    def tokenize(self, state: StateInline) -> None:
        """Read the state's range; a range inside another is a label."""
        state.env["ends"].append(state.posMax)
        super().tokenize(state)


@cache
def parser() -> MarkdownIt:
    """Make the parser: CommonMark with tables, strikethrough, footnotes, containers and bare addresses."""
    made = MarkdownIt("commonmark", {"inline_definitions": True}).enable(["table", "strikethrough"])
    made.inline = _Watched()
    made.inline.terminator_re = _BEGINS
    footnote_plugin(made, inline=False, move_to_end=False, always_match_refs=True)
    made.block.ruler.before("fence", "container", _container, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    made.__dict__.update(normalizeLink=str, validateLink=bool)  # nobody follows the links
    ruler = made.inline.ruler
    for rule in ruler.__rules__:
        rule.fn = _watch(rule.name, rule.fn)
    ruler.push("address", _watch("address", _address))
    ruler.enableOnly([
        "text", "escape", "backticks", "strikethrough", "emphasis", "link", "image", "footnote_ref", "autolink",
        "html_inline", "address",
    ])  # fmt: skip
    return made


@cache
def region_parser() -> MarkdownIt:
    """Make the same parser with tokens only for what has text in it, which is all that regions are made of."""
    made = copy(parser())
    made.block = BlockParser(made.block.ruler)
    return made


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - markdown-it's signature
    """Take a line ``::: name`` or ``:::``, whatever stands between two of them."""
    place = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(":::", place):
        return False
    if not silent:
        state.line = start + 1
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """Read the rest of a bare address from its ``://`` on."""
    if state.src[state.pos] != ":" or not state.src.startswith("://", state.pos):
        return False
    found = ADDRESS.match(state.src, state.pos, state.posMax)
    scheme = SCHEME.search(state.src, max(0, state.pos - 5), state.pos)
    if not found or not scheme or (silent and "]" in found[0]):  # the label of a link may be an address
        return False
    end = address_end(state.src, state.pos, found.end())
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _watch(name: str, rule: Any) -> Rule:
    """Wrap an inline rule so that it notes what it took."""

    def emphasis(state: StateInline, silent: bool) -> bool:
        start = state.pos
        if not rule(state, silent):
            return False
        if not silent:
            place = state.pos
            for token in reversed(state.tokens):
                if place <= start:
                    break
                place -= len(token.content)
                state.env["notes"].append((token, place, place + len(token.content)))
        return True

    def other(state: StateInline, silent: bool) -> bool:
        start, level = state.pos, len(state.env["ends"])
        notes = state.env["notes"]
        if name == "image":
            state.env["notes"] = []  # its label is read as a text of its own
        done = rule(state, silent)
        state.env["notes"] = notes
        if done and not silent:
            label = state.env["ends"][level] if len(state.env["ends"]) > level else 0
            notes.append((name, start, state.pos, label))
        return bool(done)

    if name == "text":
        return rule  # type: ignore[no-any-return]
    return emphasis if name in {"emphasis", "strikethrough"} else other


def inline_regions(src: str, parser: MarkdownIt, env: dict[str, Any]) -> list[Stretch]:
    """Divide a piece of running text into regions: kind, start, end, in order, the whole of it.

    Args:
        src: the running text, its lines without what containers put before them.
        parser: that of ``region_parser``.
        env: as the blocks left it: the references of the text.
    """
    found: list[Stretch] = []
    if SPECIAL.search(src):
        quick = simple_regions(src, env)
        found = watched_regions(src, parser, env) if quick is None else quick
    if task := _TASK.match(src):
        found.append(("mark", 0, task.end()))
    if "www." in src:
        found += (("url", one.start(), address_end(src, one.start(), one.end())) for one in _WWW.finditer(src))
    if "^" in src:
        for one in _SUPERSCRIPT.finditer(src):
            found += (("mark", one.start(), one.start() + 1), ("mark", one.end() - 1, one.end()))
    return _filled(found, len(src)) if found else [("prose", 0, len(src))]


def watched_regions(src: str, parser: MarkdownIt, env: dict[str, Any]) -> list[Stretch]:
    """Find the regions that are no prose, by the parser's rules."""
    notes: list[Any] = []
    env["notes"], env["ends"] = notes, []
    state = StateInline(src, parser, env, [])
    parser.inline.tokenize(state)
    for rule in parser.inline.ruler2.getRules(""):
        if rule.__name__ != "fragments_join":
            rule(state)
    found: list[Stretch] = []
    for note in notes:
        if isinstance(note[0], str):
            if note[0] != "escape" or not env.get("brackets") or src[note[1] + 1] not in "()[]":
                found += _of_note(src, *note)
        elif note[0].type != "text" or not note[0].content:
            found.append(("mark", note[1], note[2]))
    return found


def _of_note(src: str, name: str, start: int, end: int, label: int) -> Iterator[Stretch]:
    """Regions of what one inline rule took."""
    if name == "escape":
        if src[start + 1 : start + 2] == "\n":
            yield "mark", start, end
        elif end == start + 2 and src[start + 1] in string.punctuation:
            yield "mark", start, start + 1
    elif name == "backticks":
        ticks = start
        while src.startswith("`", ticks) and ticks < end:
            ticks += 1
        if ticks < end:
            yield "mark", start, ticks
            yield "code", ticks, end - (ticks - start)
            yield "mark", end - (ticks - start), end
    elif name == "html_inline":
        yield "comment" if src.startswith("<!--", start) else "html", start, end
    elif name == "autolink":
        yield "mark", start, start + 1
        yield "url", start + 1, end - 1
        yield "mark", end - 1, end
    elif name == "address":
        while src[start - 1 : start].isalpha() and src[start - 1].isascii():
            start -= 1
        yield "url", start, end
    elif name == "footnote_ref":
        yield "footnote", start, end
    elif name == "link":
        yield "mark", start, start + 1
        yield "target", label, end
    elif name == "image":
        yield "mark", start, start + 2
        close = _label_end(src, start + 1, end)
        yield "alt", start + 2, close
        yield "target", close, end


def _label_end(src: str, start: int, end: int) -> int:
    """Find the end of a picture's label: brackets in it pair."""
    depth, place = 0, start
    while place < end:
        if src[place] == "\\":
            place += 1
        elif src[place] == "[":
            depth += 1
        elif src[place] == "]":
            depth -= 1
            if not depth:
                return place
        place += 1
    return end


def _filled(found: list[Stretch], length: int) -> list[Stretch]:
    """Put them in order and prose between them; of two that overlap the first is cut."""
    found.sort(key=lambda region: (region[1], -region[2]))
    result: list[Stretch] = []
    place = 0
    for kind, start, end in found:
        if end <= place:
            continue
        start = max(start, place)
        if start > place:
            result.append(("prose", place, start))
        result.append((kind, start, end))
        place = end
    if place < length:
        result.append(("prose", place, length))
    return result
