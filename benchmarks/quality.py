"""How well clusters agree with the sources that the generator made documents from."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Quality(NamedTuple):
    """Shares from 0 to 1.

    Attributes:
        recall: for each relation, the share of its documents that stand in their source's cluster.
        precision: B-cubed precision over documents that are, or were found to be, duplicates.
        completeness: B-cubed recall over the same.
    """

    recall: dict[str, float]
    precision: float
    completeness: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and completeness."""
        total = self.precision + self.completeness
        return 2 * self.precision * self.completeness / total if total else 0.0


def score(found: Sequence[int], sources: Sequence[int], relations: Sequence[str]) -> Quality:
    """Compare cluster names with source numbers; the first document of a source stands for it."""
    first: dict[int, int] = {}
    hits: dict[str, list[bool]] = defaultdict(list)
    for i, (source, relation) in enumerate(zip(sources, relations, strict=True)):
        if first.setdefault(source, i) != i:
            hits[relation].append(found[i] == found[first[source]])
    of_found, of_source = Counter(found), Counter(sources)
    both = Counter(zip(found, sources, strict=True))
    precision = completeness = touched = 0.0
    for cluster, source in zip(found, sources, strict=True):
        if of_found[cluster] > 1 or of_source[source] > 1:
            touched += 1
            precision += both[cluster, source] / of_found[cluster]
            completeness += both[cluster, source] / of_source[source]
    recall = {relation: sum(hit) / len(hit) for relation, hit in sorted(hits.items())}
    touched = touched or 1.0
    return Quality(recall, precision / touched, completeness / touched)
