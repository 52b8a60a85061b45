"""Other deduplicators behind one face: a list of texts in, pairs of numbers out.

Each follows its own documentation, on character 5-grams and 128 permutations where it has a choice, with the
threshold usual for it.  Libraries that are not installed are left out.
"""

from __future__ import annotations

from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Pairs = set[tuple[int, int]]
SHINGLE, PERMUTATIONS = 5, 128
DISTANCE = 3
"""Bits by which two simhashes of copies may differ."""
AT_ONCE = 5_000
"""Texts whose shingles are held at a time: those of a hundred thousand excerpts take several gigabytes."""


def shingles(text: str) -> list[str]:
    return [text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE + 1))]


def feedtools(texts: list[str]) -> Pairs:
    from feedtools.dedup.batch import Settings, clusters_of

    return {(c.keep, i) for c in clusters_of(texts, Settings(jobs=1)).all() for i in c.drop}


def datasketch(texts: list[str]) -> Pairs:
    """``MinHash.bulk`` into ``MinHashLSH`` at threshold 0.5."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS)
    found: Pairs = set()
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        sets = [{s.encode("utf-8", "surrogatepass") for s in shingles(text)} for text in some]
        for i, sketch in enumerate(MinHash.bulk(sets, num_perm=PERMUTATIONS), start):
            found.update((j, i) for j in lsh.query(sketch))
            lsh.insert(i, sketch, check_duplication=False)
    return found


def rensa(texts: list[str]) -> Pairs:
    """``RMinHash`` into ``RMinHashLSH``, candidates kept from an estimated Jaccard of 0.5."""
    from rensa import RMinHash, RMinHashLSH

    sketches = []
    for start in range(0, len(texts), AT_ONCE):
        some = [shingles(text) for text in texts[start : start + AT_ONCE]]
        sketches += RMinHash.from_token_sets(some, num_perm=PERMUTATIONS, seed=42)
    lsh = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=32)
    found: Pairs = set()
    for i, sketch in enumerate(sketches):
        found.update((j, i) for j in lsh.query(sketch) if sketch.jaccard(sketches[j]) >= 0.5)
        lsh.insert(i, sketch)
    return found


def gaoya(texts: list[str]) -> Pairs:
    """``MinHashStringIndex`` with its own character analyser."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, 0.5, 42, 3, None, "char", True, (SHINGLE, SHINGLE), "smallvec")
    found: Pairs = set()
    for i, text in enumerate(texts):
        found.update((j, i) for j in index.query(text))
        index.insert_document(i, text)
    return found


def fastsketchlsh(texts: list[str]) -> Pairs:
    """``batch_csr`` over shingles hashed in numpy, then a CSR query of 16 bands, one thread."""
    from FastSketchLSH import LSH, FastSimilaritySketch

    data = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    ends = np.cumsum([0, *map(len, texts)])
    hashes = data.copy()
    for _ in range(SHINGLE - 1):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15)
        hashes[:-1] += data[1:]
        data = data[1:]
        hashes = hashes[:-1]
    starts = ends[:-1]
    stops = np.maximum(ends[1:] - SHINGLE + 1, starts)
    inside = np.ones(len(hashes), bool)
    for end, start in zip(stops[:-1], starts[1:], strict=True):
        inside[end:start] = False
    bounds = np.concatenate([[0], np.cumsum(stops - starts)]).astype(np.uint64)
    matrix = FastSimilaritySketch(PERMUTATIONS, 42).batch_csr(hashes[inside], bounds, prehashed=True, num_threads=1)
    lsh = LSH(PERMUTATIONS, 16, num_threads=1)
    lsh.insert(matrix)
    flat, indptr = lsh.query(matrix, format="csr")
    rows = np.repeat(np.arange(len(texts)), np.diff(np.asarray(indptr).astype(np.int64)))
    other = np.asarray(flat).astype(np.int64)
    keep = other < rows
    return set(zip(other[keep].tolist(), rows[keep].tolist(), strict=True))


def near_dupes(texts: list[str]) -> Pairs:
    """``find_duplicates`` at a threshold of 0.5, with candidates verified by the exact Jaccard similarity."""
    from near_dupes import DuplicateFinder

    found = DuplicateFinder(kind="text", threshold=0.5, n_gram=SHINGLE, num_perm=PERMUTATIONS).find(texts)
    return {(i, j) for i, j, _ in found.pairs}


def tors(texts: list[str]) -> Pairs:
    """``simhash64`` of each text, joined in bands of 16 bits, kept from a Hamming distance of at most 3."""
    from tors import simhash64, simhash_distance

    prints = [simhash64(text) for text in texts]
    found: Pairs = set()
    for band in range(4):
        buckets: dict[int, list[int]] = {}
        for i, value in enumerate(prints):
            buckets.setdefault(value >> 16 * band & 0xFFFF, []).append(i)
        for members in buckets.values():
            first = members[0]
            found.update((first, i) for i in members[1:] if simhash_distance(prints[first], prints[i]) <= DISTANCE)
            found.update((i, j) for i, j in pairwise(members) if simhash_distance(prints[i], prints[j]) <= DISTANCE)
    return found


def all_peers() -> dict[str, Callable[[list[str]], Pairs]]:
    """Those that are installed, ourselves first."""
    named: dict[str, Callable[[list[str]], Pairs]] = {
        "datasketch": datasketch,
        "rensa": rensa,
        "gaoya": gaoya,
        "FastSketchLSH": fastsketchlsh,
        "near_dupes": near_dupes,
        "tors": tors,
    }
    return {"feedtools": feedtools, **{name: peer for name, peer in named.items() if find_spec(name)}}


def clusters(pairs: Iterable[tuple[int, int]], count: int) -> list[int]:
    """The smallest member of each document's cluster."""
    up = list(range(count))

    def find(x: int) -> int:
        while up[x] != x:
            up[x] = x = up[up[x]]
        return x

    for a, b in pairs:
        a, b = find(a), find(b)
        up[max(a, b)] = min(a, b)
    return [find(x) for x in range(count)]
