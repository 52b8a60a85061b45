"""Renderers as data: what each makes of an article, read from a table that a configuration may extend.

The table is ``renderers.toml`` beside this module. Everything that has to know a placeholder, a deleted mark, a cut
length or a header asks here, so that a publisher's own renderer is a table and no code.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar, cast

from feedtools.text.precompiled import recall, stamped

P = ParamSpec("P")
T = TypeVar("T")
Kind = Literal["math", "display", "code", "media"]
Mode = Literal["kept", "lost", "unknown"]

KINDS: tuple[Kind, ...] = ("math", "display", "code", "media")
DELIMITED, TEXT, DROPPED = "delimited", "text", "dropped"
ENVIRONMENT = "FEEDTOOLS_RENDERERS"
SLACK = 3
"""Code points by which a cut may miss its length, where it falls on a space."""
_CHOICES = {
    "cut-at": ("character", "word", "sentence"),
    "lists": ("kept", "unmarked", "restarted"),
    "punctuation": ("as-written", "full-width", "half-width"),
}
_SHOWS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "inline-math": ("math", (DELIMITED, TEXT, DROPPED)),
    "display-math": ("display", (DELIMITED, TEXT, DROPPED)),
    "code": ("code", (TEXT, DROPPED)),
    "pictures": ("media", (TEXT, DROPPED)),
}


class Renderer(NamedTuple):
    """One renderer: what becomes of each part of an article.

    Attributes:
        name: what the table calls it.
        summary: the same in words.
        active: whether articles may be its work; a ``[renderers.NAME]`` table of a configuration makes it so.
        inline_math, display_math: ``delimited``, ``text``, ``dropped``, or the placeholder that stands there.
        code, pictures: ``text``, ``dropped``, or the placeholder.
        bare_math: whether formulas without a TeX command are printed bare instead.
        deletes: marks that vanish, one code point each.
        replaces: what is written in place of a text.
        lists: ``kept``, ``unmarked``, or ``restarted`` where every number becomes 1.
        punctuation: ``as-written``, ``full-width`` or ``half-width``.
        cut: code points after which an article is cut; 0 for never.
        cut_at: what a cut may fall behind: ``character``, ``word`` or ``sentence``.
        ellipsis: what is written behind a cut.
        header: lines above the articles.
    """

    name: str
    summary: str = ""
    active: bool = False
    inline_math: str = DELIMITED
    display_math: str = DELIMITED
    code: str = TEXT
    pictures: str = DROPPED
    bare_math: bool = False
    deletes: str = ""
    replaces: Mapping[str, str] = MappingProxyType({})
    lists: str = "kept"
    punctuation: str = "as-written"
    cut: int = 0
    cut_at: str = "character"
    ellipsis: str = "..."
    header: tuple[str, ...] = ()

    @property
    def placeholders(self) -> Mapping[str, Kind]:
        """Every placeholder it writes, with what the first of its uses stands for."""
        shown: dict[str, Kind] = {}
        for key, (kind, words) in _SHOWS.items():
            text = getattr(self, key.replace("-", "_"))
            if text not in words:
                shown.setdefault(text, kind)
        return shown

    def cuts(self, text: str) -> bool:
        """Tell whether a text ends where this renderer would have cut it."""
        size = len(text) - len(self.ellipsis) - self.cut
        slack = SLACK if self.cut_at == "character" else self.cut // 4
        return bool(self.cut) and text.endswith(self.ellipsis) and -slack <= size <= SLACK


class Words(NamedTuple):
    """The words of placeholders of one kind: reported, merely read, and how much of one a cut must leave."""

    shown: tuple[str, ...]
    known: tuple[str, ...]
    least: int


@cache
def shipped() -> Mapping[str, Renderer]:
    """Read the packaged table: every renderer by its name."""
    tables: dict[str, dict[str, Any]] = _table()["renderers"]
    return MappingProxyType({name: parse(name, table, {}) for name, table in tables.items()})


@cache
def words() -> Mapping[Kind, Words]:
    """Read the packaged table: the words in brackets that are placeholders, by kind."""
    found = _table()["placeholders"]
    return {k: Words(tuple(found[k]["shown"]), tuple(found[k]["known"]), found[k].get("least", 1)) for k in KINDS}


@cache
def _table() -> dict[str, Any]:
    path = Path(__file__).with_name("renderers.toml")
    return recall("renderers", stamped(path), lambda: _parsed(path))


def _parsed(path: Path) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8"))


def parse(name: str, table: Mapping[str, Any], known: Mapping[str, Renderer]) -> Renderer:
    """Read the table of one renderer; what it leaves out is as in ``known`` where that has one of the name.

    Raises:
        ValueError: an unknown key, or a value of the wrong kind; the message names both and says what may stand there.
    """
    plain = known.get(name, Renderer(name))
    values: dict[str, Any] = {}
    for key, value in table.items():
        field = key.replace("-", "_")
        if field not in Renderer._fields or field == "name":
            expected = ", ".join(sorted(one.replace("_", "-") for one in Renderer._fields if one != "name"))
            raise ValueError(f"unknown key {key!r}; expected one of {expected}")
        values[field] = _value(field.replace("_", "-"), value, getattr(plain, field))
    return plain._replace(**values)


def _value(key: str, value: Any, default: Any) -> Any:
    if isinstance(default, Mapping):
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()) or "" in value:
            raise ValueError(f'{key}: expected a table of texts such as {{ "–" = "-" }}')
        return MappingProxyType(value)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
            raise ValueError(f"{key}: expected a list of lines")
        return tuple(value)
    if type(value) is not type(default):
        kind = {bool: "true or false", int: "a number", str: "a text"}[type(default)]
        raise ValueError(f"{key}: expected {kind}, not {value!r}")
    if key == "ellipsis" and not value:
        raise ValueError('ellipsis: expected a text such as "…"')
    if key in _CHOICES and value not in _CHOICES[key]:
        raise ValueError(f"{key}: {value!r} is none of {', '.join(_CHOICES[key])}")
    if key in _SHOWS and value not in _SHOWS[key][1] and len(value) < 3:
        raise ValueError(f"{key}: expected {', '.join(_SHOWS[key][1])}, or a placeholder of three characters or more")
    if key == "cut" and value < 0:
        raise ValueError("cut: expected a number of code points, 0 for never")
    return value


_active: tuple[Renderer, ...] = ()
_forget: list[Callable[[], None]] = []


def active() -> tuple[Renderer, ...]:
    """List the renderers that articles of this process may come from."""
    return _active or _at_start()


@cache
def _at_start() -> tuple[Renderer, ...]:
    """Take over what ``ENVIRONMENT`` hands to this process; by default the shipped ones."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        import json

        return tuple(parse(name, table, {}) for name, table in json.loads(given).items())
    return tuple(one for one in shipped().values() if one.active)


