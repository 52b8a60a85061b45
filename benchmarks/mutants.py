"""Put faults into the code, one at a time, and see whether the tests notice: run by hand before a release.

    python benchmarks/mutants.py [WORD ...] [--jobs N] [--whole]

``benchmarks/mutants.txt`` lists the faults, module by module. Of each the tests nearest to it run first, those that
mirror its module; then the ones that the list names. A fault that they let pass is a survivor, and with ``--whole`` the
fast suite is asked about it too. WORDs choose the faults whose file or description holds one of them. A table says how
many were noticed in each package. A fault that changes nothing anybody could see is listed with its reason and not
tried. What noticed them runs once more, without a fault. The exit code is 1 where fewer than 95 % are noticed, or where
the list is not of this tree: a text that is not there once and only once, or tests that fail without any fault.

The list is our own, and short enough to be read. mutmut and cosmic-ray make their faults from the syntax tree: tens of
thousands of this code, each a run of tests, which is weeks where this takes half an hour; many of those that survive
are equivalent to the code, and somebody has to read them all; and mutmut looks at what tests reach within one process,
where many of ours start the command line. A list does not find the faults that nobody thought of: whoever mends a bug
adds it here, as the fault that it was.
"""

from __future__ import annotations

import argparse
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".txt")
FLOOR = 0.95
"""Share of the faults that must be noticed."""
HUNG = 60
"""Seconds after which one test is stopped; a fault that makes it hang is noticed."""
PATIENCE = 1200
"""Seconds after which all tests of a fault are stopped."""
MEMORY = 4 * 2**30
"""Bytes of addresses that a process of the tests may have, so that a fault which fills the memory ends by itself."""
FAST = ("tests",)


class Fault(NamedTuple):
    """One fault.

    Attributes:
        file: that it is put into.
        tests: that should notice it, in the order in which they run.
        title: what goes wrong, in words.
        old: the text that is replaced; it stands in the file once.
        new: what stands there instead.
        harmless: why nobody could see it; empty where somebody could.
    """

    file: str
    tests: tuple[str, ...]
    title: str
    old: str
    new: str
    harmless: str = ""


def faults(text: str) -> Iterator[Fault]:
    """Read the list: ``# file``, a line of tests, then for each fault its title, ``-`` lines and ``+`` lines.

    A line that begins with ``=`` says why the fault before it cannot be seen.
    """
    file, tests, title, harmless = "", tuple[str, ...](), "", ""
    old, new = list[str](), list[str]()
    for line in [*text.splitlines(), ""]:
        if line[:2] in {"-", "- "}:
            old.append(line[2:])
        elif line[:2] in {"+", "+ "}:
            new.append(line[2:])
        elif line.startswith("= "):
            harmless = line[2:].strip()
        elif line.startswith("# "):
            file = line[2:].strip()
        elif line.startswith("tests/"):
            tests = tuple(line.split())
        elif line.strip():
            title = line.strip()
        elif old:
            yield Fault(file, nearest(file, tests), title, "\n".join(old), "\n".join(new), harmless)
            old, new, harmless = [], [], ""


