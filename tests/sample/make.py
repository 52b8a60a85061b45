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
value-iteration:A  sarsa:B         rope:A            heron-vl:B       gbdt:A          ring-reduce:B
diffusion:A        tokenizer:B     calibration:A     focal-loss:B     kv-cache:A      early-stopping:A

batch-norm:B       contrastive:A   distill:B         sarsa:A          rope:B          heron-vl:A
value-iteration:A  gbdt:B          diffusion/3:A     ring-reduce:B    kv-cache/3:B    focal-loss:A:revised

early-stopping:B   calibration:B   tokenizer:A       rope:A           distill:A       sarsa:B
batch-norm:A       contrastive:B   heron-vl/2:A      value-iteration:B  diffusion:B:120  gbdt/2+sarsa/2:A

kv-cache:B         focal-loss:A    ring-reduce:A     heron-vl:B       diffusion:B     rope/2:B
tokenizer:A        sarsa/3:A       calibration:A:180 early-stopping/1:A  batch-norm/2:B  contrastive:A

gbdt:A             kv-cache/1:A    distill/1:B       contrastive:A    sarsa/1:B       tokenizer/2:A
value-iteration/2:B  focal-loss/3:A  heron-vl:A:revised  calibration/3:B  rope/2:A     early-stopping:A
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
