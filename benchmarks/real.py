"""Real texts to measure on, where the labelled sets lie beside the checkout: excerpts with copies, and articles.

Generated phrases never meet by chance; sentences that people wrote do. So every figure is measured on these first, and
on generated text only where they are absent.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import tarfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from generate import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(os.environ.get("FEEDTOOLS_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
SIZE = 3000
"""Code points of a full article: where a longer one is cut."""
_SEED = 11
_COMMON = 30
"""Times that a character occurs, to be exchanged for another one."""


def here() -> bool:
    """Tell whether the labelled sets are at hand."""
    return (DATA / "dedup_planted").is_dir()


def excerpts(share: float) -> list[Document]:
    """Excerpts of articles, ``share`` (0 to 1) of them planted copies of others, in a fixed random order."""
    groups = _groups()
    whole = [Document(texts[0], number, "source") for number, texts in enumerate(groups)]
    copies = [Document(text, number, "copy") for number, texts in enumerate(groups) for text in texts[1:]]
    draw = random.Random(_SEED)
    draw.shuffle(copies)
    if share * len(whole) <= (1 - share) * len(copies):
        copies = copies[: round(len(whole) * share / (1 - share))]
    else:
        wanted = {copy.source for copy in copies}
        whole.sort(key=lambda one: one.source not in wanted)
        whole = whole[: round(len(copies) * (1 - share) / share)]
    made = whole + copies
    draw.shuffle(made)
    return made


def articles(share: float = 0.2) -> list[Document]:
    """The first ``SIZE`` code points of Markdown articles, ``share`` of them again: cut to two thirds, or identical."""
    texts = list(dict.fromkeys(text[:SIZE] for text in _wild() if len(text) >= SIZE // 2))
    draw = random.Random(_SEED)
    made = [Document(text, number, "source") for number, text in enumerate(texts)]
    for one in draw.sample(made, round(len(made) * share / (1 - share))):
        cut = draw.random() < 0.5
        made.append(
            Document(
                one.text[: len(one.text) * 2 // 3] if cut else one.text, one.source, "trunc67" if cut else "identical"
            )
        )
    draw.shuffle(made)
    return made


def many(count: int) -> Iterator[str]:
    """Excerpts of articles, a third of them copies, again and again, as often as it takes.

    Each time Chinese characters stand for one another: what a text repeats, how it is written and what is wrong with it
    stays, and no time is a copy of the last.
    """
    texts = [text for group in _groups() for text in group]
    random.Random(_SEED).shuffle(texts)
    counted = Counter(char for text in texts for char in text if "\u4e00" <= char <= "\u9fff")
    common = sorted(char for char, often in counted.items() if often >= _COMMON)
    for number in range(-(-count // len(texts))):
        other = common.copy()
        if number:
            random.Random(number).shuffle(other)
        table = str.maketrans("".join(common), "".join(other))
        yield from (text.translate(table) for text in texts[: count - number * len(texts)])


def _groups() -> list[list[str]]:
    """The texts of each planted article, the one that everything was made from first."""
    with gzip.open(DATA / "dedup_planted" / "docs.jsonl.gz", "rt", encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    up = list(range(len(texts)))

    def find(x: int) -> int:
        while up[x] != x:
            up[x] = x = up[up[x]]
        return x

    with gzip.open(DATA / "dedup_planted" / "pairs.tsv.gz", "rt", encoding="utf-8") as stream:
        for a, b, relation in csv.reader(stream, delimiter="\t"):
            if not relation.startswith(("neg-", "opt-")):
                one, other = sorted((find(int(a)), find(int(b))))
                up[other] = one
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for number, text in enumerate(texts):
        groups[find(number)].append(text)
    return list(groups.values())


def _wild() -> Iterator[str]:
    for path in sorted((DATA / "wild").glob("*.tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and member.name.endswith((".md", ".markdown")):
                    stream = archive.extractfile(member)
                    yield io.TextIOWrapper(stream or io.BytesIO(), "utf-8", errors="replace").read()
