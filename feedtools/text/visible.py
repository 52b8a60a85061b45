"""The part of a text that its reader sees: without front matter, comments, tags, link targets and shortcodes."""

from __future__ import annotations

from feedtools.text.patterns import lazy

_MARKS = ("<", "](", "http", "]:", "{{", "{%", "www.")
"""One of these stands in every text that hides something, unless it opens with front matter."""
_HIDDEN = lazy(
    r"""(?sx)
    \A\ufeff?(?P<fence>---|\+\+\+)[ \t]*\r?\n.*?\n(?P=fence)[ \t]*(?:\r?\n|\Z)   # front matter
    | <!--.*?(?:-->|\Z)
    | (?i:<(?P<block>script|style)\b.*?(?:</(?P=block)\s*>|\Z))
    | </?[A-Za-z][\w:.-]{0,40}(?:\s[^<>\n]{0,400})?/?>                           # a tag
    | \{\{[<%].*?[>%]\}\} | \{%.{0,2000}?%\}                                     # shortcodes
    """
)
_TARGET = lazy(
    r"""(?mx)
    (?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+["'][^"'\n]*["'])?\)        # of a link or an image
    | ^[ \t]*\[[^\]\n]+\]:[ \t]*\S+.*$                                          # of a reference
    | (?:https?://|www\.)[!#-&*-=?-\\^-~]+
    """
)
_ADDRESS = lazy(r"""https?://[!#-&*-=?-\\^-~]+|(?<=\]\()[^()\s]+|(?<=\burl=)[^\s"'>]+""")


def may_hide(text: str) -> bool:
    """Say whether ``visible`` may differ from ``text``, at a glance."""
    return text.startswith(("---", "+++", "\ufeff")) or any(map(text.__contains__, _MARKS))


def visible(text: str) -> str:
    """The part of a raw text that is shown; code and formulas stay."""
    if not may_hide(text):
        return text
    return _TARGET.sub(" ", _HIDDEN.sub(" ", text))


def addresses(text: str) -> frozenset[str]:
    """The addresses that a raw text points at, in links, in tags and bare."""
    return frozenset(found.rstrip(".,;:!?/") for found in _ADDRESS.findall(text)) if may_hide(text) else frozenset()
