"""Changes since a revision: by the articles that a file had there, not by its lines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from functools import cache

from feedtools.config import Config
from feedtools.errors import ConfigError, FeedtoolsError, ReadError
from feedtools.model import Finding, digest
from feedtools.readers import ReadOptions, read_bytes
from feedtools.system.files import read_regular


def changed(findings: Sequence[Finding], files: Sequence[str], config: Config) -> list[Finding]:
    """Findings in articles that the revision ``config.since`` does not have in any of these files.

    An article that moved to another line or file is not new. A duplicate is reported when its file, or that of the copy
    it repeats, did not have the article; what a file's frame lacks (header, encoding) when the file was changed.

    Raises:
        ConfigError: no git, no repository, or no such revision.
    """
    revision = _verify(config.since or "HEAD", files)
    options = ReadOptions.of(config)
    altered: set[str] = set()
    old: dict[str, frozenset[bytes]] = {}
    for path in files:
        before = _show(revision, path)
        old[path] = frozenset(_digests(before, path, options).values()) if before is not None else frozenset()
        if before is None or before != _bytes(path):
            altered.add(path)
    anywhere = frozenset().union(*old.values())

    @cache
    def digests_now(path: str) -> dict[int, bytes]:
        data = _bytes(path)
        return _digests(data, path, options) if data is not None else {}

    def is_new(path: str, line: int) -> bool:
        return path in altered and digests_now(path).get(line, b"") not in old[path]

    def concerns(finding: Finding) -> bool:
        article = finding.article
        if not article.text:
            return article.source in altered
        if finding.related:
            places = ((article.source, article.line), *finding.related)
            return any(is_new(path, line) for path, line in places)
        return article.digest not in anywhere

    return [finding for finding in findings if concerns(finding)]


def _digests(data: bytes, path: str, options: ReadOptions) -> dict[int, bytes]:
    """Digests of a file's articles by line; what cannot be read of an old version was new anyway."""
    try:
        return {article.line: digest(article.text) for article in read_bytes(data, path, options, _ignore).articles}
    except ReadError:
        return {}


def _ignore(_error: FeedtoolsError) -> None:
    """Pass over an error of the old version."""


def _bytes(path: str) -> bytes | None:
    try:
        return read_regular(path)
    except OSError:
        return None


def _verify(revision: str, files: Sequence[str]) -> str:
    folder = os.path.dirname(os.path.abspath(files[0])) if files else "."
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        if _git(folder, "rev-parse", "--git-dir") is None:
            raise ConfigError(f"--since {revision}: {folder} is in no git repository")
        if revision == "HEAD" and _git(folder, "symbolic-ref", "--quiet", revision) is not None:
            return revision  # nothing is committed yet: every article is new
        raise ConfigError(f"--since {revision}: no such revision; in CI, fetch it first (fetch-depth: 0)")
    return found.decode().strip()


def _show(revision: str, path: str) -> bytes | None:
    """The file as the revision has it; ``None`` where it has none."""
    absolute = os.path.abspath(path)
    return _git(os.path.dirname(absolute), "show", f"{revision}:./{os.path.basename(absolute)}")


def _git(folder: str, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ConfigError(f"--since needs git: {error.strerror}") from error
    return done.stdout if done.returncode == 0 else None
