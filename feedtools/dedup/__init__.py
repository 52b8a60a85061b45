"""The deduplicator: sketches, candidates, verified matches and clusters. Knows nothing of rules."""
