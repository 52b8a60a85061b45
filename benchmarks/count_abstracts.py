"""Count compounds and words in abstracts of papers and in lists of papers and tools, for ``build_lexicon.py``.

    python benchmarks/count_abstracts.py FOLDER [-o COUNTS_DIR]

FOLDER holds one folder for each collection. In JSON (an array, or one object a line) every object with a title and an
abstract is a document, and is counted once whichever collections hold it; other files are read line by line, each line
once, and a collection is one document. Written are two gzipped tables with a header line, word, count, documents:

* ``abstracts.tsv.gz``: hyphenated words
* ``abstract_tokens.tsv.gz``: words without a hyphen

Kept is how often a word occurs and in how many documents: facts, and no sentence. Sources are listed in
``rules/words/SOURCES.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from count_packages import COMPOUND

MOST = 3  # occurrences that count, a document
LEAST = 2  # letters of a compound
WORD = re.compile(r"(?<![\w./\\@-])[A-Za-z0-9][A-Za-z0-9.]{2,40}(?<!\.)(?![\w\\@-])")
TITLE, ABSTRACT = ("title",), ("abstract", "summary")
LISTS = {".md", ".rst", ".csv"}
LINK = re.compile(r"https?://\S+|\]\([^)]*\)")


def objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON file, whichever way it lists them."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = []
        for line in text.splitlines():
            try:
                whole.append(json.loads(line))
            except ValueError:
                continue
    if isinstance(whole, dict):
        whole = next((value for value in whole.values() if isinstance(value, list)), [])
    yield from (one for one in whole if isinstance(one, dict))


def field(one: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of some fields that is there."""
    return next((str(value) for key, value in one.items() if key.lower() in names and value), "")


def documents(folder: Path) -> Iterator[tuple[str, str]]:
    """Texts, each with the document it belongs to."""
    titles: set[str] = set()
    lines: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".jsonl"}:
            for one in objects(path.read_text(encoding="utf-8", errors="ignore")):
                title, abstract = field(one, TITLE), field(one, ABSTRACT)
                known = re.sub("[^a-z0-9]", "", title.lower())
                if abstract and known not in titles:
                    titles.add(known)
                    yield known, f"{title}\n{abstract}"
        elif path.suffix in LISTS:
            for line in path.read_text(encoding="utf-8", errors="ignore").splitlines():
                if (text := line.strip()) not in lines:
                    lines.add(text)
                    yield path.relative_to(folder).parts[0], LINK.sub(" ", text)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path())
    arguments = parser.parse_args(argv)
    for name, pattern in (("abstracts", COMPOUND), ("abstract_tokens", WORD)):
        times: Counter[str] = Counter()
        several: Counter[str] = Counter()
        for _document, texts in groupby(documents(arguments.folder), key=lambda pair: pair[0]):
            found = Counter(word for _name, text in texts for word in pattern.findall(text))
            times.update({word: min(n, MOST) for word, n in found.items()})
            several.update(found.keys())
        with gzip.open(arguments.output / f"{name}.tsv.gz", "wt", encoding="utf-8") as stream:
            stream.write("word\tcount\tdocuments\n")
            for word, n in sorted(times.items()):
                if pattern is WORD or sum(map(str.isalpha, word)) >= LEAST:
                    stream.write(f"{word}\t{n}\t{several[word]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
