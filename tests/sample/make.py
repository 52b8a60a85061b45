# ruff: noqa: E402  (the project is found beside this folder)
"""Write ``feed/``: five transmissions of twelve lines made from ``originals/`` as the feed's two renderers do it.

What those do is read from the packaged table of renderers (``render.py``), which the rules ask as well.
Run it after changing an original: ``python tests/sample/make.py``. The same originals give the same bytes, and
``tests/test_sample.py`` fails when the committed feed is not what this script writes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a script

from feedtools.text.renderers import shipped
from tests.sample.render import cut, render

HEADER = "\n\n".join(shipped()["keeping"].header) + "\n"
RENDERERS = {"A": shipped()["keeping"], "B": shipped()["deleting"]}

# article:mode            the article, in rendering A or B
# article/2:mode          its second section alone
# article:mode:120        cut earlier than usual
# article:mode:revised    after an editor had been at it
# article/1+other/2:mode  a digest of two pieces
PLAN = """
value-iteration:A  bloom-filter:A      rope:A            raft:B             gbdt:B           union-find:A:240
diffusion:A        tokenizer:B         lora:A:250        focal-loss:A       congestion:B     early-stopping:B

batch-norm:B       skip-list:A         distill:B         sarsa:A            rope:B           heron-vl:A
generational-gc:A:230  negative-sampling:A:139  bloom-filter:A  kv-cache/3:B    beam-search:A    float-sums:A

calibration:B      lsm-tree:A          tokenizer:A       rope:A             dropout:A        sarsa:B
batch-norm:A       contrastive:A       unicode-forms:A   pagerank:A:240     diffusion:B:120  column-store:B

ring-reduce:A      focal-loss:A        adam-bias:B       heron-vl:B         kalman:A         lora:B
kv-cache:A         consistent-hashing:A  calibration:A   hnsw:B             skip-list:A:180  gbdt/2+sarsa/2:A

flame-graphs:A     kv-cache/1:A        benchmark-leak:A  contrastive:A      cosine-schedule:B  git-bisect:A
message-queue:A    raft:A              active-learning:A:220  early-stopping:A  focal-loss:A:revised  congestion:A
"""

REVISIONS = (
    ("但", "不过"),
    ("办法", "方法"),
    ("于是", "因此"),
    ("所以", "因而"),
    ("往往", "常常"),
    ("绝大多数", "大部分"),
    ("接近", "趋近"),
    ("几个", "若干个"),
)


def lines() -> list[str]:
    """The sixty article lines in order."""
    return [line(entry) for entry in PLAN.split()]


def line(entry: str) -> str:
    """The article line that one entry of ``PLAN`` stands for."""
    pieces, mode, *change = entry.split(":")
    text = "\n\n".join(map(piece, pieces.split("+")))
    length = 0
    if change == ["revised"]:
        for before, after in REVISIONS:
            text = text.replace(before, after)
    elif change:
        length = int(change[0])
    return cut(render(text, RENDERERS[mode]), RENDERERS[mode], length)


def piece(name: str) -> str:
    """An original, or one of its sections."""
    article, _, section = name.partition("/")
    text = (HERE / "originals" / f"{article}.md").read_text(encoding="utf-8")
    return "## " + re.split(r"^## ", text, flags=re.MULTILINE)[int(section)] if section else text


def main() -> None:
    """Write the five files."""
    every = lines()
    for number in range(5):
        path = HERE / "feed" / f"{number:03}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + "\n".join(every[12 * number : 12 * number + 12]) + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
