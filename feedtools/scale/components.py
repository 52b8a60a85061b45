"""Connected components of a graph of named documents: on the driver while it is small, else by joins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.scale.checkpoints import checkpoint

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DRIVER_EDGES = 5_000_000
"""Edges up to which the driver finds the components by itself."""
ROUNDS = 50


def components(edges: DataFrame, count: int, *, driver_edges: int = DRIVER_EDGES) -> DataFrame:
    """Find the component of every document of ``edges`` (a, b), named by its least member: columns id, component.

    Args:
        edges: in any direction.
        count: how many there are.
        driver_edges: up to which number the driver finds the components.
    """
    return _on_the_driver(edges.sparkSession, edges) if count <= driver_edges else _by_stars(edges)


def _on_the_driver(session: SparkSession, edges: DataFrame) -> DataFrame:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    table = edges.select("a", "b").toArrow()
    names = pc.unique(pa.chunked_array([*table.column("a").chunks, *table.column("b").chunks], pa.string())).sort()
    a, b = (pc.index_in(table.column(side).combine_chunks(), names).to_numpy() for side in ("a", "b"))
    size = len(names)
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    least = np.full(label.max() + 1 if size else 0, size, np.int64)
    np.minimum.at(least, label, np.arange(size))
    found = pa.table({"id": names, "component": names.take(pa.array(least[label]))})
    return session.createDataFrame(found)


def _by_stars(edges: DataFrame) -> DataFrame:
    """Large-star and small-star joins in turn (Kiveris et al. 2014, "Connected Components in MapReduce and Beyond")."""
    from pyspark.sql import functions as f

    links = edges.select(f.greatest("a", "b").alias("u"), f.least("a", "b").alias("v")).where("u != v").distinct()
    before: Any = None
    for _ in range(ROUNDS):
        links = checkpoint(_small_star(_large_star(links)))
        mark = links.agg(f.count("*"), f.sum(f.xxhash64("u", "v").cast("decimal(38,0)"))).first()
        if mark == before:
            break
        before = mark
    leaves = links.select(f.col("u").alias("id"), f.col("v").alias("component"))
    roots = links.select(f.col("v").alias("id"), f.col("v").alias("component"))
    return leaves.union(roots).distinct()


def _large_star(links: DataFrame) -> DataFrame:
    """Link every larger neighbour of a node to the least of its neighbourhood."""
    from pyspark.sql import functions as f

    both = links.union(links.select(f.col("v").alias("u"), f.col("u").alias("v")))
    least = both.groupBy("u").agg(f.least(f.min("v"), f.col("u")).alias("m"))
    return both.join(least, "u").where("v > u").select(f.col("v").alias("u"), f.col("m").alias("v")).distinct()


def _small_star(links: DataFrame) -> DataFrame:
    """Link every smaller neighbour of a node, and the node, to the least of them."""
    from pyspark.sql import functions as f

    least = links.groupBy("u").agg(f.min("v").alias("m"))
    others = links.join(least, "u").where("v != m").select(f.col("v").alias("u"), f.col("m").alias("v"))
    return others.union(least.select("u", f.col("m").alias("v"))).where("u != v").distinct()
