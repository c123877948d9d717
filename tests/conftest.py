"""Configures the tests: the profiles of Hypothesis, the shares of workers, and the marker `io`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

from tests.workers import Distribution

settings.register_profile("dev", deadline=None, print_blob=True)
# CI tries the same examples in every run, so that only a change can make it fail.
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))

IO = frozenset(
    {"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
    | {"socket.bind", "socket.connect", "socket.sendto"}
)
"""Audit events of starting a process and of using a socket."""

_seen: set[str] = set()


def pytest_configure() -> None:
    """Watch for what the marker stands for, and pass on no SIGINT that is ignored.

    A shell starts what runs in the background with SIGINT ignored. The processes that tests start
    would ignore it, too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(lambda event, _: _seen.add(event) if event in IO else None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Distribution:
    """Distribute the tests over the workers."""
    return Distribution(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what was seen while modules were imported."""
    _seen.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail a test without the marker `io` that has started a process or used a socket."""
    yield
    if _seen and item.get_closest_marker("io") is None:
        events = ", ".join(sorted(_seen))
        pytest.fail(f"mark it with `@pytest.mark.io`: it caused {events}", pytrace=False)
