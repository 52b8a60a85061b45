"""Draw ``docs/report.png``: the report of a batch run over the sample feed, as headless Chromium shows it.

    python benchmarks/picture_report.py [--out docs/report.png] [--width 1180] [--height 1740] [--dark]

Needs Chromium (``chromium`` on the path, or its name in ``$CHROMIUM``). A digest of what the picture shows is written
beside it (``docs/report.png.digest``); ``tests/test_readme.py`` fails when the report of today shows something else.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from feedtools import __version__

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    "--virtual-time-budget=2000",
)


def report(folder: Path) -> Path:
    """Clean the sample feed into ``folder`` and give back its report."""
    place = folder / "Sample feed"
    shutil.copytree(ROOT / "tests" / "sample" / "feed", place / "feed")
    command = [sys.executable, "-m", "feedtools", "clean", "feed", "-o", "out"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=place, check=True, capture_output=True, env=env)
    return place / "out" / "report.html"


def seen(page: Path) -> str:
    """Digest of what the picture shows of a report: its style, and its markup up to the copies, without the version."""
    text = page.read_text(encoding="utf-8")
    style = text.partition("<style>")[2].partition("</style>")[0]
    top = text.partition("<header>")[2].partition("<section id=copies>")[0]
    if not (style and top):
        raise ValueError(f"{page}: no report")
    return hashlib.blake2b(f"{style}\n{top.replace(__version__, '')}".encode(), digest_size=16).hexdigest()


def main() -> int:
    """Write the picture; 2 where there is no Chromium."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "report.png")
    parser.add_argument("--width", type=int, default=1180)
    parser.add_argument("--height", type=int, default=1740)
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("no Chromium: install it, or name it in $CHROMIUM", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page = report(folder)
        given.out.with_name(f"{given.out.name}.digest").write_text(f"{seen(page)}\n", encoding="ascii")
        if given.dark:
            page.write_text(page.read_text(encoding="utf-8").replace("<html", "<html data-theme=dark", 1), "utf-8")
        size = f"--window-size={given.width},{given.height}"
        target = f"--screenshot={given.out.resolve()}"
        command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", size, target, page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
