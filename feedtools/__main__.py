"""``python -m feedtools`` and the console script: no traceback reaches a user."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from feedtools.errors import ConfigError, FeedtoolsError

if TYPE_CHECKING:
    import click

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells report it."""
UNEXPECTED = 3
"""Exit code of an error that nobody foresaw: neither findings nor something that could not be checked."""

GENERATION = 50_000
"""Objects made until the collector looks for cycles: a small check makes as many, nearly all of them to stay."""


_ENDING = {"multiprocessing", "concurrent.futures", "py4j"}
"""Modules that have more to do at the end than what they leave to ``atexit``."""


def command() -> None:
    """Run the command line as a process, and leave without taking the interpreter apart.

    To free one by one what ends with the process anyway would take a seventh of a small check.
    """
    sys.unraisablehook = _unraisable
    code = main()
    try:
        if _ENDING & sys.modules.keys() or threading.active_count() > 1:
            sys.exit(code)
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # refused before, and said then; closed; not there
                stream.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    os._exit(code)


def main() -> int:
    """Run the command line: 0 clean, 1 findings, 2 could not check, 3 an error of feedtools itself, 130 interrupted."""
    try:
        return _run()
    except BaseException as error:  # noqa: BLE001 - also while modules are being imported
        return INTERRUPTED if _interrupted(error) else _unexpected(error)


def _interrupted(error: BaseException) -> bool:
    """Tell whether an error comes of Ctrl-C; Python may have put an error of its own in front (``__set_name__``)."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        if isinstance(at, KeyboardInterrupt):
            return True
        seen.add(id(at))
        at = at.__cause__ or at.__context__
    return False


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Let an interrupt come once more a moment later where nothing can be raised, as while an object is deleted."""
    if what.exc_value is None or not _interrupted(what.exc_value):
        sys.__unraisablehook__(what)
        return
    import signal

    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.01)


def _run() -> int:
    gc.set_threshold(GENERATION)
    from feedtools.cli import cli
    from feedtools.text import precompiled

    precompiled.record()
    code = 2
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - to the end of the process
    if sys.stdout is None:
        _say("standard output is closed; send it to /dev/null if it is not wanted")
        return code
    _configure(sys.stdout)
    _end_by_signal()
    try:
        _refuse_disguised(sys.argv[1:])
        code = _code(cli.main(prog_name="feedtools", standalone_mode=False))
    except BaseException as error:  # noqa: BLE001 - nothing leaves this but an exit code
        code = INTERRUPTED if _interrupted(error) else _failed(error)
    try:
        sys.stdout.flush()
    except ValueError:  # closed by the language server, which is done with it
        pass
    except OSError as error:
        _refuse(error)
        code = 2
    precompiled.save()
    return code


def _refuse_disguised(arguments: list[str]) -> None:
    """Stop where an argument is read as an option and is the name of a file as well, as a hook may pass it.

    Whoever may add a file to a repository could otherwise switch off its checks by the name.

    Raises:
        ConfigError: names it.
    """
    for argument in arguments:
        if argument == "--":
            return
        if len(argument) > 1 and argument.startswith("-") and os.path.lexists(argument):
            raise ConfigError(
                f"{argument} is a file, and would be read as an option; write ./{argument}, or -- before the names"
            )


def _end_by_signal() -> None:
    """Let a request to end take away what lies in temporary folders, as an interrupt does."""
    import signal

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if (
            number is not None
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(number) is signal.SIG_DFL
        ):
            signal.signal(number, end)


def _failed(error: BaseException) -> int:
    """Say in one sentence what went wrong, and give the exit code."""
    import click

    if isinstance(error, SystemExit):
        return _code(error.code)
    if isinstance(error, click.exceptions.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        _show(error)
    elif isinstance(error, FeedtoolsError):
        _say(str(error))
    elif isinstance(error, OSError):
        _refuse(error)
    elif isinstance(error, MemoryError):
        _say("out of memory; check fewer files at once, or send large feeds as JSONL")
    else:
        return _unexpected(error)
    return 2


def _unexpected(error: BaseException) -> int:
    """Say that feedtools itself is at fault, and how to report it; findings have another exit code."""
    if isinstance(error, SystemExit):
        return _code(error.code)
    if isinstance(error, MemoryError):
        _say_plainly("out of memory; check fewer files at once, or send large feeds as JSONL")
        return 2
    import traceback

    if os.environ.get("FEEDTOOLS_TRACEBACK"):
        traceback.print_exception(error)
    with suppress(Exception):
        *_, last = traceback.extract_tb(error.__traceback__)
        place = f"{os.path.basename(os.path.dirname(last.filename))}/{os.path.basename(last.filename)}:{last.lineno}"
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        _say_plainly(
            f"an error of feedtools itself ({said}, at {place}); please report it, with the command and, if you can, "
            "the smallest input that shows it; FEEDTOOLS_TRACEBACK=1 prints where it arose"
        )
    return UNEXPECTED


def _say_plainly(message: str) -> None:
    """Say something even where the modules that would say it cannot be imported."""
    try:
        _say(message)
    except Exception:  # noqa: BLE001 - whatever is broken, the sentence is to be heard
        with suppress(Exception):
            os.write(2, f"feedtools: {ascii(message)[1:-1]}\n".encode())


def _configure(stream: IO[str]) -> None:
    """Send UTF-8 wherever findings go but to a terminal: that gets what it can show, the rest escaped."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _code(value: object) -> int:
    return value if isinstance(value, int) else 0


def _say(message: str) -> None:
    from feedtools.cli.console import err

    with suppress(OSError):  # nobody listens any more
        err(f"feedtools: {message}")


def _show(error: click.ClickException) -> None:
    """Show an error of the command line, which quotes it: names come from globs and scripts."""
    from feedtools.cli.console import err

    shown = io.StringIO()
    error.show(shown)
    with suppress(OSError):
        for line in shown.getvalue().splitlines():
            err(line)


def _refuse(error: OSError) -> None:
    """Say what could not be written, and let the interpreter's last flush go nowhere; a closed pipe is no news."""
    if not isinstance(error, BrokenPipeError):
        reason = error.strerror or str(error)
        _say(f"{error.filename or 'standard output'}: {reason[:1].lower()}{reason[1:]}")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    command()
