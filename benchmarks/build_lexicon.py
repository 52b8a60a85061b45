"""Build the word lists of the identifier rules from counts of words.

    python benchmarks/build_lexicon.py COUNTS_DIR [-o rules/words]

COUNTS_DIR holds gzipped tables with a header line, counted on texts that still have their hyphens:

* ``compounds.tsv.gz``: compound, count, repositories, joined_count (articles)
* ``papers.tsv.gz``: joined, hyphenated_forms (``form:count`` ...), count, documents, joined_count (papers)
* ``tokens.tsv.gz``: token, count (articles)
* ``packages.tsv.gz`` and ``identifiers.tsv.gz``: what ``count_packages.py`` wrote
* ``abstracts.tsv.gz`` and ``abstract_tokens.tsv.gz``: word, count, documents, as ``count_abstracts.py`` wrote them
* ``dictionary.txt``: words of English dictionaries, one a line

What is kept is facts about words alone: with how much confidence a joined form stands for a hyphenated one.
Runs of digits count as one number, so that what is known of ``GPT-4`` holds for ``GPT-5`` as well.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PACKAGE_WEIGHT = 0.25  # likewise documentation, which says the same thing many times
PACKAGE_MOST = 4  # occurrences that count, a package
CODE_WEIGHT = 0.5  # a package that uses a name written LikeThis
PROSE_WEIGHT = 0.1  # an occurrence of a joined word in documentation
PAPER_WEIGHT = 0.3  # papers are one genre in one language; an article count says more about articles
ABSTRACT_WEIGHT = 0.3  # abstracts and lists of papers and tools
ABSTRACT_SURE = 3  # documents from which a compound may have a part of one letter
ABSTRACT_ACRONYM_FROM = 30  # documents
ABSTRACT_COMMON_FROM = 300  # documents
SETTLED = 3  # occurrences elsewhere from which abstracts are not asked
ABSTRACT_MOST = 3  # occurrences that count, a document
SHAPES = ("plain", "upper", "mixed")
SMOOTHING = 0.2  # a word seen twice is hardly a fact
NUMBER_SMOOTHING = 0.5
JOINED_WEIGHT = 1.5  # better to miss a joined word than to blame one that is meant
KEPT_FROM = 40  # per cent; below, the joined form is simply the usual one
NUMBER = re.compile(r"\d+(?:\.\d+)*")
PART_FROM = 10  # different compounds a first or last part must be seen in to be productive
PART_LENGTH = 3
PART_SHARE = 50
NAME_LENGTH = 3
FREQUENT = 100  # occurrences from which a spelling is a reference for misspellings
TERM_LENGTH = 5
EXACT_FROM = 8  # occurrences from which one number may be used unlike others of its kind (VGG16 and VGG-7)
EXACT_DIFFERENCE = 8  # per cent
WORD_LENGTH = 4  # letters of a word that is no acronym
CAPITALS = 55  # the same in capitals: shouted, or a name
TITLED = 84  # per cent at most for two words with capitals that are rarely seen: titles have them, and names of classes
DOUBTED = 30  # per cent at most for a word of the dictionary
PREFERRED = 66  # the same where articles have the hyphen far more often
PREFERRED_FROM = 8  # occurrences with the hyphen, and
PREFERRED_TIMES = 5  # times as many as without
ACRONYM = re.compile("[A-Z][A-Z0-9]{1,5}")
ACRONYM_FROM = 8  # articles
COMMON_FROM = 12  # occurrences from which a word of the dictionary is one that compounds of the field are made of
COMMON_LENGTH = 3
DISTRIBUTED = re.compile("(?:lib|golang-|python3?-|ruby-|node-|r-(?:cran|bioc)-|fonts-|gir1|php-|linux-)")
"""How a distribution names its packages, not how anybody writes."""
OTHER = 0.2  # what an occurrence of another shape says
UNIT = re.compile(r"(?:#(?:[a-z]{1,2}|[kmgt]?bps|[kmgt]?i?hz))+#?")  # 50km, 480p, 1e5, 18Gbps: numbers and units


class Facts(NamedTuple):
    """Counts of one joined form, by the shape of its letters (see `shape`)."""

    hyphenated: dict[str, float]
    joined: dict[str, float]
    forms: Counter[str]


def key(form: str) -> str:
    """The joined form, folded, each number written ``#``: what the checker looks up."""
    return NUMBER.sub("#", form.replace("-", "")).casefold()


def shape(form: str) -> str:
    """How the joined form is written: ``upper`` (``RCNN``), ``mixed`` (``KMeans``), else ``plain`` (``Kmeans``).

    Code writes ``KMeans`` and prose k-means: what is known of one says little of the other.
    """
    letters = re.sub("[^A-Za-z]", "", form)
    if letters.isupper() and len(letters) > 1:
        return "upper"
    return "mixed" if re.search("[A-Z]", letters[1:]) else "plain"