def handed_over() -> str:
    """Write the active renderers for the ``ENVIRONMENT`` of a process that is not forked from this one."""
    import json

    return json.dumps({one.name: _table_of(one) for one in active()})


def _table_of(one: Renderer) -> dict[str, Any]:
    return {key: _plain(value) for key, value in one._asdict().items() if key != "name"}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def combined(tables: Mapping[str, Mapping[str, Any]]) -> tuple[Renderer, ...]:
    """Add the renderers of a configuration to the shipped ones and list those that are active.

    Args:
        tables: per name a table as in ``renderers.toml``; ``{}`` for the shipped ones alone.

    Raises:
        ValueError: see ``parse``; the message begins with the name.
    """
    found = dict(shipped())
    for name, table in tables.items():
        try:
            found[name] = parse(name, {"active": True, **table}, shipped())
        except ValueError as error:
            raise ValueError(f"[renderers.{name}] {error}") from error
    return tuple(one for one in found.values() if one.active)


def activate(chosen: tuple[Renderer, ...]) -> None:
    """Let the articles of this process, and of those it starts, come from ``chosen`` renderers."""
    global _active
    if chosen != active():
        _active = chosen
        for forget in _forget:
            forget()


def derived(function: Callable[[], T]) -> Callable[[], T]:
    """Remember what a function without arguments derives from the active renderers until these change."""
    cached = cache(function)
    _forget.append(cached.cache_clear)
    return cached


