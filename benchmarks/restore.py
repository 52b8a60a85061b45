"""How much of what the feed's renderers lose comes back from siblings, and how much comes back wrong.

    python benchmarks/restore.py [--articles N] [--shared FOLDER]
    python benchmarks/restore.py --originals 10000

Clean articles (generated ones, the sample originals, and texts of a folder of labelled data where one is given) are
rendered in mode B; siblings are the original, the original as authors write it (bold, footnotes, links, comments), as
Kramdown, with macros, as a page, in traditional characters and revised, mode A excerpts from its start and from
elsewhere, and some of them with 3 % of their characters wrong. Every repair that is applied is judged against the
article it was rendered from. Exits 1 when a floor is missed. The second form measures how long it takes to find the
original of an article among so many that share all their phrases, and to restore it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from articles import SUBJECTS, generated  # noqa: E402
from rendering import LIMIT_A, Loss, Rendered, mode_a, mode_b, noisy  # noqa: E402

from feedtools.model import Place  # noqa: E402
from feedtools.restore import Restoration, Sibling, restore  # noqa: E402
from feedtools.restore.agree import agree  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOISE = 0.03
FLOORS = {
    "original": (97, 99, 80),
    "as written": (97, 99, 80),
    "Kramdown": (97, 99, 80),
    "macros": (97, 99, 80),
    "page": (93, 99, 0),
    "traditional": (97, 99, 80),
    "revised": (80, 80, 80),
}
"""Per kind of original the least percentage that comes back: of placeholders, of words and signs, of numbers. A page
holds no numbers of items."""
_PROTECTED = re.compile(r"```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|(?<!\S)#[^\n]*", re.DOTALL)


class Score(NamedTuple):
    """Sums over one kind of sibling: losses and what became of them, repairs and how many of them are wrong."""

    lost: Counter[str]
    restored: Counter[str]
    offered: Counter[str]
    applied: int
    wrong: Counter[str]


def from_shared(folder: Path, count: int) -> Iterator[str]:
    """Longer articles from the labelled mode A excerpts and clean articles of ``folder``, three at a time."""
    path = folder / "data" / "lint" / "gold.jsonl.gz"
    if not path.exists():
        return
    texts = []
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            whole = row["mode"] != "B" and not any(label["kind"] == "latex-unclosed" for label in row["labels"])
            texts += [row["text"].removesuffix("...").strip()] if whole else []
    random.Random(2).shuffle(texts)
    for number in range(min(count, len(texts) // 3)):
        yield "\n\n".join(texts[3 * number : 3 * number + 3])


def outside(source: str, change: Callable[[str], str]) -> str:
    """The article with its running text changed, formulas, code and headings as they are."""
    parts, at = [], 0
    for kept in _PROTECTED.finditer(source):
        parts += [change(source[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, change(source[at:])])


def written(source: str, number: int) -> str:
    """The article as its author may have written it: emphasis, links, footnotes, comments, pictures."""
    dice = random.Random(number)
    notes: list[str] = []

    def decorate(found: re.Match[str]) -> str:
        word = found[0]
        if word == "。":
            if dice.random() > 0.1:
                return word
            notes.append(f"[^n{len(notes)}]: 见文献 {len(notes)} 的 a-b 一节。")
            return f"[^n{len(notes) - 1}]{word}"
        forms = (
            f"**{word}**",
            f"*{word}*",
            f"[{word}](https://example.org/a-b_c)",
            f"<!-- x -->{word}",
            f"<b>{word}</b>",
        )
        return dice.choice(forms) if dice.random() < 0.3 else word

    words = re.compile("|".join(map(re.escape, (*SUBJECTS, "。"))))
    text = outside(source, lambda piece: words.sub(decorate, piece))
    return "\n\n".join([text, "![图](img/a-b.png)", *notes])


def with_macros(source: str) -> str:
    """The article with macros of its own."""
    text = source.replace(r"\theta", r"\prm ").replace(r"\mathbb{R}", r"\RR ").replace(r"\frac{1}{n}", r"\rec{n}")
    defined = (r"\newcommand{\prm}{\theta}", r"\def\RR{\mathbb{R}}", r"\newcommand{\rec}[1]{\frac{1}{#1}}")
    return "$$\n" + "\n".join(defined) + "\n$$\n\n" + text


def as_page(source: str) -> str:
    """The text of the article's page, as the reader of pages gives it."""
    text = re.sub(r"(?<!\$)\$([^$\n]+)\$(?!\$)", r"\\(\1\\)", source)
    text = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    return re.sub(r"(?m)^(?:#+|-) ", "", text)