def pattern(form: str) -> str:
    """The hyphenated form as stored: folded, each number written ``#``, a hyphen between two numbers ``#=``."""
    return re.sub("#(?:-#)+", lambda m: "#" + "=" * m.group().count("-"), NUMBER.sub("#", form).casefold())


def rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            yield line.rstrip("\n").split("\t")


def exact(form: str) -> str:
    """The joined form, folded, with its very numbers."""
    return form.replace("-", "").casefold()


def count(
    source: Path, key: Callable[[str], str] = key, *, packages: bool = True
) -> tuple[dict[str, Facts], dict[str, int]]:
    """Counts by joined form, and the occurrences of every token written without a hyphen.

    Args:
        source: folder of the tables.
        key: form to joined form.
        packages: whether what packages say counts as well.
    """
    facts: dict[str, Facts] = defaultdict(lambda: Facts(defaultdict(float), defaultdict(float), Counter()))
    tokens = {token: int(n) for token, n in rows(source / "tokens.tsv.gz")}
    for form, n, _repositories, joined in rows(source / "compounds.tsv.gz"):
        entry = facts[key(form)]
        entry.hyphenated[shape(form)] += int(n)
        entry.forms[pattern(form)] += int(n)
        if form.replace("-", "") not in tokens:  # tokens seen less than three times are not listed
            entry.joined[shape(form)] += min(2, int(joined))
    add_papers(source, key, facts)
    for compound, times, several in rows(source / "packages.tsv.gz") if packages else ():
        if (int(times) > 2 or int(several) > 1 or compound != compound.lower()) and not DISTRIBUTED.match(compound):
            entry = facts[key(compound)]
            seen = PACKAGE_WEIGHT * min(int(times), PACKAGE_MOST * int(several))
            entry.hyphenated[shape(compound)] += seen
            entry.forms[pattern(compound)] += max(1, int(seen))
    for token, occurrences in tokens.items():
        if key(token) in facts:
            facts[key(token)].joined[shape(token)] += occurrences
    for token, times, several in rows(source / "identifiers.tsv.gz") if packages else ():
        if (name := key(token)) in facts:
            written = shape(token)
            code = CODE_WEIGHT * int(several) if written == "mixed" and token.isalpha() else 0
            facts[name].joined[written] += code + PROSE_WEIGHT * min(int(times), PACKAGE_MOST * int(several))
    if packages:
        add_abstracts(source, key, facts)
    return facts, tokens


def add_papers(source: Path, key: Callable[[str], str], facts: dict[str, Facts]) -> None:
    """Count what papers write."""
    for joined_form, forms, _n, _documents, joined in rows(source / "papers.tsv.gz"):
        entry = facts[key(joined_form)]
        for part in forms.split():
            form, n = part.rsplit(":", 1)
            entry.hyphenated["plain"] += PAPER_WEIGHT * int(n)
            entry.forms[pattern(form)] += max(1, int(PAPER_WEIGHT * int(n)))
        entry.joined["plain"] += PAPER_WEIGHT * int(joined)


def add_abstracts(source: Path, key: Callable[[str], str], facts: dict[str, Facts]) -> None:
    """Count what abstracts and lists say of words that articles, papers and packages hardly use."""
    settled = {
        name for name, entry in facts.items() if sum(entry.hyphenated.values()) + sum(entry.joined.values()) >= SETTLED
    }
    for compound, times, several in rows(source / "abstracts.tsv.gz"):
        known = int(several) >= ABSTRACT_SURE or (
            (int(several) > 1 or compound != compound.lower()) and min(map(len, compound.split("-"))) > 1
        )
        if known and (name := key(compound)) not in settled:
            seen = ABSTRACT_WEIGHT * min(int(times), ABSTRACT_MOST * int(several))
            facts[name].hyphenated[shape(compound)] += seen
            facts[name].forms[pattern(compound)] += max(1, int(seen))
    for token, times, several in rows(source / "abstract_tokens.tsv.gz"):
        if (name := key(token)) in facts and name not in settled:
            facts[name].joined[shape(token)] += ABSTRACT_WEIGHT * min(int(times), ABSTRACT_MOST * int(several))


def percents(name: str, entry: Facts) -> tuple[int, ...]:
    """How sure a hyphen is, in per cent, for each of ``SHAPES``; few occurrences pull towards doubt."""
    smoothing = NUMBER_SMOOTHING if re.search("[#0-9]", name) else SMOOTHING
    every_h, every_j = sum(entry.hyphenated.values()), sum(entry.joined.values())
    shares = []
    other = OTHER if every_j else 1  # how it is written says nothing of a word nobody writes joined
    for form in SHAPES:
        hyphenated = entry.hyphenated[form] + other * (every_h - entry.hyphenated[form])
        joined = entry.joined[form] + OTHER * (every_j - entry.joined[form])
        shares.append(int(100 * hyphenated / (hyphenated + JOINED_WEIGHT * joined + smoothing)))
    return tuple(shares)


