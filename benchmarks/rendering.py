r"""The feed's two renderers, simulated, with an account of what each of them lost.

Mode A keeps ``\(…\)`` and hyphens, drops code or prints it inline, and cuts after 500 characters. Mode B cuts after
350, turns formulas into ``[Math]`` and ``[公式]`` (simple inline ones lose only their delimiters) and code into
``[代码]``, and deletes every ``-``, ``*``, backtick, ``#`` and ``>``. Beside the text, mode B says for every character
which part of the whole article it stands for, so that any repair can be judged.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_A, LIMIT_B = 500, 350
DELETED = re.compile(r"[-*`#>]")
_PART = re.compile(
    r"(?P<code>^```[^\n]*\n.*?^```[ \t]*$)|(?P<display>\$\$.+?\$\$|\\\[.+?\\\])|(?P<math>\$[^$\n]+?\$|\\\(.+?\\\))",
    re.DOTALL | re.MULTILINE,
)
_MARKUP = re.compile(r"!\[.*?\]\(.*?\)|^#+ |^[-*] |\*\*", re.MULTILINE)
_WORD = re.compile(
    r"(?P<number>(?:^|(?<=\n))[0-9]+\. )|(?P<sign>(?<=[一-鿿] )-[0-9]+)|(?P<word>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)"
)


class Part(NamedTuple):
    """A stretch of an article.

    Attributes:
        kind: ``text``, ``word`` (hyphenated), ``number`` (of a list item), ``sign`` (a negative number), ``math``,
            ``display`` or ``code``.
        whole: as mode A prints it, code flattened.
    """

    kind: str
    whole: str


class Loss(NamedTuple):
    """Something mode B damaged.

    Attributes:
        start: first character in the rendered text.
        end: one past its last.
        kind: ``placeholder``, ``code``, ``bare``, ``word``, ``number`` or ``sign``.
        whole: what stood there.
        end_in_a: how many characters of the mode A rendering are needed to see it whole.
        end_inline: likewise where mode A prints code.
    """

    start: int
    end: int
    kind: str
    whole: str
    end_in_a: int
    end_inline: int


class Rendered(NamedTuple):
    """The mode B rendering of an article.

    Attributes:
        text: the excerpt.
        whole: the article as mode A would print it if it cut and dropped nothing.
        begins: for each character the first character of ``whole`` it stands for.
        ends: likewise one past the last.
        losses: what was damaged and is not cut in two.
        code: the blocks of code in ``whole``.
    """

    text: str
    whole: str
    begins: list[int]
    ends: list[int]
    losses: list[Loss]
    code: list[str]


def parts(source: str) -> Iterator[Part]:
    """A Markdown or plain article in parts, without markup."""
    at = 0
    for match in _PART.finditer(source):
        yield from _words(source[at : match.start()])
        body = match.group()
        if match.lastgroup == "code":
            yield Part("code", " ".join(body.split("\n", 1)[1].rsplit("```", 1)[0].split()))
        else:
            size = 1 if body[0] == "$" and body[1] != "$" else 2
            inside = " ".join(body[size:-size].split())
            form = "\\({}\\)" if match.lastgroup == "math" else "\\[{}\\]"
            yield Part(str(match.lastgroup), form.format(inside))
        at = match.end()
    yield from _words(source[at:])


def _words(text: str) -> Iterator[Part]:
    text, at = _MARKUP.sub("", text), 0
    for match in _WORD.finditer(text):
        yield Part("text", re.sub(r"\s+", " ", text[at : match.start()]))
        yield Part(str(match.lastgroup), match.group())
        at = match.end()
    yield Part("text", re.sub(r"\s+", " ", text[at:]))


def mode_a(source: str, limit: int = LIMIT_A, *, code: bool = False) -> str:
    """The mode A rendering, which drops code or prints it as part of the line."""
    text = " ".join("".join(part.whole for part in parts(source) if code or part.kind != "code").split())
    return text if len(text) <= limit else text[:limit] + "..."


def mode_b(source: str, limit: int = LIMIT_B) -> Rendered:
    """The mode B rendering and what it lost."""
    text: list[str] = []
    whole: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    losses: list[Loss] = []
    length, in_a = 0, 0
    for part in parts(source):
        start = len(text)
        in_a += len(part.whole) if part.kind != "code" else 0
        for shown, first, last in _shown(part):
            if shown == " " and text and text[-1] == " ":
                ends[-1] = length + last
                continue
            text += shown
            begins += [length + first] * len(shown)
            ends += [length + last] * len(shown)
        whole.append(part.whole)
        length += len(part.whole)
        if part.kind != "text" and part.whole != "1. " and len(text) <= limit:
            losses.append(Loss(start, len(text), _loss(part), part.whole, in_a, length))
    code = [part.whole for part in parts(source) if part.kind == "code"]
    cut = len(text) > limit
    excerpt = "".join(text[:limit]) + ("..." if cut else "")
    return Rendered(excerpt, "".join(whole), begins[:limit], ends[:limit], losses, code)


def _shown(part: Part) -> Iterator[tuple[str, int, int]]:
    """What mode B prints of a part, each piece with the range of the part it stands for."""
    size = len(part.whole)
    if part.kind == "code":
        yield "[代码]", 0, size
    elif part.kind == "display":
        yield "[公式]", 0, size
    elif part.kind == "number":
        yield from (("1", 0, size - 2), (".", size - 2, size - 1), (" ", size - 1, size))
    elif part.kind == "math" and "\\" in part.whole[2:-2]:
        yield "[Math]", 0, size
    else:
        margin = 2 if part.kind == "math" else 0
        kept = [at for at in range(margin, size - margin) if not DELETED.match(part.whole[at])]
        for at in kept:
            first = 0 if at == kept[0] and margin else at
            yield part.whole[at], first, size if at == kept[-1] and margin else at + 1


def _loss(part: Part) -> str:
    if part.kind in {"word", "code", "number", "sign"}:
        return part.kind
    return "bare" if part.kind == "math" and "\\" not in part.whole[2:-2] else "placeholder"


def noisy(text: str, share: float, seed: int) -> str:
    """The text with a share of its characters replaced, lost or doubled by others of its own."""
    dice = random.Random(seed)
    result = []
    for char in text:
        if dice.random() >= share or char.isspace():
            result.append(char)
            continue
        change = dice.randrange(3)
        if change == 0:
            result.append(dice.choice(text))
        elif change == 1:
            result += [char, dice.choice(text)]
    return "".join(result)