def nearest(file: str, tests: tuple[str, ...]) -> tuple[str, ...]:
    """Put the tests that mirror a module before all others that are named."""
    path = Path(file).relative_to("feedtools")
    module = path.parent.name if path.stem == "__init__" else path.stem
    mirrored = f"tests/{path.parent.as_posix()}/test_{module}.py"
    if not (ROOT / mirrored).is_file() or any(test.startswith(f"{mirrored}::") for test in tests):
        return tests
    return (mirrored, *(test for test in tests if test != mirrored))


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

    def failures(self, tests: tuple[str, ...], *, first: bool = True) -> list[str]:
        """Run tests and name those that fail, or the first of them.

        What is named singly runs though it takes long.
        """
        files = tuple(test for test in tests if "::" not in test)
        single = tuple(test for test in tests if "::" in test)
        found = self._run(files, (), first) if files else []
        if single and not (found and first):
            found += self._run(single, ("-m", "slow or not slow"), first)
        return found

    def _run(self, tests: tuple[str, ...], marks: tuple[str, ...], first: bool) -> list[str]:
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE",
            f"--timeout={HUNG}", *["-x"] * first, *marks, *tests,
        ]  # fmt: skip
        env = {**os.environ, "PYTHONPATH": str(self.folder), "FEEDTOOLS_SHARED": "/nowhere"}
        run = subprocess.Popen(
            command, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        if sys.platform == "linux":
            resource.prlimit(run.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            said, _ = run.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return ["tests that hang"]
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
                run.wait()
        if run.returncode == 0:
            return []
        failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return [line.split(" ", 1)[1].split(" - ")[0] for line in failed] or (said.splitlines() or ["pytest"])[-1:]

    def noticed(self, fault: Fault, tests: tuple[str, ...]) -> str:
        """Put a fault in, run tests, take it out again, and name the test that failed."""
        sound = (self.folder / fault.file).read_text("utf-8")
        self.write(fault.file, sound.replace(fault.old, fault.new))
        try:
            return next(iter(self.failures(tests)), "")
        finally:
            self.write(fault.file, sound)


class Trial(NamedTuple):
    """Outcome of one fault: the test that noticed it, and the seconds until then."""

    fault: Fault
    by: str
    seconds: float


def trials(chosen: list[Fault], trees: list[Tree], *, whole: bool) -> Iterator[Trial]:
    """Try faults, one at a time in each tree, as they come to an end."""
    free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def try_one(fault: Fault) -> Trial:
        tree = free.get()
        began = time.perf_counter()
        by = tree.noticed(fault, fault.tests) or (tree.noticed(fault, FAST) if whole else "")
        free.put(tree)
        return Trial(fault, by, time.perf_counter() - began)

    with ThreadPoolExecutor(len(trees)) as pool:
        for done in as_completed([pool.submit(try_one, fault) for fault in chosen]):
            yield done.result()


def table(done: list[Trial]) -> Iterator[str]:
    """Count the faults that were noticed in each package."""
    packages = {one: Path(one.fault.file).parent.as_posix().removeprefix("feedtools").strip("/") for one in done}
    tried, noticed = Counter(packages.values()), Counter(packages[one] for one in done if one.by)
    for package in sorted(tried):
        yield f"{package or 'feedtools':24} {noticed[package]:4} of {tried[package]}"
    yield f"{'all':24} {noticed.total():4} of {tried.total()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", help="faults whose file or description holds one of these")
    parser.add_argument("--jobs", type=int, default=1, help="faults that are tried at once, each in its own copy")
    parser.add_argument("--whole", action="store_true", help="ask the fast suite about what named tests let pass")
    options = parser.parse_args()
    every = list(faults(LIST.read_text("utf-8")))
    chosen = [one for one in every if not options.words or any(w in one.file or w in one.title for w in options.words)]
    stale = [one for one in chosen if (ROOT / one.file).read_text("utf-8").count(one.old) != 1]
    for one in stale:
        print(f"not in the code once and only once: {one.file}: {one.title}")
    chosen = [one for one in chosen if one not in stale and not one.harmless]
    done: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [Tree(Path(folder, str(number))) for number in range(options.jobs)]
        for trial in trials(chosen, trees, whole=options.whole):
            done.append(trial)
            told = f"noticed by {trial.by}" if trial.by else "SURVIVED"
            print(
                f"{len(done)}/{len(chosen)} {trial.fault.file}: {trial.fault.title}: {told} ({trial.seconds:.0f} s)",
                flush=True,
            )
        unsound = trees[0].failures(
            tuple({trial.by.partition("[")[0]: None for trial in done if "::" in trial.by}), first=False
        )
    for test in unsound:
        print(f"fails without a fault, too, and has noticed nothing: {test}")
    done = [trial._replace(by="" if trial.by in unsound else trial.by) for trial in done]
    print("", *table(done), sep="\n")
    left = [trial.fault for trial in done if not trial.by]
    for fault in left:
        print(f"SURVIVED {fault.file}: {fault.title}\n  - {fault.old}\n  + {fault.new}")
    return int(bool(stale or unsound) or len(left) > (1 - FLOOR) * len(chosen))


if __name__ == "__main__":
    sys.exit(main())
