"""Feeds and runs that the tests of ``clean`` share."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.commands import environment, run

HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
WHOLE = "修水管之前先关总闸,再把最低处的龙头打开,让管子里剩下的水自己流干净。"
DAMAGED = "这一段的推导到了 [Math] 就断了,后面的话谁也接不上来。"
OTHER = "晒被子要挑有风的日子,光有太阳没有风,潮气只会往棉花里面钻。"


def transmission(*articles: str) -> str:
    return HEAD + "".join(f"{article}\n" for article in articles)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))


def feedtools(folder: Path, *arguments: object, input: str = "") -> subprocess.CompletedProcess[str]:  # noqa: A002
    """The command as a user types it, in a folder of its own."""
    return run(arguments, folder, environment(), input.encode()).text()


def rows(out: Path) -> list[dict[str, Any]]:
    """The lines of a manifest that are about articles."""
    with open(out / "manifest.jsonl", encoding="utf-8") as stream:
        return [row for row in map(json.loads, stream) if "action" in row]


def actions(out: Path) -> list[str]:
    return [row["action"] for row in rows(out)]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def decisions(folder: Path) -> list[dict[str, Any]]:
    with open(folder / "feedtools-decisions.jsonl", encoding="utf-8") as stream:
        return list(map(json.loads, stream))


def decide(folder: Path, *choices: dict[str, Any]) -> None:
    with open(folder / "feedtools-decisions.jsonl", "a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in choices)
