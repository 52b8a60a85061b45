"""Regenerate the formula checker's tables from the renderers themselves.

    python benchmarks/latex_tables.py [katex|mathjax ...]

Installs the pinned versions of ``benchmarks/latex/package.json`` with npm in a temporary folder, asks the renderer
what it accepts, and writes ``feedtools/checks/latex/<renderer>.json``.  Facts only: names, arguments, modes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "latex"
TARGET = Path(__file__).parents[1] / "feedtools" / "checks" / "latex"
SCRIPTS = {"katex": "katex_tables.mjs", "mathjax": "mathjax_tables.cjs"}


def install(folder: Path) -> None:
    """Put the scripts and the pinned renderers into ``folder``; raises ``CalledProcessError`` where npm fails."""
    for file in HERE.iterdir():
        shutil.copy(file, folder)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def layout(facts: dict[str, object]) -> str:
    """JSON with one line a group of commands or an environment, so that a change of version reads well."""
    lines = []
    for key, value in facts.items():
        if isinstance(value, dict) and key in {"commands", "environments"}:
            inner = ",\n".join(
                f" {json.dumps(name)}: {json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
                for name, entry in sorted(value.items())
            )
            lines.append(f"{json.dumps(key)}: {{\n{inner}}}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(renderers: list[str]) -> int:
    if shutil.which("npm") is None:
        print("npm is not installed: the tables cannot be regenerated here", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        for renderer in renderers or list(SCRIPTS):
            command = ["node", SCRIPTS[renderer]]
            output = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
            target = TARGET / f"{renderer}.json"
            target.write_text(layout(json.loads(output)), encoding="utf-8")
            print(f"{target}: {renderer} {json.loads(output)['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
