"""``feedtools-allow.toml``: findings that are right as they stand, named by rule and words, never by line.

The feed is published verbatim, so that no comment in it can silence a rule.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from feedtools.errors import ConfigError, system_words
from feedtools.lint.fingerprint import relative
from feedtools.model import Article, Finding, digest
from feedtools.system.files import read_regular

KEYS = ("rule", "text", "within", "article", "path", "reason")


class Entry(NamedTuple):
    """One exception; every field that is given has to agree.

    Attributes:
        rule: code or name of a rule.
        text: the finding's exact words; at the end, ``…`` stands for the rest of a long one.
        within: a piece of the article that the finding lies in.
        article: the beginning of the article's digest, 8 hexadecimal digits or more.
        path: pattern for the file, from the folder of the allow file.
        reason: why it is right.
        line: where the entry stands.
    """

    rule: str
    text: str | None
    within: str | None
    article: str | None
    path: str | None
    reason: str
    line: int

    def covers(self, finding: Finding, root: Path, raw: str | None = None) -> bool:
        """Tell whether the entry allows this finding; ``raw`` is what the article read before anything was repaired."""
        return self.rule in {finding.rule, finding.name} and self._agrees(finding, root, raw)

    def _agrees(self, finding: Finding, root: Path, raw: str | None) -> bool:
        article, (start, end) = finding.article, finding.span
        if self.path is not None and not fnmatchcase(relative(article.source, str(root)), self.path):
            return False
        if self.text is not None:
            words = article.text[start:end]
            if not (words == self.text or (self.text.endswith("…") and words.startswith(self.text[:-1]))):
                return False
        if self.article is not None and not any(
            digest(text).hex().startswith(self.article) for text in {article.text, raw or article.text}
        ):
            return False
        return self.within is None or _lies_within(article.text, self.within, start, end)

    def concerns(self, article: Article, root: Path) -> bool:
        """Tell whether the article holds what the entry is about."""
        if self.path is not None and not fnmatchcase(relative(article.source, str(root)), self.path):
            return False
        if self.article is not None:
            return article.digest.hex().startswith(self.article)
        return (self.within or "") in article.text and (self.text or "").removesuffix("…") in article.text


def _lies_within(text: str, piece: str, start: int, end: int) -> bool:
    first = text.find(piece, max(0, end - len(piece)))
    return 0 <= first <= start and end <= first + len(piece)


class Allowed(NamedTuple):
    """Findings that are left, how many were allowed, and the entries that allow nothing any more."""

    findings: list[Finding]
    allowed: int
    stale: list[Entry]


def load(path: Path) -> tuple[Entry, ...]:
    """Read an allow file; one that is not there allows nothing.

    Raises:
        ConfigError: not TOML, an unknown key, or an entry that names no content.
    """
    try:
        source = read_regular(path).decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {system_words(error)}", path=str(path)) from error
    try:
        raw = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not TOML: {error}", path=str(path)) from error
    if unknown := set(raw) - {"allow"}:
        raise ConfigError(f"unknown key {min(unknown)!r}; expected tables [[allow]]", path=str(path))
    rows = raw.get("allow", [])
    lines = [source.count("\n", 0, found.start()) + 1 for found in re.finditer(r"(?m)^[ \t]*\[\[allow\]\]", source)]
    if not isinstance(rows, list) or len(lines) != len(rows):
        raise ConfigError("expected tables [[allow]], each on a line of its own", path=str(path))
    return tuple(_entry(row, path, line) for row, line in zip(rows, lines, strict=True))


def _entry(row: dict[str, object], path: Path, line: int) -> Entry:
    for key, value in row.items():
        if key not in KEYS or not isinstance(value, str) or not value:
            raise ConfigError(f"{key}: expected strings under {', '.join(KEYS)}", path=str(path), line=line)
    values = {key: str(row[key]) if key in row else None for key in KEYS}
    if values["rule"] is None:
        raise ConfigError("the entry names no rule", path=str(path), line=line)
    if not (values["text"] or values["within"] or values["article"]):
        raise ConfigError("name the content by text, within or article; lines move", path=str(path), line=line)
    if values["article"] and not re.fullmatch(r"[0-9a-f]{8,32}", values["article"]):
        raise ConfigError("article: expected 8 to 32 hexadecimal digits of its digest", path=str(path), line=line)
    return Entry(
        values["rule"],
        values["text"],
        values["within"],
        values["article"],
        values["path"],
        values["reason"] or "",
        line,
    )


def apply(
    findings: Sequence[Finding],
    entries: Sequence[Entry],
    root: Path,
    articles: Iterable[Article],
    rules: Iterable[str],
    *,
    whole: bool,
) -> Allowed:
    """Take the allowed findings out.

    An entry is stale when its rule ran and it allowed nothing, though an article holds its words, or ``whole`` says
    that the entire feed was checked. A run over some files says nothing about the entries for others.

    Args:
        findings: what was found.
        entries: what is allowed.
        root: the folder of the allow file.
        articles: what was checked.
        rules: codes and names of the rules that ran.
        whole: whether everything was checked that the entries may be about.
    """
    used: set[Entry] = set()
    left = []
    for finding in findings:
        covering = [entry for entry in entries if entry.covers(finding, root)]
        used.update(covering)
        if not covering:
            left.append(finding)
    ran = frozenset(rules)
    unused = [entry for entry in entries if entry not in used and entry.rule in ran]
    if unused and not whole:
        every = list(articles)
        unused = [entry for entry in unused if any(entry.concerns(article, root) for article in every)]
    return Allowed(left, len(findings) - len(left), unused)


LONGEST = 60
"""Characters of a finding that an entry quotes; of a longer one it quotes the beginning."""


def entry(finding: Finding, root: Path, reason: str = "") -> str:
    """An entry that allows a finding in its article alone, as TOML: the article's digest, and the finding's words.

    A finding about a file, which has no article, is named by the file.

    Args:
        finding: what is right as it stands.
        root: the folder of the allow file.
        reason: why it is right.
    """
    article, (start, end) = finding.article, finding.span
    rows = [f'rule = "{finding.rule}"']
    words = article.text[start:end]
    # Words that TOML cannot hold, such as bytes that are not UTF-8, would never be met again.
    if words and words == words.encode("utf-8", "replace").decode():
        rows.append(f"text = {_toml(words if len(words) <= LONGEST else words[:LONGEST] + '…')}")
    rows.append(f'article = "{article.digest.hex()[:16]}"')
    if not article.text:
        from glob import escape

        rows.append(f"path = {_toml(escape(relative(article.source, str(root))))}")
    if reason:
        rows.append(f"reason = {_toml(reason)}")
    return "\n".join(("[[allow]]", *rows, ""))


def append(path: Path, findings: Iterable[Finding], reason: str) -> int:
    """Add entries for findings at the end of an allow file, which is made where there is none.

    Returns:
        The number of new entries: an article may hold the same words several times.

    Raises:
        ConfigError: the file that is there is invalid, and is left as it is.
        WriteError: it cannot be written.
    """
    from feedtools.system.files import write_whole

    load(path)
    before = path.read_bytes().decode() if path.exists() else ""  # as it stands: nothing that a person wrote changes
    new = list(dict.fromkeys(entry(finding, path.parent, reason) for finding in findings))
    if new:
        start = before if not before or before.endswith("\n") else before + "\n"
        write_whole(path, (start + ("\n" if start else "") + "\n".join(new)).encode())
    return len(new)


def _toml(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's, but for DEL and lone surrogates."""
    import json

    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
