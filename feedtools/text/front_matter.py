"""Front matter: what a site generator reads at the beginning of a Markdown file and no reader of the page sees."""

from __future__ import annotations

from feedtools.text.patterns import lazy

_FENCES = {"---": ("---", "..."), "+++": ("+++",), ";;;": (";;;",)}
"""First and last lines: YAML (Hugo, Hexo, Jekyll), TOML (Hugo, Zola), JSON (Hexo)."""
OPENERS = (*_FENCES, "{")
"""Beginnings of a text that may have front matter; the last opens an object of JSON (Hugo), which has no fences."""
_KEY = lazy(r"---[ \t\r]*\n\s*[\w-]+[ \t]*:")
_BLANK_LINE = lazy(r"[ \t]{0,200}+\r?\n[ \t]{0,200}+(?:\r?\n|\Z)")


def front_matter_end(text: str) -> int | None:
    r"""Find the end of the front matter, in code points.

    An object of JSON is front matter where a blank line follows it, or the end of the file after its line end.

    Args:
        text: a Markdown file without its byte order mark.

    Returns:
        0 where there is none; ``None`` where it is opened and never closed.

    >>> front_matter_end('{"title": "a"}\n\nb')
    16
    """
    if text.startswith("{"):
        return _object_end(text)
    opener = text.partition("\n")[0].rstrip()
    if opener not in _FENCES:
        return 0
    place = text.find("\n") + 1 or len(text) + 1
    while place <= len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        if text[place:end].rstrip() in _FENCES[opener]:
            return min(end + 1, len(text))
        place = end + 1
    return 0 if opener == "---" and not _KEY.match(text) else None  # a thematic break


def _object_end(text: str) -> int:
    import json

    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):  # a template, or braces of the text
        return 0
    blank = _BLANK_LINE.match(text, end)
    return blank.end() if found and blank else 0
