"""Put faults into the code, one at a time, and see whether the tests notice: run by hand before a release.

    python benchmarks/mutants.py [WORD ...] [--whole]

``benchmarks/mutants.txt`` lists the faults, module by module. Of each the tests that are named with its module run in a
copy of the tree; a fault that they let pass is a survivor, and with ``--whole`` the fast suite is asked about it too.
WORDs choose the faults whose file or description holds one of them. The exit code is 1 where fewer than 95 % are
noticed, or where the list is not of this tree: a text that is not there once and only once, or tests that fail without
any fault.

The list is our own, and short enough to be read. mutmut and cosmic-ray make their faults from the syntax tree: tens of
thousands of this code, each a run of tests, which is weeks where this takes half an hour; many of those that survive
are equivalent to the code, and somebody has to read them all; and mutmut looks at what tests reach within one process,
where many of ours start the command line. A list does not find the faults that nobody thought of: whoever mends a bug
adds it here, as the fault that it was.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".txt")
FLOOR = 0.95
"""Share of the faults that must be noticed."""
PATIENCE = 120
"""Seconds after which tests are stopped; a fault that makes them hang is noticed."""
FAST = ("tests",)


class Fault(NamedTuple):
    """One fault.

    Attributes:
        file: that it is put into.
        tests: that should notice it.
        title: what goes wrong, in words.
        old: the text that is replaced; it stands in the file once.
        new: what stands there instead.
    """

    file: str
    tests: tuple[str, ...]
    title: str
    old: str
    new: str


def faults(text: str) -> Iterator[Fault]:
    """Read the list: ``# file``, a line of tests, then for each fault its title, ``-`` lines and ``+`` lines."""
    file, tests, title = "", tuple[str, ...](), ""
    old, new = list[str](), list[str]()
    for line in [*text.splitlines(), ""]:
        if line[:2] in {"-", "- "}:
            old.append(line[2:])
        elif line[:2] in {"+", "+ "}:
            new.append(line[2:])
        elif line.startswith("# "):
            file = line[2:].strip()
        elif line.startswith("tests/"):
            tests = tuple(line.split())
        elif line.strip():
            title = line.strip()
        elif old:
            yield Fault(file, tests, title, "\n".join(old), "\n".join(new))
            old, new = [], []


class Tree:
    """A copy of the checkout in which files are changed and tests are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._clock = int(time.time())
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for name in listed.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def write(self, name: str, text: str) -> None:
        """Change a file; its time is another each time, since compiled modules go by seconds."""
        (self.folder / name).write_text(text, "utf-8")
        self._clock += 2
        os.utime(self.folder / name, (self._clock, self._clock))

    def passes(self, tests: tuple[str, ...]) -> bool:
        """Run tests until one fails."""
        slow = all("::" in test for test in tests)  # what is named singly runs though it takes long
        marks = ["-m", "slow or not slow"] if slow else []
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *marks, *tests]
        env = {**os.environ, "PYTHONPATH": str(self.folder), "FEEDTOOLS_SHARED": "/nowhere"}
        run = subprocess.Popen(
            command, cwd=self.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            return run.wait(PATIENCE) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
                run.wait()


def survives(tree: Tree, fault: Fault, tests: tuple[str, ...]) -> bool:
    """Put a fault in, run tests, and take it out again."""
    sound = (tree.folder / fault.file).read_text("utf-8")
    tree.write(fault.file, sound.replace(fault.old, fault.new))
    try:
        return tree.passes(tests)
    finally:
        tree.write(fault.file, sound)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", help="faults whose file or description holds one of these")
    parser.add_argument("--whole", action="store_true", help="ask the fast suite about what named tests let pass")
    options = parser.parse_args()
    every = list(faults(LIST.read_text("utf-8")))
    chosen = [one for one in every if not options.words or any(w in one.file or w in one.title for w in options.words)]
    stale = [one for one in chosen if (ROOT / one.file).read_text("utf-8").count(one.old) != 1]
    for one in stale:
        print(f"not in the code once and only once: {one.file}: {one.title}")
    left: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Tree(Path(folder))
        sound: dict[tuple[str, ...], bool] = {}
        for number, one in enumerate(chosen, 1):
            if one in stale:
                continue
            if one.tests not in sound:
                sound[one.tests] = tree.passes(one.tests)
                if not sound[one.tests]:
                    print(f"these tests fail without a fault: {' '.join(one.tests)}")
            began = time.perf_counter()
            survived = survives(tree, one, one.tests) and not (options.whole and not survives(tree, one, FAST))
            left += [one] * survived
            told = "SURVIVED" if survived else "noticed"
            print(
                f"{number}/{len(chosen)} {told} ({time.perf_counter() - began:.0f} s) {one.file}: {one.title}",
                flush=True,
            )
    tried = len(chosen) - len(stale)
    print(f"\n{tried - len(left)} of {tried} faults noticed")
    for one in left:
        print(f"SURVIVED {one.file}: {one.title}\n  - {one.old}\n  + {one.new}")
    broken = stale or not all(sound.values())
    return int(bool(broken) or len(left) > (1 - FLOOR) * tried)


if __name__ == "__main__":
    sys.exit(main())