def cuts(form: str) -> str:
    """Where the hyphens stand: offsets in the joined form, one in the middle of a number with ``=`` behind it."""
    places, at = [], 0
    for char in form:
        if char in "-=":
            places.append(f"{at}=" if char == "=" else str(at))
        else:
            at += 1
    return ",".join(places)


def fill(form: str, numbers: list[str]) -> str:
    """``form`` with its ``#`` replaced by the numbers, in order."""
    for number in numbers:
        form = form.replace("#", number, 1)
    return form


def prefer_hyphen(source: Path) -> set[str]:
    """Joined forms that articles write with a hyphen, far more often than without, in small letters."""
    hyphenated: Counter[str] = Counter()
    for form, n, _repositories, _joined in rows(source / "compounds.tsv.gz"):
        if shape(form) == "plain":
            hyphenated[key(form)] += int(n)
    written = fold({token: int(n) for token, n in rows(source / "tokens.tsv.gz")})
    return {name for name, n in hyphenated.items() if n >= max(PREFERRED_FROM, PREFERRED_TIMES * written[name])}


def compounds(
    facts: dict[str, Facts], numbered: dict[str, Facts], dictionary: set[str], preferred: set[str]
) -> Iterator[str]:
    """Lines ``joined<TAB>cuts<TAB>plain[<TAB>upper<TAB>mixed]``, in order; one per cent stands for all three.

    Args:
        facts: by joined form, numbers written ``#``.
        numbered: by joined form with its very numbers; listed where they are used unlike others of their kind.
        dictionary: words of English: written joined, they are nothing else,
        preferred: but for these, which are hardly ever written so.
    """
    chosen: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, entry in facts.items():
        if len(name) < NAME_LENGTH or not name.isascii() or not re.search("[a-z]", name) or UNIT.fullmatch(name):
            continue
        shares = percents(name, entry)
        if name in dictionary:
            shares = (min(shares[0], PREFERRED if name in preferred else DOUBTED), *shares[1:])
        if max(shares) >= KEPT_FROM:
            form = max(entry.forms, key=lambda f: (entry.forms[f], f))
            seen = sum(entry.hyphenated.values()) + sum(entry.joined.values())
            known = [part in dictionary for part in re.split("[-=]", form) if len(part) >= WORD_LENGTH]
            if seen < SETTLED and any(known):
                shares = (shares[0], min(shares[1], CAPITALS), min(shares[2], TITLED) if all(known) else shares[2])
            chosen[name] = (form, shares)
    for name, entry in numbered.items():
        general = chosen.get(key(name))
        seen = sum(entry.hyphenated.values()) + sum(entry.joined.values())
        if general is None or name in chosen or "=" in general[0] or seen < EXACT_FROM:
            continue
        shares = percents(name, entry)
        if max(abs(share - other) for share, other in zip(shares, general[1], strict=True)) >= EXACT_DIFFERENCE:
            chosen[name] = (fill(general[0], re.findall("[0-9]+", name)), shares)
    for name in sorted(chosen):
        form, shares = chosen[name]
        yield "\t".join([name, cuts(form), *map(str, shares[:1] if len(set(shares)) == 1 else shares)])


def fold(tokens: dict[str, int]) -> Counter[str]:
    """Occurrences of every token, whatever its case."""
    folded: Counter[str] = Counter()
    for token, n in tokens.items():
        folded[token.casefold()] += n
    return folded


def acronyms(tokens: dict[str, int], in_abstracts: dict[str, int]) -> Iterator[str]:
    """Lines ``acronym``: words in capitals that articles or many abstracts use by themselves."""
    for token in sorted(tokens.keys() | in_abstracts.keys()):
        often = tokens.get(token, 0) >= ACRONYM_FROM or in_abstracts.get(token, 0) >= ABSTRACT_ACRONYM_FROM
        if often and ACRONYM.fullmatch(token):
            yield token


def common(tokens: dict[str, int], in_abstracts: dict[str, int], dictionary: set[str]) -> Iterator[str]:
    """Lines ``word``: words of the dictionary that articles use, which is what new compounds are made of."""
    here, there = fold(tokens), fold(in_abstracts)
    for word in sorted(here.keys() | there.keys()):
        often = here[word] >= COMMON_FROM or (there[word] >= ABSTRACT_COMMON_FROM and len(word) > COMMON_LENGTH)
        if often and len(word) >= COMMON_LENGTH and word in dictionary:
            yield word


