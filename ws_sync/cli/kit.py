"""The verbs that run the conformance kit, always in a process of its own and never by an import."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial

from ws_sync.cli.output import complain, explain

ABOUT_TEST = "Test a server or a client with the conformance kit, and report unmet requirements."

TAKE_URLS = ("--server-url", "--auth-url")

TEST_HELP = """\
usage: ws-sync test [URL] [OPTION ...]

{about}

  URL                   the server under test, ws://HOST:PORT/PATH/{{session}}: the same
                        as --server-url

{options}
  --strict              fail the run if a SHOULD is not met
  --last-failed         run only the cases that failed in the last run

Exit status: 0 conformant; 1 not conformant; 2 nothing ran, or an option is invalid;
3 no server.

pytest's options work too, such as -k EXPRESSION, -x, -v, --collect-only and
--junitxml=FILE; `python -m conformance --help` lists them all.
"""


def test(given: Sequence[str]) -> int:
    """Run the kit and return its exit status."""
    if {"-h", "--help"} & set(given):
        command = [*command_of("conformance"), "--help"]
        asked = subprocess.run(command, check=False, capture_output=True, text=True)
        found = re.search(r"^ws-sync:\n((?: +.+\n)+)", asked.stdout, re.MULTILINE)
        options = found[1].rstrip() if found else "Can't list the kit's options:\n" + asked.stderr
        explain(TEST_HELP.format(about=ABOUT_TEST, options=options).rstrip())
        return 0
    return run_process([*command_of("conformance"), *_with_option(given)])


def run_module(module: str, given: Sequence[str]) -> int:
    """Run a module of the kit and return its exit status."""
    return run_process([*command_of(module), *given])


def become_module(module: str, given: Sequence[str]) -> int:
    """Replace this process by one that runs a module of the kit, so that signals reach it."""
    os.execv(sys.executable, [*command_of(module), *given])


VERBS: dict[str, tuple[str, str, Callable[[Sequence[str]], int]]] = {
    "test": (ABOUT_TEST, "testing", test),
    "replay": (
        "Run again the failures that the kit has written to files.",
        "replaying",
        partial(run_module, "conformance.replay"),
    ),
    "report": (
        "Show a report of the kit, convert it to another format, or compare several reports.",
        "reading reports",
        partial(run_module, "conformance.reports"),
    ),
    "differ": (
        "Run the same generated sequences against several servers, and show the differences.",
        "comparing",
        partial(run_module, "conformance.differ"),
    ),
    "proxy": (
        "Judge the traffic between clients and a server while it passes through this proxy.",
        "watching",
        partial(become_module, "conformance.proxy"),
    ),
}
"""By name: the description of the verb, its name in an error, and the function that runs it."""


def run(verb: str, given: Sequence[str]) -> int:
    """Run one of `VERBS` and return its exit status."""
    _, activity, start = VERBS[verb]
    for package in ("conformance", "pytest"):
        if importlib.util.find_spec(package) is None:
            complain(f"{activity} needs {package}: pip install 'ws-sync-kit[conformance]'")
            return 2
    return start(given)


def command_of(module: str) -> tuple[str, ...]:
    """Return the command that runs a module of the kit.

    `-P`: a folder `conformance` in the current directory is not the kit.
    """
    return (sys.executable, "-P", "-m", module)


def run_process(command: Sequence[str]) -> int:
    """Run a command and return its exit status; pass SIGTERM on to it.

    The command may have a server to end, so it is neither left running nor killed.
    """
    with subprocess.Popen(command) as process:
        before = signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:  # the terminal has sent it to both processes
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)


def _with_option(given: Sequence[str]) -> list[str]:
    """Turn the URL of the server into an option.

    The URL is the first argument, or a later one that looks like a URL and is not the value of an
    option: only the kit and pytest know which options take a value.
    """
    for place, argument in enumerate(given):
        before = given[place - 1] if place else None
        if argument.startswith("-") or before in TAKE_URLS:
            continue
        if before is None or argument.startswith(("ws://", "wss://")):
            return ["--server-url", argument, *given[:place], *given[place + 1 :]]
    return list(given)
