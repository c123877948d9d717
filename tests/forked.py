"""Runs modules in processes forked from one that has imported everything.

Starting Python and importing pytest, the kit and the testees takes longer than most runs of the
kit. The fork server starts on first use, once in each process, and ends with it.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAUNCHER = str(Path(__file__).with_name("launch.py"))


def python(*arguments: str) -> list[str]:
    """Return a command that does what `python ARGUMENT …` does, but starts in a few milliseconds.

    Args:
        arguments: Perhaps `-P`; then `-m MODULE`, `-c PROGRAM` or a path; then more arguments.
    """
    return [sys.executable, "-I", "-S", LAUNCHER, _address(), *arguments]


@cache
def _address() -> str:
    """Start the fork server; return its address."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")  # Linux chooses an abstract address, without a file
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        atexit.register(server.communicate)
        name: bytes = listener.getsockname()
    return name.decode().replace("\0", "@")


@contextmanager
def testee(name: str) -> Iterator[str]:
    """Serve a testee of `tests/mutants` in a forked process; yields `ws://HOST:PORT`."""
    served = python("-m", "tests.mutants.serve", name)
    # Its errors are not shown, because a mutant may fail in any way.
    with subprocess.Popen(
        served, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rstrip()
        finally:
            process.kill()