def traditional(source: str) -> str:
    """The article in traditional characters."""
    from opencc import OpenCC

    return outside(source, OpenCC("s2t").convert)


def revised(source: str, number: int) -> str:
    """The article with one word in 200 characters changed by its author."""
    dice = random.Random(number)

    def change(piece: str) -> str:
        places = [found.start() for found in re.finditer(r"[一-鿿]{2}(?=[一-鿿])", piece)]
        for place in sorted(dice.sample(places, len(places) // 200 + (dice.random() < len(places) % 200 / 200)))[::-1]:
            piece = piece[:place] + dice.choice(("", "其实", "大致")) + piece[place + dice.choice((0, 2)) :]
        return piece

    return outside(source, change)


def siblings(source: str, number: int) -> dict[str, list[str]]:
    """The siblings of an article, by name of the experiment."""
    plain = mode_a(source, limit=10**9)
    excerpt = mode_a(source)
    bad = [noisy(excerpt, NOISE, 1000 * number + seed) for seed in range(3)]
    return {
        "original": [source],
        "as written": [written(source, number)],
        "Kramdown": [re.sub(r"(?<!\$)\$([^$\n]+)\$(?!\$)", r"$$\1$$", written(source, number))],
        "macros": [with_macros(source)],
        "page": [as_page(source)],
        "traditional": [traditional(source)],
        "revised": [revised(source, number)],
        "mode A": [excerpt],
        "mode A with code": [mode_a(source, code=True)],
        "shifted mode A": _shifted(source),
        "mode B": [mode_b(source[source.find("。", 60) + 1 :]).text],
        "noisy original": [noisy(plain, NOISE, number)],
        "noisy mode A": bad[:1],
        "three noisy mode A": bad,
        "mode A and noisy": [excerpt, *bad[:1]],
    }


def _shifted(source: str) -> list[str]:
    """Mode A excerpts of the article from its second, fourth … sentence on that agree with its mode B rendering."""
    starts = [found.end() for found in re.finditer("[。\n](?=[^\n]{20})", source)][1:8:2]
    texts = [mode_a(source[start:]) for start in starts]
    return [text for text in texts if agree(mode_b(source).text, text)]


def squeezed(text: str) -> str:
    """The text without spaces."""
    return "".join(text.split())


def expected(rendered: Rendered, repair: Restoration) -> tuple[str, str]:
    """What the whole article has in the place of the repaired span, and what the repair puts there."""
    start, end = repair.edit.start, repair.edit.end
    low = rendered.ends[start - 1] if start else 0
    if repair.kind == "tail":
        return rendered.whole[low:], repair.edit.text
    high = rendered.begins[end] if end < len(rendered.begins) else rendered.ends[end - 1]
    return rendered.whole[low:high], repair.edit.text


def is_right(rendered: Rendered, repair: Restoration) -> bool:
    """Whether a repair gives what the author wrote, spaces apart.

    In a sentence that is completed the marks of inline code may be missing, which are not the feed's, and blocks of
    code, which mode A may have dropped.
    """
    truth, text = expected(rendered, repair)
    if repair.kind in {"joined", "operator"}:  # of a bare formula the mark comes back, and its delimiters may not
        return re.sub(r"\\[()]", "", squeezed(truth)) == re.sub(r"\\[()]", "", squeezed(text))
    if repair.kind == "number" and truth == "1.":
        return True  # its author wrote 1 before every item and left the counting to the renderer
    if repair.kind != "tail":
        return squeezed(truth) == squeezed(text)
    text = squeezed(re.sub(r"\.{3}$", "", text)).replace("`", "")
    truth = truth.replace("`", "")
    for code in rendered.code:
        if squeezed(truth).startswith(text):
            return True
        truth = truth.replace(code, "", 1)
    return squeezed(truth).startswith(text)


def is_restored(rendered: Rendered, loss: tuple[int, int, str], repairs: list[Restoration]) -> bool:
    """Whether the repairs inside a loss together give back what stood there."""
    start, end, whole = loss
    parts, at = [], start
    for repair in repairs:
        if repair.edit.start <= start and (repair.kind == "tail" or start < repair.edit.end):
            return is_right(rendered, repair)
        if repair.kind != "tail" and start <= repair.edit.start and repair.edit.end <= end:
            parts += [rendered.text[at : repair.edit.start], repair.edit.text]
            at = repair.edit.end
    return squeezed("".join([*parts, rendered.text[at:end]])) == squeezed(whole)


def is_carried(loss: Loss, name: str) -> bool:
    """Whether a mode A excerpt still has what was lost."""
    if name == "mode A with code":
        return loss.end_inline <= LIMIT_A
    return loss.kind != "code" and loss.end_in_a <= LIMIT_A


def measure(sources: list[str], name: str, show: int) -> Score:
    """Render, restore and judge every article with the siblings of one experiment."""
    lost, restored, offered, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    applied = 0
    for number, source in enumerate(sources):
        rendered = mode_b(source)
        texts = siblings(source, number)[name]
        found = restore(
            rendered.text,
            [
                Sibling(text, Place(f"{name}.{'html' if name == 'page' else 'txt'}", line))
                for line, text in enumerate(texts, 1)
            ],
        )
        done = [repair for repair in found if repair.safety == "safe"]
        applied += len(done)
        for repair in done:
            if not is_right(rendered, repair):
                wrong[repair.kind] += 1
                if show:
                    show -= 1
                    print("WRONG", name, repair.kind, *(repr(text[:70]) for text in expected(rendered, repair)))
        for loss in rendered.losses:
            if "mode A" in name and "shifted" not in name and not is_carried(loss, name):
                continue
            lost[loss.kind] += 1
            place = loss.start, loss.end, loss.whole
            restored[loss.kind] += is_restored(rendered, place, done)
            offered[loss.kind] += not is_restored(rendered, place, done) and is_restored(rendered, place, found)
            if show and not is_restored(rendered, place, done) and name in {"original", "mode A", "mode A with code"}:
                show -= 1
                around = rendered.text[max(0, loss.start - 25) : loss.end + 25]
                there = [one for one in found if one.edit.start < loss.end and loss.start < one.edit.end]
                reasons = [one.reason for one in there]
                print("MISSED", name, loss.kind, repr(around), repr(loss.whole[:70]), reasons)
    return Score(lost, restored, offered, applied, wrong)


def share(part: int, of: int) -> float:
    """A percentage; of nothing, all."""
    return 100 * part / of if of else 100.0


def placeholders(score: Score, counts: Callable[[Score], Counter[str]]) -> int:
    """Placeholders of any kind among some counts."""
    return counts(score)["placeholder"] + counts(score)["code"]


def row(name: str, score: Score, seconds: float, articles: int) -> str:
    """One line of the table."""
    cells = [f"{name:20}"]
    for kinds in (("placeholder",), ("code",), ("bare",), ("word", "sign"), ("number",)):
        of = sum(score.lost[kind] for kind in kinds)
        cells.append(
            f"{share(sum(score.restored[kind] for kind in kinds), of):6.1f} % of {of:5}" if of else f"{'-':>17}"
        )
    wrong = sum(score.wrong.values())
    cells.append(f"{score.applied:6} {wrong:4} {share(wrong, score.applied) if score.applied else 0:6.2f} %")
    return "  ".join(cells) + f"  {1000 * seconds / articles:5.1f} ms"


def failures(scores: dict[str, Score]) -> list[str]:
    """The floors that are missed, in words."""
    missed = []

    def floor(name: str, what: str, value: float, least: float) -> None:
        if value < least:
            missed.append(f"{name}: {what} {value:.2f} %, floor {least} %")

    for name, least in FLOORS.items():
        score = scores[name]
        whole = placeholders(score, lambda s: s.restored), placeholders(score, lambda s: s.lost)
        words = score.restored["word"] + score.restored["sign"], score.lost["word"] + score.lost["sign"]
        floor(name, "placeholders", share(*whole), least[0])
        floor(name, "words and signs", share(*words), least[1])
        floor(name, "numbers", share(score.restored["number"], score.lost["number"]), least[2])
    floor(
        "mode A",
        "placeholders",
        share(scores["mode A"].restored["placeholder"], scores["mode A"].lost["placeholder"]),
        95,
    )
    for name, score in scores.items():
        most = 1.0 if "noisy" in name else 0.5 if name == "revised" else 0.1
        floor(
            name,
            "right repairs",
            100 - (share(sum(score.wrong.values()), score.applied) if score.applied else 0),
            100 - most,
        )
    return missed


def search(count: int) -> None:
    """Print the milliseconds per article that finding its original among ``count`` takes, and restoring it."""
    from feedtools.clean.lookup import Stores
    from feedtools.dedup.index.updates import IndexWriter
    from feedtools.model import Article

    sources = list(generated(count, seed=3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "originals.sqlite"
        with IndexWriter(path, create=True) as index:
            index.add([Article("originals.jsonl", line, text) for line, text in enumerate(sources, 1)])
        asked = random.Random(4).sample(range(count), min(count, 60))
        texts = [mode_b(sources[number]).text for number in asked]
        with closing(Stores(None, path)) as stores:
            stores.siblings(texts[0])
            start = time.process_time()
            found = [stores.siblings(text) for text in texts]
            middle = time.process_time()
            for text, some in zip(texts, found, strict=True):
                restore(text, some)
            end = time.process_time()
    right = sum(number + 1 in {one.place.line for one in some} for number, some in zip(asked, found, strict=True))
    looking, mending = (1000 * span / len(texts) for span in (middle - start, end - middle))
    print(f"{count} originals: {right} of {len(texts)} found; {looking:.1f} ms to look up, {mending:.1f} ms to restore")


def main() -> int:
    """Print the table; 1 when a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--articles", type=int, default=300, help="generated articles, and at most so many others")
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("FEEDTOOLS_SHARED", HERE.parent.parent / "shared"))
    )
    parser.add_argument("--show", type=int, default=0, help="misses and wrong repairs to print")
    parser.add_argument("--originals", type=int, help="look up articles among so many originals, and do no more")
    given = parser.parse_args()
    if given.originals:
        search(given.originals)
        return 0
    folder = HERE.parent / "tests" / "sample" / "originals"
    originals = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))]
    sources = [*originals, *generated(given.articles), *from_shared(given.shared, given.articles)]
    print(f"{len(sources)} articles")
    heads = (f"{head:17}" for head in ("formulas", "code", "bare formulas", "words and signs", "numbers"))
    print(f"{'sibling':20}", *heads, "repairs wrong         time", sep="  ")
    scores = {}
    for name in siblings(sources[0], 0):
        start = time.process_time()
        scores[name] = measure(sources, name, given.show)
        print(row(name, scores[name], time.process_time() - start, len(sources)), flush=True)
    missed = failures(scores)
    print("\n".join(missed) or "all floors passed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
