"""The part of a text that its reader sees: without front matter, comments, tags, link targets and shortcodes."""

from __future__ import annotations

from feedtools.text.front_matter import OPENERS, front_matter_end
from feedtools.text.patterns import lazy

_HIDDEN = lazy(  # begins with a set, which lets the engine skip from one of its characters to the next
    r"""(?sx)
    [<{](?:
      (?<=<)!--.*?(?:-->|\Z)
    | (?<=<)(?i:(?P<block>script|style)\b.*?(?:</(?P=block)\s*>|\Z))
    | (?<=<)/?[A-Za-z][\w:.-]{0,40}(?:\s[^<>\n]{0,400})?/?>                      # a tag
    | (?<=\{)(?:\{[<%](?:[^>%{]|[>%](?!\}\})|\{(?!\{))*+[>%]\}\}|%.{0,2000}?%\})  # shortcodes; none holds another
    )
    """
)
_INLINE = (  # the target of a link or an image, or one that stands by itself
    r"""[(hw](?:(?<=\]\()[^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+["'][^"'\n]*["'])?\)"""
    r"""|(?:(?<=h)ttps?://|(?<=w)ww\.)[!#-&*-=?-\\^-~]+)"""
)
_TARGET = lazy(_INLINE)
_TARGET_OR_REFERENCE = lazy(rf"(?m)^[ \t]*\[[^\]\n]+\]:[ \t]*\S+.*$|{_INLINE}")
_OPENERS = (*OPENERS, "\ufeff")
_ADDRESS = lazy(r"""https?://[!#-&*-=?-\\^-~]+|(?<=\]\()[^()\s]+|(?<=\burl=)[^\s"'>]+""")


def may_hide(text: str) -> bool:
    """Say whether ``visible`` may differ from ``text``, at a glance."""
    return (
        text.startswith(_OPENERS)
        or "<" in text
        or "http" in text
        or "www." in text
        or ("]" in text and ("](" in text or "]:" in text))
        or ("{" in text and ("{{" in text or "{%" in text))
    )


def visible(text: str) -> str:
    """The part of a raw text that is shown; code and formulas stay."""
    if not may_hide(text):
        return text
    mark = text.startswith("\ufeff")
    front = front_matter_end(text[1:] if mark else text)
    text = " " + _HIDDEN.sub(" ", text[front + mark :]) if front else _HIDDEN.sub(" ", text)
    return (_TARGET_OR_REFERENCE if "]:" in text else _TARGET).sub(" ", text)


def addresses(text: str) -> frozenset[str]:
    """The addresses that a raw text points at, in links, in tags and bare."""
    return frozenset(found.rstrip(".,;:!?/") for found in _ADDRESS.findall(text)) if may_hide(text) else frozenset()
