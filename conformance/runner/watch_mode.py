"""`--watch DIR`: a run, and another run whenever files change.

Each run is a process of its own, so that a server that the kit starts runs with the changed files.
If there is no server, it may be starting: that run is repeated.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import NO_SERVER, NOTHING_RAN, Unusable

AGAIN = 500
"""Milliseconds before a run is repeated for which there was no server."""
OPTION = "--watch"
HERE = Path(__file__).parents[1]
FIXED = (str(HERE), "-c", str(HERE / "pytest.ini"), "--assert=plain")
"""The arguments that `python -m conformance` gives to pytest before its own. Assertions are plain,
because the kit is imported before pytest could rewrite them."""


def without(arguments: Sequence[str]) -> list[str]:
    """The arguments without --watch."""
    left: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == OPTION:
            next(rest, None)
        elif not argument.startswith(f"{OPTION}="):
            left.append(argument)
    return left


def one_run(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The Python module and its arguments that make one run as this process would."""
    fixed = len(FIXED)
    if tuple(arguments[:fixed]) == FIXED:
        return "conformance", without(arguments[fixed:])
    return "pytest", without(arguments)


def watch(folders: Sequence[str], module: str, arguments: Sequence[str]) -> int:
    """Run repeatedly until the user ends it; return the exit status of the last run.

    Raises:
        Unusable: A folder does not exist, or `watchfiles` is not installed.
    """
    for folder in folders:
        if not Path(folder).exists():
            raise Unusable(NOTHING_RAN, f"--watch {folder}: the directory does not exist")
    try:
        from watchfiles import watch as changes
    except ImportError as error:
        raise Unusable(NOTHING_RAN, "--watch needs a package: pip install watchfiles") from error
    status: int | None = None
    try:
        # Files that change during a run, even during the first one, cause another run.
        for found in changes(
            *folders, rust_timeout=AGAIN, yield_on_timeout=True, raise_interrupt=True
        ):
            if found and status is not None:
                names = sorted({Path(path).name for _, path in found})
                more = f" and {len(names) - 3} more" if names[3:] else ""
                _say(f"\n{', '.join(names[:3])}{more} changed")
            if found or status in (None, NO_SERVER):
                status = _run(module, arguments)
                _say(
                    "waiting for the server or client under test"
                    if status == NO_SERVER
                    else "watching; end with Ctrl-C"
                )
    except KeyboardInterrupt:
        pass
    return status or 0


def _run(module: str, arguments: Sequence[str]) -> int:
    with subprocess.Popen([sys.executable, "-P", "-m", module, *arguments]) as process:

        def end(number: int, _: object) -> None:
            process.send_signal(number)
            sys.exit(128 + number)

        before = signal.signal(signal.SIGTERM, end)
        try:
            status = process.wait()
        except KeyboardInterrupt:
            process.wait()  # the terminal has sent it the same signal, and it stops its server
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    return status


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command line