def derived_from_text(last: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember what a function derives from the ``last`` texts and the active renderers until these change."""

    def remembered(function: Callable[P, T]) -> Callable[P, T]:
        cached = lru_cache(maxsize=last)(function)
        _forget.append(cached.cache_clear)
        return cast("Callable[P, T]", cached)

    return remembered


@derived
def deleted_marks() -> str:
    """List the marks that one of the active renderers deletes, each once."""
    return "".join(dict.fromkeys(mark for one in active() for mark in one.deletes))


@derived
def headers() -> tuple[tuple[str, ...], ...]:
    """List the headers of the active renderers, each once; an empty one where a renderer writes none."""
    return tuple(dict.fromkeys(one.header for one in active()))


@derived
def ellipses() -> tuple[str, ...]:
    """List what the active renderers write behind a cut, the longest first."""
    return tuple(sorted({one.ellipsis for one in active()}, key=len, reverse=True))


@derived
def own_placeholders() -> Mapping[str, Kind]:
    """List every placeholder that an active renderer writes, with what it stands for."""
    return {text: kind for one in reversed(active()) for text, kind in one.placeholders.items()}


@derived
def formula_placeholders() -> frozenset[str]:
    """List the placeholders that an active renderer writes for formulas in line and displayed ones alike."""
    return frozenset(one.inline_math for one in active() if one.inline_math == one.display_math) - {
        DELIMITED,
        TEXT,
        DROPPED,
    }


class _Traces(NamedTuple):
    """Traces by which renderers that delete hyphens are told from the others."""

    deleting: tuple[Renderer, ...]
    kept: tuple[str, ...]
    placeholders: tuple[str, ...]


@derived
def _traces() -> _Traces:
    deleting = tuple(one for one in active() if "-" in one.deletes)
    marks = [mark for one in deleting for mark in one.deletes]
    openers = ["\\(", "\\[", "$"] if all(one.inline_math != DELIMITED for one in deleting) else []
    others = {text for one in active() if one not in deleting for text in one.placeholders}
    shown = [text for one in deleting for text in one.placeholders if text not in others]
    return _Traces(deleting, tuple(dict.fromkeys(["-", *openers, *marks])), tuple(shown))


def hyphens(text: str, cut: int = 0) -> Mode:
    """Tell whether the renderer of an article deleted its hyphens and minus signs: ``lost``, ``kept`` or ``unknown``.

    An article in which a deleted mark or a delimited formula survives was rendered by one that keeps them, and so
    was one that is cut off at another length; placeholders or the length of the cut tell the deleting one.

    Args:
        text: the article.
        cut: code points after which the deleting renderer cuts, where it is not what the table says.
    """
    return _hyphens(text, cut)


def surviving() -> tuple[str, ...]:
    """List what every renderer that deletes hyphens takes away: an article that holds one of them kept them."""
    return _traces().kept


@lru_cache(maxsize=512)  # what restores asks it of the same articles again and again
def _hyphens(text: str, cut: int) -> Mode:
    for mark in surviving():  # a loop is twice as fast as any() of a generator
        if mark in text:
            return "kept"
    return hyphens_without_marks(text, cut)


def hyphens_without_marks(text: str, cut: int = 0) -> Mode:
    """Tell what ``hyphens`` tells of an article that holds none of the ``surviving`` marks."""
    deleting, _kept, placeholders = _traces()
    if not deleting:
        return "kept"
    if cut:
        deleting = tuple(one._replace(cut=cut) for one in deleting)
    for one in deleting:
        if one.cuts(text):
            return "lost"
    for placeholder in placeholders:
        if placeholder in text:
            return "lost"
    for one in deleting:
        if len(text) > one.cut and text.endswith(one.ellipsis):
            return "kept"
    return "unknown"


_forget.append(_hyphens.cache_clear)


def detect(text: str) -> Renderer | None:
    """Name the active renderer that wrote an article, by its traces; ``None`` where they fit several or none.

    A mark that a renderer deletes or replaces rules it out, and so does a placeholder that it does not write. Of those
    that are left, its own placeholders and the length of its cut speak for one.
    """
    found: list[tuple[int, Renderer]] = []
    shown = [text_ for text_ in own_placeholders() if text_ in text]
    for one in active():
        if any(mark in text for mark in one.deletes) or any(old in text for old in one.replaces):
            continue
        if any(placeholder not in one.placeholders for placeholder in shown):
            continue
        if one.inline_math != DELIMITED and ("\\(" in text or "\\[" in text):
            continue
        weight = 2 * len(shown) + 2 * one.cuts(text)
        weight += one.inline_math == DELIMITED and ("\\(" in text or "\\[" in text)
        found.append((weight, one))
    best = max((weight for weight, _ in found), default=0)
    chosen = [one for weight, one in found if weight == best]
    return chosen[0] if best and len(chosen) == 1 else None
