"""Count compounds and names in published packages, for ``build_lexicon.py``.

    python benchmarks/count_packages.py FOLDER [-o COUNTS_DIR]

FOLDER holds wheels (``pip download --no-deps``), unpacked documentation and word lists (``apt-get download``,
``dpkg -x``) and lists of package summaries (``*.tsv``, the summary last). Written are two gzipped tables with a header:

* ``packages.tsv.gz``: compound, count, packages: hyphenated words of documentation, docstrings, comments, summaries
* ``identifiers.tsv.gz``: token, count, packages: words without a hyphen; count is of prose, packages of code as well

Kept is how often a word occurs and in how many packages: facts, and no sentence. Sources and licences are listed in
``rules/words/SOURCES.md``.
"""

from __future__ import annotations

import argparse
import gzip
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

LARGEST = 3_000_000  # bytes of a file; larger ones are data
DOCUMENTS = {"md", "rst", "txt", "yml", "yaml", "json", "bib", "toml"}
LEFT_OUT = re.compile(r"/tests?/|node_modules|/static/")
_PART = r"[A-Za-z0-9]{1,24}(?:\.[0-9]{1,3})?"
COMPOUND = re.compile(rf"(?<![\w./\\@:=^{{#%&+~-]){_PART}(?:-{_PART}){{1,4}}(?![\w/\\@=(^-])")
WORD = re.compile(r"(?<![\w./\\@-])[A-Za-z][A-Za-z0-9]{2,30}(?![\w\\@-])")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,40}")
PROSE_OF_CODE = re.compile(r'"""(.*?)"""|#[^\n]*|"[^"\n]{3,120}"|\'[^\'\n]{3,120}\'', re.DOTALL)
LEAST = 3  # letters of a compound


class Counts:
    """What was counted so far."""

    def __init__(self) -> None:
        self.compounds: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.compounds_in: defaultdict[str, set[str]] = defaultdict(set)
        self.names_in: defaultdict[str, set[str]] = defaultdict(set)

    def prose(self, text: str, package: str) -> None:
        """Count the compounds and words of a text."""
        found = COMPOUND.findall(text)
        self.compounds.update(found)
        self.words.update(WORD.findall(text))
        for form in set(found):
            self.compounds_in[form].add(package)
        self.names(text, package)

    def names(self, text: str, package: str) -> None:
        """Note which names a package uses."""
        for name in set(NAME.findall(text)):
            self.names_in[name].add(package)

    def write(self, folder: Path) -> None:
        """Write both tables."""
        with gzip.open(folder / "packages.tsv.gz", "wt", encoding="utf-8") as stream:
            stream.write("compound\tcount\tpackages\n")
            for form, n in sorted(self.compounds.items()):
                if sum(map(str.isalpha, form)) >= LEAST:
                    stream.write(f"{form}\t{n}\t{len(self.compounds_in[form])}\n")
        with gzip.open(folder / "identifiers.tsv.gz", "wt", encoding="utf-8") as stream:
            stream.write("token\tcount\tpackages\n")
            for name, packages in sorted(self.names_in.items()):
                stream.write(f"{name}\t{self.words[name]}\t{len(packages)}\n")


def texts(path: Path) -> Iterator[tuple[str, bool]]:
    """The texts of a source, and whether each is prose as a whole."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            for entry in wheel.infolist():
                kind = entry.filename.rpartition(".")[2].lower()
                if entry.file_size > LARGEST or LEFT_OUT.search(entry.filename):
                    continue
                if kind in DOCUMENTS or entry.filename.endswith("METADATA") or kind == "py":
                    yield wheel.read(entry).decode("utf-8", "ignore"), kind != "py"
    elif path.suffix == ".tsv":
        for line in path.read_text(encoding="utf-8", errors="ignore").splitlines():
            yield line.rpartition("\t")[2], True
    elif path.suffix in {".gz", ".dz"}:
        with gzip.open(path, "rt", encoding="utf-8", errors="ignore") as stream:
            yield stream.read(), True
    elif path.suffix in {".rst", ".txt", ".md"}:
        yield path.read_text(encoding="utf-8", errors="ignore"), True


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path())
    arguments = parser.parse_args(argv)
    counts = Counts()
    for path in sorted(arguments.folder.rglob("*")):
        package = path.name.partition("-")[0] if path.suffix in {".whl", ".tsv"} else path.parts[1]
        for text, is_prose in texts(path) if path.is_file() else ():
            if is_prose:
                counts.prose(text, package)
                continue
            counts.names(text, package)
            counts.prose("\n".join(found[0] for found in PROSE_OF_CODE.finditer(text)), package)
    counts.write(arguments.output)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
