"""Lint, deduplicate and restore published text feeds."""

__version__ = "0.1.0"
