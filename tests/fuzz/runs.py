"""The target that runs ``clean``: any names of files, any policy, an interrupt and other options after it."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

from feedtools.clean import manifest
from feedtools.clean.run import Cleaned, clean
from feedtools.clean.undo import undo
from feedtools.config import Config, policy
from feedtools.system.progress import Progress, silent
from tests.fuzz.common import folder, text_of

_NAMES = (
    "a.txt", "A.txt", "-x.txt", "--out=x.txt", "名 字.txt", "e\u0301.txt", "é.txt", "a\nb.txt", "\u202eb.txt", "'.txt",
    "b.jsonl", "held.txt", "held/x.txt", "manifest.jsonl", "report.html", "c.html", "c.html.jsonl", "d/..x.txt",
    "d/e.md", "~.txt", "#.md", "n" * 240 + ".txt", "x.original", "*.txt", "[a].txt", "z.txt.gz", ".hidden.txt",
    "a.txt.jsonl",
    "::error::.txt", "\x1b[31m.txt", "\udcff.txt",
)  # fmt: skip
_SAID = "山脚的小站每天只停两趟车,站长把钟拨快一刻,好让赶路的人来得及在月台喝完一碗热汤。"
_TEXTS = (
    _SAID, f"{_SAID[:30]}...", f"{_SAID}记作 [Math] 的值。", f"{_SAID}记作 \\(\\pi\\) 的值。",
    f"{_SAID} ,多了一个空格。", "设 \\(x", f"{_SAID}\u200b用的是modelfree的办法", _SAID[::-1], "短", f"{_SAID}。。",
)  # fmt: skip
_CHOICES: dict[str, tuple[Any, ...]] = {
    "hold": ("error", "warning", "note", "never"),
    "fix": ("none", "safe", "confident", "unsafe", "auto"),
    "end": ("keep", "formula", "break", "sentence", "auto"),
    "restore": (True, False),
    "rest": (1, 30, 1000),
    "unique": ("hold", "keep"),
    "keep": ("most-complete", "first-published"),
    "intact": (False, False, False, True),
    "kinds": ({}, {"truncated": "keep"}, {"exact": "keep", "near": "keep"}, {"rerendered": "drop"}),
    "rules": ({}, {"FT102": "keep"}, {"FT5": "hold"}),
}


def runs(data: bytes) -> None:
    """Whatever is cleaned and however: every article is accounted for and given back, again and after an interrupt."""
    said = cycle(data or b"\0")
    place = folder() / "runs"
    shutil.rmtree(place, ignore_errors=True)
    feed, out = place / "feed", place / "out"
    try:
        _lay_out(feed, said, data)
        one, other = _config(said), _config(said)
        _interrupted(feed, out, one, next(said) % 9)
        cleaned = clean([str(feed)], out, other, resume=True)
        clean([str(feed)], place / "fresh", other)
        assert _tree(out) == _tree(place / "fresh"), "gone on with"
        _accounted(cleaned, out)
        back = undo(out, place / "back")
        assert back == (cleaned.counts.files, []), back
        before = _tree(feed)
        given = _tree(place / "back")
        assert all(before[name] == content for name, content in given.items())
        assert len(given) == cleaned.counts.files
        clean([str(feed)], out, other)
        assert _tree(out) == _tree(place / "fresh"), "run again"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _lay_out(feed: Path, said: cycle[int], data: bytes) -> None:
    """Write up to six files, of articles that are copies, damaged, or anything."""
    feed.mkdir(parents=True)
    # One header says that the other texts are transmissions too: beside Markdown they would be taken for notes.
    (feed / "0.txt").write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n\n{_SAID}\n", encoding="utf-8")
    for _ in range(next(said) % 6):
        path = feed / _NAMES[next(said) % len(_NAMES)]
        texts = [_TEXTS[next(said) % len(_TEXTS)] for _ in range(next(said) % 5)]
        if next(said) % 4 == 0:
            texts.append(text_of(data.replace(b"\0", b"").replace(b"\n", b"")[:200]))
        with suppress(OSError):  # a name that is no name here, or a folder's already
            path.parent.mkdir(exist_ok=True)
            rows = (json.dumps({"text": text}) if path.suffix == ".jsonl" else text for text in texts)
            content = "".join(f"{row}\n" for row in rows).encode("utf-8", "surrogateescape")
            path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _config(said: cycle[int]) -> Config:
    table = {key: values[next(said) % len(values)] for key, values in _CHOICES.items()}
    return Config(jobs=1, cache=False, clean=policy(table))


def _interrupted(feed: Path, out: Path, config: Config, after: int) -> None:
    """Begin a run and press Ctrl-C where it tells of its progress for the so-manyth time."""
    left = after

    def told(_phase: str, _total: int, _unit: str) -> Callable[[int], None]:
        def step(_: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        return step

    progress: Progress = told if after < 8 else silent
    with suppress(KeyboardInterrupt):
        clean([str(feed)], out, config, progress=progress)


def _accounted(cleaned: Cleaned, out: Path) -> None:
    rows = [row for row in manifest.read(out / "manifest.jsonl") if "action" in row]
    counts = cleaned.counts
    assert len(rows) == counts.articles == counts.kept + counts.dropped + counts.held


def _tree(place: Path) -> dict[str, object]:
    """The content of all files, but for when a run was made and what runs were before it: see the report."""
    found: dict[str, object] = {}
    for path in place.rglob("*"):
        if path.name == "manifest.jsonl" and place.name in {"out", "fresh"}:
            rows = [row for row in manifest.read(path) if not row.keys() & {"feedtools-manifest", "report"}]
            found[path.name] = [{key: value for key, value in row.items() if key != "earlier"} for row in rows]
        elif path.is_file() and path.name != "report.html":
            found[path.relative_to(place).as_posix()] = path.read_bytes()
    return found
