"""Lint, deduplicate and restore published text feeds.

>>> import feedtools
>>> feedtools.lint_text("损失函数为[公式],其中没有别的。")[0].rule
'FT102'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from feedtools.check.files import check_files
    from feedtools.clean.run import clean_files
    from feedtools.config import Config
    from feedtools.dedup.texts import dedup_texts
    from feedtools.errors import FeedtoolsError
    from feedtools.lint.texts import fix_text, lint_text
    from feedtools.model import Article, Cluster, Finding
    from feedtools.readers import read_files
    from feedtools.restore import restore_text

__all__ = [
    "Article",
    "Cluster",
    "Config",
    "FeedtoolsError",
    "Finding",
    "check_files",
    "clean_files",
    "dedup_texts",
    "fix_text",
    "lint_text",
    "read_files",
    "restore_text",
]

_HOMES = {
    "Article": "model",
    "Cluster": "model",
    "Config": "config",
    "FeedtoolsError": "errors",
    "Finding": "model",
    "check_files": "check.files",
    "clean_files": "clean.run",
    "dedup_texts": "dedup.texts",
    "fix_text": "lint.texts",
    "lint_text": "lint.texts",
    "read_files": "readers",
    "restore_text": "restore",
}


def __getattr__(name: str) -> Any:
    """Bind public names when they are used (PEP 562): ``import feedtools`` alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
