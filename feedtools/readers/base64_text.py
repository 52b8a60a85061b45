"""Text that stands in base64 (RFC 4648), told from words by how it looks and by what it holds."""

from __future__ import annotations

import binascii
import re

LONG = 64
"""Characters from which what looks like base64 is no word, whatever it holds."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd]")
"""Characters of which no text is made."""
_HEAD = re.compile(r"\s*[A-Za-z0-9+/]{16}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def base64_bytes(value: str) -> bytes | None:
    """Decode a value that is base64 as a whole, in lines of one length; ``None`` where it is none.

    >>> base64_bytes("c25vdyBvbiB0aGUgcml2ZXI="), base64_bytes("the river ran slowly and low")
    (b'snow on the river', None)
    """
    if not _HEAD.match(value):
        return None
    first, *others = [line.strip() for line in value.split("\n") if line.strip()]
    if others and (len(others[-1]) > len(first) or any(len(line) != len(first) for line in others[:-1])):
        return None
    joined = "".join((first, *others))
    return binascii.a2b_base64(joined) if _BASE64.fullmatch(joined) else None


def decoded_text(data: bytes, media_type: str) -> str | None:
    """Read bytes as text in the character set that a media type names, else in UTF-8; ``None`` where they are none."""
    named = _CHARSET.search(media_type)
    for charset in (named[1] if named else "utf-8", "utf-8"):
        try:
            text = data.decode(charset).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
        if not CONTROL.search(text):
            return text
    return None
