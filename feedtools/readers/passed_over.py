"""Files of a folder that are no articles, and why."""

from __future__ import annotations

import codecs
import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedtools.errors import FeedtoolsError
from feedtools.readers.formats import FORMATS, PACKED, REFUSED, endings, named, suffix
from feedtools.readers.streams import PEEK, open_stream
from feedtools.readers.transmission import encode
from feedtools.text.patterns import lazy
from feedtools.text.renderers import headers

if TYPE_CHECKING:
    from feedtools.readers.paths import Walking

_README = lazy(r"readme(?:[._-][a-z_-]+)?\.(?:md|markdown|txt)")
_ABOUT = lazy(
    r"(?:licen[cs]e|copying|notice|authors|change(?:s|log)|history|news|contributing|contributors|code_of_conduct|security"
    r"|governance|maintainers|todo)(?:[._-][a-z0-9_-]+)?\.(?:md|markdown|txt)"
)
_FOR_PROGRAMS = lazy(
    r"(?:(?:dev-|test-)?requirements|constraints)(?:[._-][\w-]+)*\.txt"
    r"|(?:robots|humans|ads|app-ads|security|cmakelists|llms(?:-full)?|cname|top_level|entry_points|sources|version)\.txt"
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OURS = lazy(r"feedtools-decisions.*\.jsonl")
"""The log of decisions and downloads of the report, whose texts are held articles; a browser may number a download."""
_TEMPLATE = lazy(
    rb"\A\s*(?:---\s*\n|\{[%{])|\{%-?[ \t]*(?:extends|include|block|layout|if|for|assign|set)\b"
    rb"|\{\{-?[ \t]*(?:(?:content|page|site|title|post|url|with|range|end|partial|define|template|block|else)\b"
    rb"|/\*|\.[A-Z]|\$\.?[A-Za-z]+ *(?::?=|\.[A-Z]))[^{}\n]*\}\}"
)
"""Signs that a page is a template of a site generator; braces alone are none, for formulas have them in pairs."""
_TEMPLATE_FEED = lazy(rb"\A(?:\xef\xbb\xbf)?\s*(?:---\s*\n|\{[%{])")
_TEMPLATES = frozenset(
    {"_includes", "_layouts", "_partials", "includes", "layouts", "partials", "templates", "_templates"}
)
"""Folders in which site generators keep their templates; a whole page in them is a page all the same."""
_WHOLE = lazy(rb"<!doctype|<html[\s>]|<body[\s>]|<article[\s>]", re.IGNORECASE)
_LEADS_ON = lazy(
    rb"<meta(?=[^<>]{0,300}http-equiv\s*=\s*[\"']?refresh)(?=[^<>]{0,300}content\s*=\s*[\"']?\s*[0-5]\s*;\s*url\s*=)",
    re.IGNORECASE,
)
_SHORT = 4096
"""Bytes of the longest page that only leads to another."""
_BODY = lazy(rb"<body[\s>]", re.IGNORECASE)
INSTALLED = "installed for programs"
"""Reason for folders that a package manager or an interpreter filled."""
_INSTALLED = frozenset({"node_modules", "bower_components", "site-packages", "__pycache__", "__pypackages__"})
_ENVIRONMENT = "pyvenv.cfg"
"""File that marks a virtual environment of Python."""


def is_installed(folder: str) -> bool:
    """Tell whether programs filled a folder: its packages, caches, or an environment of Python."""
    return os.path.basename(folder) in _INSTALLED or os.path.isfile(os.path.join(folder, _ENVIRONMENT))


_OF_SITES = ("markdown", "notebook", "html")
"""Formats in which sites are kept, whose folders have other texts beside the articles."""


def _is(name: str, *formats: str) -> bool:
    format_ = named(name)
    return format_ is not None and format_.name in formats


def _has_header(name: str) -> bool:
    """Tell whether a text file has a line of a transmission's header, or cannot be read, which its reader says."""
    try:
        with open_stream(name) as stream:
            head = stream.peek(PEEK)
    except (OSError, FeedtoolsError):
        return True
    return any(encode(line) in head for lines in headers() for line in lines) or head.startswith(_UTF16)


def _unlike_page(head: bytes, name: str) -> str:
    body = _BODY.search(head)  # a whole page may show in its text what templates look like
    if _TEMPLATE.search(head[: body.start()] if body else head):
        return "templates"
    if len(head) <= _SHORT and _LEADS_ON.search(head):
        return "leading to other pages"
    kept = _TEMPLATES.intersection(name.replace(os.sep, "/").split("/")[:-1])
    return "templates" if kept and not _WHOLE.search(head) else ""


class Patterns:
    """Patterns of paths below a folder: ``*`` stands for anything, ``/`` too; a folder stands for all that it holds.

    Args:
        patterns: with forward slashes; backslashes are taken for them.
        root: the folder that they are seen from.
    """

    def __init__(self, patterns: Sequence[str], root: str) -> None:
        given = [pattern.replace("\\", "/").rstrip("/") for pattern in patterns]
        self._patterns = [pattern.removeprefix("./") for pattern in given]
        self._names = [pattern for pattern in given if "/" not in pattern]  # wherever they are
        self._root = root

    def match(self, path: str) -> bool:
        """Tell whether a path is meant by one of them."""
        if not self._patterns:
            return False
        from fnmatch import fnmatchcase

        name = os.path.relpath(os.path.abspath(path), os.path.abspath(self._root or ".")).replace(os.sep, "/")
        return any(fnmatchcase(name, one) or fnmatchcase(name, f"{one}/*") for one in self._patterns) or any(
            fnmatchcase(part, one) for one in self._names for part in name.split("/")
        )

    def lead_to(self, path: str) -> bool:
        """Tell whether one of them names a path, or something below it, by more than wildcards alone.

        ``*.md`` does not bring back all that is hidden or installed; ``.notes/*.md`` and ``*/node_modules/mine`` do.
        """
        if not self._patterns:
            return False
        from fnmatch import fnmatchcase

        name = os.path.relpath(os.path.abspath(path), os.path.abspath(self._root or ".")).replace(os.sep, "/")
        hidden = os.path.basename(path).startswith(".")
        for parts in (one.split("/") for one in self._patterns):
            for end, last in enumerate(parts, 1):
                named = last.startswith(".") if hidden else last.strip("*?")
                if named and fnmatchcase(name, "/".join(parts[:end])):
                    return True
        return False


class PassedOver:
    """Files of one folder that are not read, by reason.

    Args:
        folder: as it was named.
        options: the format that is wanted, if one is, and the name of the text field.
    """

    def __init__(self, folder: str, options: Walking) -> None:
        self._folder = folder
        self._options = options
        self._include = Patterns(options.include, options.root)
        wanted = endings(options.input_format)
        self._endings = (*wanted, *(ending + packed for ending in wanted for packed in PACKED))
        self._reasons: dict[str, list[str]] = {}
        self._refused: Counter[str] = Counter()

    def without(self, names: Sequence[str]) -> set[str]:
        """The files that hold articles; why the others do not is remembered."""
        found: set[str] = set()
        about: list[str] = []
        for name in names:
            base = os.path.basename(name).lower()
            if self._include.match(name):
                found.add(name)
            elif not base.endswith(self._endings):
                if suffix(name) in REFUSED:
                    self._refused[suffix(name)] += 1
            elif _OURS.fullmatch(base):
                continue
            elif _FOR_PROGRAMS.fullmatch(base):
                self.note("for programs", name)
            elif _README.fullmatch(base) or _ABOUT.fullmatch(base):
                about.append(name)
            elif reason := self._unlike(name):
                self.note(reason, name)
            else:
                found.add(name)
        found -= self._notes(found)
        found |= self._kept(about, {os.path.dirname(name) for name in found})
        return found

    def _notes(self, found: set[str]) -> set[str]:
        """Text files that are no transmissions, in a folder whose articles are of other formats: notes, tables, lists.

        One transmission among them says that the others are transmissions too, which lost their headers; so does it
        that there are more of them than articles.
        """
        texts = {name for name in found if _is(name, "transmission")}
        articles = sum(_is(name, *_OF_SITES) for name in found)
        if self._options.input_format is not None or not texts or len(texts) > articles:
            return set()
        if any(self._include.match(name) or _has_header(name) for name in texts):
            return set()
        for name in sorted(texts):
            self.note("without the header of a transmission", name)
        return texts

    def _kept(self, about: Sequence[str], taken: set[str]) -> set[str]:
        """Files about a repository that are articles all the same: a README by itself in a folder below."""
        if not taken and about:  # there is nothing else
            readmes = {name for name in about if _README.fullmatch(os.path.basename(name).lower())}
            return readmes or set(about)
        top = os.path.normpath(self._folder)
        kept = set()
        for name in about:
            folder = os.path.dirname(name)
            alone = folder not in taken and os.path.normpath(folder) != top
            if alone and _README.fullmatch(os.path.basename(name).lower()):
                kept.add(name)
            else:
                self.note("about the repository", name)
        return kept

    def _unlike(self, name: str) -> str:
        """Say why a file is no article though its ending is that of a format; empty if it is one."""
        format_ = named(name)
        if self._options.input_format is not None or format_ is None or format_.name not in LOOKED_AT:
            return ""
        try:
            with open_stream(name) as stream:
                head = stream.peek(PEEK)
        except (OSError, FeedtoolsError):  # whoever reads it says so
            return ""
        key = self._options.text_key.encode()
        if format_.name == "html":
            return _unlike_page(head, os.path.relpath(name, self._folder))
        if format_.name == "feed" and _TEMPLATE_FEED.match(head):
            return "templates"
        if format_.name in {"csv", "tsv"}:
            return "" if key in head.split(b"\n", 1)[0].replace(b"\0", b"") else f"without a column “{key.decode()}”"
        if any(mark in head for mark in format_.marks) or (format_.name == "jsonfeed" and b'"%s"' % key in head):
            return ""
        return "no feeds"

    def note(self, reason: str, name: str) -> None:
        """Remember a file or a folder that is not read."""
        self._reasons.setdefault(reason, []).append(name)

    def said(self) -> str:
        """List what was passed over and why, in one line; empty where nothing was."""
        parts = []
        for reason, names in self._reasons.items():
            more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
            parts.append(f"{os.path.relpath(names[0], self._folder)}{more} ({reason})")
        if self._options.input_format is None:
            parts += (
                f"{count:,} {ending} ({REFUSED[ending]} is not read)" for ending, count in sorted(self._refused.items())
            )
        return f"passed over: {', '.join(parts)}; name files to read them, or see include" if parts else ""

    def nothing(self) -> str:
        """Say that the folder holds no article, and what was expected."""
        expected = ", ".join(endings(self._options.input_format))
        hint = (
            "" if self._options.input_format else "; name other files one by one, or their format with --input-format"
        )
        said = self.said()
        return f"no articles here; expected files ending in {expected}{hint}{f' ({said})' if said else ''}"


LOOKED_AT = frozenset({"html", "csv", "tsv", *(entry.name for entry in FORMATS.values() if entry.marks)})
"""Formats whose endings other files have too: of a folder only those are read that look like articles."""
