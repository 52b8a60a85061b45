"""Memory against the size of the input, measured on whole processes: bytes, and never seconds."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_cli import HEADER, environment
from tests.readers.test_readers import lying_footer, page, rss, warc, zstd

pytestmark = pytest.mark.slow

SIZE = 5 * 2**20
MOST = 20
"""Times the input that any of it may take in memory, beyond what the command takes for a small one."""
FINDING = 1500
"""Bytes that a finding may take, from the rule to the report."""
FREE_MEMORY = 40 * 2**20
"""Bytes that 100,000 elements, or lists and objects, may take however short they are."""

PEAK = """
import os, sys
process = os.fork()
if not process:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.executable, [sys.executable, "-m", "feedtools", *sys.argv[1:]])
_, status, used = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def peak(folder: Path, *arguments: str) -> tuple[int, int, str]:
    """Exit code of a command, the most memory that it held (bytes), and what it said.

    It is started by a small process: a forked one begins with the memory of its parent in its account.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", PEAK, *arguments], cwd=folder, env=environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    code, most = map(int, done.stdout.split())
    return code, most, done.stderr


def paragraphs(size: int, seed: int = 0) -> list[str]:
    """Texts of three hundred characters each, different in all of them."""
    dice = random.Random(seed)
    return ["".join(map(chr, dice.choices(range(0x4E00, 0x5E00), k=300))) for _ in range(size // 900 + 1)]


def jsonl(size: int) -> str:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in paragraphs(size))


def feed(size: int) -> str:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"content_text": text} for text in paragraphs(size)]},
        ensure_ascii=False,
    )


def parquet(size: int) -> bytes:
    pyarrow, files = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    files.write_table(pyarrow.table({"text": paragraphs(size)}), out, compression="none")
    return out.getvalue()


def archive(size: int) -> bytes:
    pytest.importorskip("fastwarc")
    return warc(*(page(f"<article>{text}</article>").encode() for text in paragraphs(size)))


def tag(attributes: int) -> str:
    return "<div" + "".join(f' a{number:x}=""' for number in range(attributes)) + ">乙</div>"


def tags(attributes: int, size: int) -> str:
    """Tags of so many attributes of two or three letters."""
    tag = "<div" + "".join(f" {chr(97 + number % 26)}{number // 26:x}" for number in range(attributes)) + ">乙</div>"
    return page("<article>" + paragraphs(900)[0] + tag * (size // len(tag)) + "</article>")


def latin(size: int, letters: int, end: str) -> str:
    """So many letters each, and what ends them; hardly any come twice."""
    dice = random.Random(letters)
    each = letters + len(end)
    return "".join("".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=letters)) + end for _ in range(size // each))


def extra(module: str, content: str) -> str:
    pytest.importorskip(module)
    return content


INPUTS: dict[str, Callable[[int], str | bytes]] = {
    "articles.txt": lambda size: HEADER + "\n".join(paragraphs(size)) + "\n",
    "line.txt": lambda size: HEADER + "".join(paragraphs(size)) + "\n",
    "words.txt": lambda size: HEADER + "word " * (size // 5) + "\n",
    "formulas.txt": lambda size: HEADER + r"\(x_{i}^{2}\) " * (size // 14) + "\n",
    "apart.txt": lambda size: HEADER + "甲" + "$a$ " * (size // 4) + "\n",
    "dollars.txt": lambda size: HEADER + "甲" + "$a$" * (size // 3) + "\n",
    "tags.txt": lambda size: HEADER + "😀" + "$a<b>$" * (size // 6) + "\n",
    "periodic.txt": lambda size: HEADER + "A1" * (size // 2) + "\n",
    "powers.txt": lambda size: HEADER + "x^2" * (size // 3) + "\n",
    "different.txt": lambda size: HEADER + latin(size, 5, " ") + "\n",
    "letters.txt": lambda size: HEADER + latin(size, 900, "") + "\n",
    "compounds.txt": lambda size: HEADER + latin(size, 4, "-ab ") + "\n",
    "blank.txt": lambda size: HEADER + "\n" * size,
    "equal.txt": lambda size: HEADER + (paragraphs(1)[0] + "\n") * (size // 900),
    "a.jsonl": jsonl,
    "lists.jsonl": lambda size: '{"text": "甲", "x": [' + "[[]]," * (size // 5) + "0]}\n",
    "objects.jsonl": lambda size: '{"text": "甲", "x": [' + '{"":1},' * (size // 7) + "0]}\n",
    "deep.jsonl": lambda size: '{"text": "甲", "x": ' + "[" * size + "\n",
    "a.csv": lambda size: "text\n" + "\n".join(paragraphs(size)) + "\n",
    "a.md": lambda size: "\n\n".join(paragraphs(size)) + "\n",
    "a.json": feed,
    "a.rss": lambda size: extra(
        "feedparser", rss("".join(f"<item><description>{text}</description></item>" for text in paragraphs(size)))
    ),
    "a.html": lambda size: extra("selectolax", page(f"<article><p>{'</p><p>'.join(paragraphs(size))}</p></article>")),
    "deep.html": lambda size: extra("selectolax", page("<div>" * 1900 + "甲" + "<i></i>" * (size // 7))),
    "open.html": lambda size: extra("selectolax", page("<p>" * (size // 3))),
    "attributes.html": lambda size: extra(
        "selectolax", page("<article>" + paragraphs(900)[0] + tag(size // 10) + "</article>")
    ),
    "short.html": lambda size: extra("selectolax", tags(3, size)),
    "many.html": lambda size: extra("selectolax", tags(900, size)),
    "letters.html": lambda size: extra(
        "selectolax", page("<article>" + paragraphs(900)[0] + latin(size, 46, "<p>") + "</article>")
    ),
    "emoji.html": lambda size: extra("selectolax", page("<article>😀" + latin(size, 46, "<p>") + "</article>")),
    "body.html": lambda size: extra("selectolax", page("😀" + latin(size, 46, "<p>"))),
    "escapes.html": lambda size: extra("selectolax", page("<article>😀" + "&" * size + "</article>")),
    "brackets.html": lambda size: extra("selectolax", page("<article>😀" + "<" * size + "</article>")),
    "less.html": lambda size: extra("selectolax", page("<article>甲" + "< " * (size // 2) + "</article>")),
    "entities.html": lambda size: extra("selectolax", page("<article>😀" + "&nbsp;" * (size // 6) + "</article>")),
    "markup.json": lambda size: json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": "😀" + "&lt;" * (size // 4)}]}
    ),
    "a.parquet": parquet,
    "a.warc": archive,
}


@pytest.mark.parametrize("name", INPUTS)
def test_memory_is_in_proportion_to_the_input(name: str, tmp_path: Path) -> None:
    data = [content if isinstance(content, bytes) else content.encode() for content in map(INPUTS[name], (900, SIZE))]
    for folder, content in zip(("small", "large"), data, strict=True):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
    command = ("check", name, "--jobs", "1")
    small, large = peak(tmp_path / "small", *command), peak(tmp_path / "large", *command)
    assert large[0] in {0, 1, 2}, large
    assert "Traceback" not in large[2]
    assert large[1] - small[1] < MOST * len(data[1]), f"{(large[1] - small[1]) / len(data[1]):.1f} times"


FREE: dict[str, Callable[[int], str]] = {
    "a.html": lambda count: extra("selectolax", page("a<p>" * count)),
    "b.html": lambda count: extra("selectolax", page("a" + "<img alt=b src=c>" * (count // 3))),
    "a.jsonl": lambda count: '{"text": "甲", "x": [' + '{"":1},' * count + "0]}\n",
}


@pytest.mark.parametrize("name", FREE)
def test_what_is_short_and_few_takes_little(name: str, tmp_path: Path) -> None:
    most = []
    for count in (3, 98_000):
        (tmp_path / name).write_text(FREE[name](count), "utf-8")
        code, used, said = peak(tmp_path, "check", name, "--jobs", "1")
        assert code == 0, said
        most.append(used)
    assert most[1] - most[0] < FREE_MEMORY


def test_a_finding_takes_little(tmp_path: Path) -> None:
    for name, count in (("small.txt", 1), ("large.txt", 100_000)):
        (tmp_path / name).write_text(HEADER + "数据 [Math] 服从正态分布。" * count + "\n", "utf-8")
    small, large = (peak(tmp_path, "check", name, "--select", "FT101") for name in ("small.txt", "large.txt"))
    assert large[0] == 1, large
    assert (large[1] - small[1]) / 100_000 < FINDING


@pytest.mark.parametrize("pack", ["gz", "zst"])
@pytest.mark.parametrize("inner", ["txt", "jsonl"])
def test_a_bomb_takes_no_more_than_it_may_unpack_to(inner: str, pack: str, tmp_path: Path) -> None:
    """One line without end, so that nothing is given before the limit is met."""
    start = HEADER if inner == "txt" else '{"text": "'
    data = start.encode() + b"a" * 400 * 2**20
    (tmp_path / f"bomb.{inner}.{pack}").write_bytes(gzip.compress(data) if pack == "gz" else zstd(data))
    code, most, said = peak(tmp_path, "check", f"bomb.{inner}.{pack}")
    assert code == 2
    assert "MiB" in said or "unpacks to more than 200 times its size" in said
    assert most < 300 * 2**20, f"{most / 2**20:.0f} MiB"


def test_a_table_whose_footer_lies_takes_no_more_than_it_may_unpack_to(tmp_path: Path) -> None:
    (tmp_path / "liar.parquet").write_bytes(lying_footer(400 * 2**20))
    code, most, said = peak(tmp_path, "check", "liar.parquet")
    assert code == 2
    assert "unpacks to more than 200 times its size" in said
    assert most < 300 * 2**20, f"{most / 2**20:.0f} MiB"
