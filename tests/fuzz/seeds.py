"""Where fuzzing begins: sentences of our own that exercise every reader and rule, and pieces to build others from."""

# ruff: noqa: E501 - lines of data

from __future__ import annotations

import random

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
SENTENCES = (
    r"把 \(x_i\) 送进 model-free 的网络,损失是 \[L=\sum_{i=1}^n (y_i-\hat y_i)^2\] 其中 \(y_i\) 是标签。最后取平均,再更新一次参数。",
    "把 x_i 送进 modelfree 的网络,损失是 [公式] 其中 y_i 是标签。最后...",
    r"如下图所示,包含: 1. 甲 2. 乙 1. 丙 \(\frac{a}{b} 没有结束 [Math] [图片] ?? , 。。 GPT3tokenizer n1层 20202023",
    "# 标题\n\n- 一\n- 二\n\n```python\nprint(1)\n```\n<b>粗</b>&nbsp;&amp; ã©é \ufffd\u200b\ufeff 𝑥_𝑘",
)
SEEDS: dict[str, tuple[bytes, ...]] = {
    "readers": (
        b"\x00" + (HEADER + "\n".join(SENTENCES[:2]) + "\n").encode(),
        b"\x01" + b'{"id": 1, "text": "\xe7\x94\xb2"}\n{"text": 3}\n',
        b"\x02" + 'text,id\n甲,1\n"乙\n丙",2\n'.encode(),
        b"\x04" + SENTENCES[3].encode(),
        b"\x05" + b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": "<p>x</p>"}]}',
        (
            b"\x06"
            b"<?xml version='1.0'?><rss version='2.0'><channel><item><description>x &lt;b></description></item></channel></rss>"
        ),
        (
            b"\x07"
            b"<!doctype html><html><body><article><p>x</p><pre>y</pre><math><mi>z</mi></math></article></body></html>"
        ),
    ),
    "manifests": (
        (
            b'{"file": "a.txt", "out": "a.txt", "format": "transmission", "digest": "x", "lead": 4, "whole": false}\n'
            b'{"path": "a.txt", "line": 2, "bytes": [3, 1], "edits": [{"start": 0, "end": 1, "old": "q", "new": "d"}]}\n'
            b'{"end": "a.txt", "digest": "x"}\n'
        ),
        b'{"file": "../../x", "out": "/etc/hosts", "format": "jsonl", "digest": "x", "lead": 0, "whole": true}\n',
    ),
    "outputs": tuple(
        bytes((chosen,))
        + "::error::x\x1b[31m##[debug].txt\xff".encode("latin-1")
        + "\u202e::y\r\n%0A".encode()
        + b"\xff<script>\x00"
        for chosen in range(9)
    ),
    "pages": (
        b"\x01" + b"\xff".join(text.encode() for text in ("a.txt", SENTENCES[1], SENTENCES[0], SENTENCES[2])),
        b'\x00a"><script>\xff<img src=x onerror=y>\xff\\(\\frac{<a>}{b}\\href{javascript:x}{y}\\)\xff\\[\\sqrt[3]{x}\\]',
    ),
    "index_file": tuple(bytes((chosen,)) + b"\x01\x10\xff" * 5 for chosen in range(6)),
    "parquet": (
        b"\x00\x00" + SENTENCES[0].encode() + b"\xff" + SENTENCES[1].encode(),
        *(
            bytes((shape, 2)) + b"\x01\x10\xff\x00\x05\x07\xe7\x94\xb2\xff\xe7\x94\xb2\xff"
            for shape in range(0, 200, 14)
        ),
    ),
    "warc": (
        b"\x00WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:a>\r\nContent-Length: 3\r\n\r\n\xe7\x94\xb2\r\n\r\n"
        * 2,
        b"\x01\xff\xff" + SENTENCES[0].encode(),
        b"\x03X: y\xfftext/html; charset=utf-8\xff<html><article><p>x</p></article></html>",
        b"\x03\xfftext/html\r\nContent-Encoding: gzip\xff\x1f\x8b\x08\x00\x00\x00\x00\x00",
        b"\x03\xfftext/plain\r\nTransfer-Encoding: chunked\xff4\r\nabcd\r\n0\r\n\r\n",
    ),
    "stores": tuple(bytes((0, row, 1)) for row in range(13)),
    "runs": (bytes(range(1, 200, 3)), bytes(range(250, 20, -7))),
}
GUIDED: dict[str, tuple[str, ...]] = {
    "articles": ("feedtools.lint.checks", "feedtools.lint.edits"),
    "latex": ("feedtools.lint.checks.latex",),
    "sketches": ("feedtools.dedup.sketch", "feedtools.text.symbols", "feedtools.text.symbols_batch"),
    "matches": ("feedtools.dedup.match", "feedtools.dedup.overlap", "feedtools.text.symbols"),
    "restoring": ("feedtools.restore", "feedtools.dedup.overlap"),
    "index_file": ("feedtools.dedup.index",),
    "manifests": ("feedtools.clean",),
    "outputs": ("feedtools.report",),
    "pages": ("feedtools.report",),
}
"""Modules whose branches lead the search; for the targets that are not listed, the readers. All others run as fast as
they do for users."""
SEEDS["latex"] = tuple(bytes((number,)) + text.encode() for number, text in enumerate(SENTENCES))
TEXTS = tuple(text.encode() for text in SENTENCES) + tuple(
    b"\xff".join((SENTENCES[a].encode(), SENTENCES[b].encode())) for a, b in ((0, 1), (1, 0), (2, 0))
)
TOKENS = (
    b"\\(", b"\\)", b"\\[", b"\\]", b"$$", b"$", b"\\frac{", b"\\left(", b"\\right.", b"\\begin{aligned}", b"\\end{aligned}",
    b"{", b"}", b"^", b"_", b"&", b"\\\\", b"#", b"%", b"[Math]", "[公式]".encode(), b"...", "…".encode(), b"\xff", b"\x00",
    b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xf0\x9d\x91\xa5", b"\x1b[31m", b"\n", b"\r", b"\t", b'"', b",", b"{}", b"[]", b"<", b">",
    b"&#x0;", b"<![CDATA[", b"]]>", b"```", b"INCOMING TRANSMISSION", b"1. ", b"-", b"a" * 40, "的".encode() * 30, b"e\xcc\x81",
    "ﷺ".encode(), b"::", b"1e999", b"-1", b"null", b"\xef\xbb\xbf", b"\\", b"'", b"|", b"`",
)  # fmt: skip


LARGE = 1 / 1000
"""Share of the inputs that are repeated up to 100 kB."""


def seeds(target: str) -> tuple[bytes, ...]:
    """The seeds of a target."""
    return SEEDS.get(target, TEXTS)


def modules(target: str) -> tuple[str, ...]:
    """The modules whose branches lead the search for a target."""
    return GUIDED.get(target, ("feedtools.readers",))


def mutated(target: str, dice: random.Random) -> bytes:
    """A seed with a few pieces put in, taken out, doubled or swapped."""
    data = bytearray(dice.choice(seeds(target)))
    for _ in range(dice.choice((1, 1, 2, 3, 5, 9, 30))):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0 | 1:
                data[at:at] = dice.choice(TOKENS)
            case 2:
                del data[at : at + dice.choice((1, 2, 7, 40))]
            case 3:
                data[at:at] = data[at : at + dice.choice((1, 5, 60))] * dice.choice((1, 2, 9))
            case 4:
                data[at : at + 1] = bytes((dice.randrange(256),))
            case _:
                data[at:at] = dice.choice(seeds(target))[: dice.randrange(80)]
    if dice.random() < LARGE:
        data *= 100_000 // max(1, len(data))
        return bytes(data)
    return bytes(data[:20_000])
