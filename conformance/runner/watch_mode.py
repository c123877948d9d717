"""`--watch DIR`: a run, and another one whenever files change.

Each run is a process of its own, so that a server that the kit starts begins anew each time with
the changed files. Where there was no server, it may be starting: that run is tried again.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import NO_SERVER, NOTHING_RAN, Unusable

AGAIN = 500
"""Milliseconds until a server that was not there is looked for again."""
OPTION = "--watch"
HERE = Path(__file__).parents[1]
FIXED = (str(HERE), "-c", str(HERE / "pytest.ini"), "--assert=plain")
"""What `python -m conformance` gives to pytest in front of its own arguments. Nothing is rewritten,
because the kit is imported before pytest could."""


def without(arguments: Sequence[str]) -> list[str]:
    """The arguments of one run."""
    left: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == OPTION:
            next(rest, None)
        elif not argument.startswith(f"{OPTION}="):
            left.append(argument)
    return left


def one_run(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The module of Python, and its arguments, that make one run as this process was to make it."""
    fixed = len(FIXED)
    if tuple(arguments[:fixed]) == FIXED:
        return "conformance", without(arguments[fixed:])
    return "pytest", without(arguments)


def watch(folders: Sequence[str], module: str, arguments: Sequence[str]) -> int:
    """Run again and again, until the user ends it; the exit status of the last run.

    Args:
        folders: Where changes are looked for.
        module: The module of Python that makes a run.
        arguments: Its arguments.

    Raises:
        Unusable: There is no such folder, or nothing to watch with.
    """
    for folder in folders:
        if not Path(folder).exists():
            raise Unusable(NOTHING_RAN, f"--watch {folder}: there is no such folder")
    try:
        from watchfiles import watch as changes
    except ImportError as error:
        raise Unusable(NOTHING_RAN, "--watch: pip install watchfiles") from error
    status: int | None = None
    try:
        # What changes while a run goes on brings another one: the first one, too, is looked at.
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
                    "waiting for what is to be judged"
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
            process.wait()  # it has got the same signal from the terminal, and ends its server
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    return status


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command line
