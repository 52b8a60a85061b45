"""Copies and overlaps among articles, as clusters and matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.candidates import REST
from feedtools.dedup.small import FEW
from feedtools.model import Article, Cluster, Match

if TYPE_CHECKING:
    from feedtools.dedup import batch
    from feedtools.dedup.versions import Versions

    Text = str | Article


class Found(NamedTuple):
    """Clusters of copies, and matches of texts that overlap; none has evidence."""

    clusters: tuple[Cluster, ...] = ()
    overlapping: tuple[Match, ...] = ()


def compared(texts: Sequence[str], jobs: int = 1, rest: int = REST, versions: Versions | None = None) -> Found:
    """Find the copies and the overlaps among some texts. Few texts are compared without numpy.

    Args:
        texts: raw articles.
        jobs: processes for large inputs.
        rest: symbols in a row from which text of its own keeps a text from being the copy of another.
        versions: the records of the texts, which tell later versions from copies.
    """
    if len(texts) <= FEW:
        from feedtools.dedup import small

        found: small.SmallResult | batch.Result = small.dedup(texts, rest=rest, versions=versions)
    else:
        from feedtools.dedup import batch

        found = batch.dedup(texts, jobs=jobs, rest=rest, versions=versions)
    return Found(found.clusters, tuple(match for match in found.matches if match.kind == "overlapping"))


def dedup_texts(texts: Iterable[Text], *, jobs: int = 1) -> tuple[Cluster, ...]:
    """Find which texts are copies, renderings, cuts or edits of one another.

    Args:
        texts: raw articles.
        jobs: processes for large inputs.

    Returns:
        One cluster per article that is there more than once, its matches with evidence; its numbers count the texts
        from 0.

    >>> whole = "卷积网络的感受野随层数线性增长,空洞卷积用同样多的参数看得更远,分割任务因此受益,检测任务也是。"
    >>> [cluster] = dedup_texts([whole[:36] + "...", "别的文章说的是别的事情,与前面那一篇没有关系。", whole])
    >>> cluster.keep, cluster.drop, cluster.matches[0].kind
    (2, (0,), 'truncated')
    """
    every = [text if isinstance(text, str) else text.text for text in texts]
    found = compared(every, jobs).clusters
    if not found:
        return ()
    from feedtools.dedup.evidence import explain

    return tuple(
        cluster._replace(matches=tuple(explain(one, every[one.a], every[one.b]) for one in cluster.matches))
        for cluster in found
    )
