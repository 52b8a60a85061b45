"""Property tests: few examples, always the same, by default; many new ones with HYPOTHESIS_PROFILE=thorough."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import commands
from tests.skips import forbidden, named

SLOW_MACHINES = [HealthCheck.too_slow]

settings.register_profile("fast", deadline=None, max_examples=25, derandomize=True, suppress_health_check=SLOW_MACHINES)
settings.register_profile("thorough", deadline=None, max_examples=300, suppress_health_check=SLOW_MACHINES)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control has what it starts in the background ignore interrupts, and what that starts in turn.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is remembered between runs outside of projects, such as the index of a history, is not the user's here."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk() -> None:
    commands.wait_for_no_disk()


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_commands_any_more() -> Iterator[None]:
    yield
    commands.end()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: the garbage collector walks over thousands of tests neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI no test skips without leave: see ``tests/skips.py``."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None or hasattr(session.config, "workerinput"):
        return
    reasons = [str(report.longrepr[2]) for report in reporter.stats.get("skipped", ()) if report.longrepr]
    left = sorted(set(forbidden(reasons)))
    reporter.write_line("")
    reporter.write_line(f"skips allowed: {', '.join(named()) or 'none'}")
    for reason in left:
        reporter.write_line(f"skipped without leave: {reason}", red=True)
    if left and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
