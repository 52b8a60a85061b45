"""Write ``feed/``: five transmissions of twelve lines made from ``originals/`` as the feed's two renderers do it.

Run it after changing an original: ``python tests/sample/make.py``. The same originals give the same bytes, and
``tests/test_sample.py`` fails when the committed feed is not what this script writes.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
LIMIT = {"A": 500, "B": 350}

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
    limit = LIMIT[mode]
    if change == ["revised"]:
        for before, after in REVISIONS:
            text = text.replace(before, after)
    elif change:
        limit = int(change[0])
    rendered = render(text, mode)
    return rendered if len(rendered) <= limit else rendered[:limit] + "..."


def piece(name: str) -> str:
    """An original, or one of its sections."""
    article, _, section = name.partition("/")
    text = (HERE / "originals" / f"{article}.md").read_text(encoding="utf-8")
    return "## " + re.split(r"^## ", text, flags=re.MULTILINE)[int(section)] if section else text


def render(markdown: str, mode: str) -> str:
    """One line of text from Markdown, with the losses of rendering ``A`` or ``B``."""
    text = re.sub(r"```.*?```", "[代码]" if mode == "B" else "", markdown, flags=re.DOTALL)
    text = re.sub(r"!\[.*?\]\(.*?\)|^#+ |^- |\*\*", "", text, flags=re.MULTILINE)
    text = re.sub(r"\$\$(.*?)\$\$", "[公式]" if mode == "B" else r"\\[\1\\]", text, flags=re.DOTALL)
    text = re.sub(r"\$(.*?)\$", _inline if mode == "B" else r" \\(\1\\) ", text)
    if mode == "B":
        text = re.sub(r"[-*`#>]", "", text)
    return " ".join(text.split())


def _inline(math: re.Match[str]) -> str:
    return " [Math] " if "\\" in math[1] else f" {math[1]} "


def main() -> None:
    """Write the five files."""
    every = lines()
    for number in range(5):
        path = HERE / "feed" / f"{number:03}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + "\n".join(every[12 * number : 12 * number + 12]) + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