def names(tokens: dict[str, int], facts: dict[str, Facts], taken: set[str]) -> Iterator[str]:
    """Lines ``name``: words that are written without a hyphen, folded and in order."""
    used = Counter(part for entry in facts.values() for form in entry.forms for part in re.split("[-=]", form))
    known = fold(tokens).keys() | {part for part, compounds in used.items() if compounds > 1}
    for name in sorted(known):
        if name.isascii() and name.isalpha() and len(name) >= NAME_LENGTH and name not in taken:
            yield name


def productivity(hyphenated: int, joined: int) -> int:
    """Per cent of the words with a part that keep a hyphen at it; 0 where there are too few to say."""
    return int(100 * hyphenated / (hyphenated + 10 * joined + 1)) if hyphenated >= PART_FROM else 0


def parts(facts: dict[str, Facts], tokens: dict[str, int]) -> Iterator[str]:
    """Lines ``part<TAB>first<TAB>last``: per cent of the words it begins (ends) that keep a hyphen there."""
    first: dict[str, set[str]] = defaultdict(set)
    last: dict[str, set[str]] = defaultdict(set)
    for name, entry in facts.items():
        for form in entry.forms:
            head, *_, tail = re.split("[-=]", form)
            first[head].add(name)
            last[tail].add(name)
    words = {token.casefold() for token in tokens if token.isalpha()}
    words |= {part for part in first.keys() & last.keys() if part.isalpha() and len(part) >= PART_LENGTH}
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for word in {token.casefold() for token in tokens if token.isalpha()}:
        for cut in range(PART_LENGTH, len(word) - PART_LENGTH + 1):
            if word[:cut] in words and word[cut:] in words:
                begun[word[:cut]] += 1
                ended[word[cut:]] += 1
    for part in sorted(first.keys() | last.keys()):
        if not (part.isascii() and part.isalpha() and len(part) >= PART_LENGTH):
            continue
        shares = [productivity(len(first[part]), begun[part]), productivity(len(last[part]), ended[part])]
        if max(shares) >= PART_SHARE:
            yield f"{part}\t{shares[0]}\t{shares[1]}"


def terms(tokens: dict[str, int]) -> Iterator[str]:
    """Lines ``term``: words so common that a word one letter off is more likely a slip than another word."""
    for term, n in sorted(fold(tokens).items()):
        if n >= FREQUENT and len(term) >= TERM_LENGTH and term.isascii() and term.isalpha():
            yield term


def write(folder: Path, name: str, lines: Iterable[str]) -> int:
    """Write a list; how many lines it has."""
    rows = list(lines)
    (folder / name).write_text("".join(f"{row}\n" for row in rows), encoding="ascii")
    return len(rows)


def innocent(source: Path, folder: Path, dictionary: set[str]) -> set[str]:
    """Words that the finished lists would blame though dictionaries or the code of packages have them as they are."""
    from feedtools.lint.checks import lexicon, morphology

    lexicon._read = lambda name: (folder / name).read_bytes()
    words = {
        word
        for word in dictionary
        if any(morphology.judge(written) for written in (word, word.capitalize(), word.upper()))
    }
    for token, n, packages in rows(source / "identifiers.tsv.gz"):
        known = lexicon.compound(lexicon.fold(token)) is not None
        if token.isalpha() and (int(packages) > 1 or int(n) > 2) and not known and morphology.judge(token):
            words.add(token.casefold())
    return words


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("counts", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("rules/words"))
    arguments = parser.parse_args(argv)
    source, folder = arguments.counts, arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    dictionary = set(map(str.casefold, (source / "dictionary.txt").read_text(encoding="ascii").split()))
    facts, tokens = count(source)
    numbered = {name: entry for name, entry in count(source, exact)[0].items() if re.search("[0-9]", name)}
    in_abstracts = {token: int(documents) for token, _n, documents in rows(source / "abstract_tokens.tsv.gz")}
    lines = list(compounds(facts, numbered, dictionary, prefer_hyphen(source)))
    taken = {line.split("\t")[0] for line in lines}
    known = set(names(tokens, facts, taken))
    made = {
        "compounds.tsv": lines,
        "parts.tsv": list(parts(count(source, packages=False)[0], tokens)),
        "terms.txt": list(terms(tokens)),
        "acronyms.txt": list(acronyms(tokens, in_abstracts)),
        "common.txt": list(common(tokens, in_abstracts, dictionary)),
        "names.txt": sorted(known),
    }
    for name, rows_of in made.items():
        print(name, write(folder, name, rows_of))
    known |= innocent(source, folder, dictionary) - taken
    print("names.txt", write(folder, "names.txt", sorted(known)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
