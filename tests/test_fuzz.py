"""A short fixed run of every fuzz target, and what longer runs have found."""

from __future__ import annotations

import os
import random

import pytest

from tests.fuzz.seeds import mutated, seeds
from tests.fuzz.targets import TARGETS, run
from tests.places import TESTS

_SAID = "把模型送进网络训练然后得到结果" * 3
FOUND: dict[str, tuple[bytes, ...]] = {
    "index_file": (
        b"\x04" + b"\x01\x10\xff" * 9 + b"\\(\xff\x00\x01\x02\x03\x04\x05\x06\x07",  # a text that is no UTF-8
        b"\x05\x01\x10\xff\x01\xff\x01\x10\xff",  # a fault told in two lines
        b"`" + b"a" * 84 + b"|a\x03\t$$",  # bytes in a column of numbers
        b"\xd0\x03\x83\xff|\x10",  # a header that gives a number minus one bytes
    ),
    "readers": (
        b"\x00(\xb5/\xfd\x00NSS\n`",  # a packed transmission
        b'\x05{"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": "<p>&#1;"}]}',
    ),  # a reference to nothing, behind white space
    "parquet": (b"\x01" + (TESTS / "fuzz" / "found" / "histogram.parquet").read_bytes(),),  # pyarrow aborts
    "latex": (
        b"\x00\\) a " + b"=" * 200 + b"! x_{1} \\(",
    ),  # a row of operators that ends in none: time doubled with each
    "articles": (
        "<b>粗</b>&amp; ã©é \u200b\ufeff 𝑥_𝑘".encode() * 2_700,  # each fix was compared with all before it
        b"pyython is\n" * 9_000,  # for each slip the right word was looked for in all of the text
    ),
    "restoring": (
        (_SAID + "\n").encode() + b"```a\n" * 20_000 + b"\xff" + (_SAID + "\n").encode() + b"```a\n" * 20,  # unclosed
        (_SAID + "再取平均...").encode() + b"\xff" + (_SAID + "再取平均值").encode() + b" " * 90_000 + b"a",
    ),  # each fence was looked for to the end, each space began a search for dots
    "matches": (  # texts of one length, compared from either side: which was taken for the part depended on the order
        "把xi送进modelfree网络损失1是公其中yi是标签最后".encode()
        + b"\xff"
        + "敊xi送进modelfree的网络损失是其中yi是标最后取平".encode(),
        "把xi送进modelfree的网络损失是其中yi是签最后把xi送进modelfree的网络损失是其中yi是栖平均再更新一次参数".encode()
        + b"\xff"
        + "把xi送amodel把xi送进modelfree的网f把xi送进modelfree的网络损失是ree的网络损其中yi是נ签最后".encode(),
    ),
}
"""Inputs that failed once, shortened."""
NEEDS = {"pages": "selectolax", "parquet": "pyarrow", "stores": "redis", "warc": "fastwarc"}
"""Packages that a target cannot do without and that an extra brings: where they are missing the target skips."""
INPUTS = 150
FEWER = {"runs": 2, "stores": 2}
"""Targets of which an input takes longer: a whole run, or a server."""
PATIENCE = 10.0
"""Seconds of CPU for an input: a hang, and not a busy machine."""


@pytest.mark.parametrize("target", TARGETS)
def test_a_fixed_run_finds_nothing(target: str) -> None:
    pytest.importorskip(NEEDS.get(target, "feedtools"))
    dice = random.Random(target)
    for data in (
        b"",
        *seeds(target),
        *FOUND.get(target, ()),
        *(mutated(target, dice) for _ in range(FEWER.get(target, INPUTS))),
    ):
        run(target, data, PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_longer_run_finds_nothing(target: str) -> None:
    pytest.importorskip(NEEDS.get(target, "feedtools"))
    dice = random.Random(os.environ.get("FEEDTOOLS_SEED", f"{target}, longer"))
    for _ in range(50 * FEWER.get(target, 100)):
        data = mutated(target, dice)
        try:
            run(target, data, PATIENCE)
        except Exception as error:
            raise AssertionError(f"{target} failed on {data!r}") from error
