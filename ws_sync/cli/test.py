"""Test a server with the conformance kit; the options are the kit's and pytest's."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Sequence

from ws_sync.cli.kit import command, missing
from ws_sync.cli.output import about, explain

KIT = command("conformance")
TAKE_URLS = ("--server-url", "--auth-url")

HELP = """\
usage: ws-sync test [URL] [OPTION ...]

{about}

  URL                   the server under test, ws://HOST:PORT/PATH/{{session}}: the same
                        as --server-url

{options}
  --strict              let an unmet SHOULD fail the run
  --last-failed         only what failed in the last run

Exit status: 0 conformant; 1 not conformant; 2 nothing ran, or a wrong option;
3 no server.

pytest's options work too, such as -k EXPRESSION, -x, -v, --collect-only and
--junitxml=FILE; `python -m conformance --help` lists them all.
"""


def run(given: Sequence[str]) -> int:
    """Run the kit in a process of its own and return its exit status."""
    if missing("testing"):
        return 2
    if {"-h", "--help"} & set(given):
        explain(HELP.format(about=about(sys.modules[__name__]), options=_options_of_kit()).rstrip())
        return 0
    return _run([*KIT, *_with_option(given)])


def _run(command: Sequence[str]) -> int:
    """Run a command and return its exit status; a signal to end is its to obey.

    It may have a server to end: it is never left behind, nor killed before it has done so.
    """
    with subprocess.Popen(command) as process:
        before = signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:  # the terminal has sent it to both
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)


def _with_option(given: Sequence[str]) -> list[str]:
    """Write the server's URL as an option.

    It is the first argument, or any that looks like one and is no option's value: the kit and
    pytest know which options take a value, and nobody here does.
    """
    for place, argument in enumerate(given):
        before = given[place - 1] if place else None
        if argument.startswith("-") or before in TAKE_URLS:
            continue
        if before is None or argument.startswith(("ws://", "wss://")):
            return ["--server-url", argument, *given[:place], *given[place + 1 :]]
    return list(given)


def _options_of_kit() -> str:
    """Return the kit's part of pytest's help, or nothing if it can't be told."""
    asked = subprocess.run([*KIT, "--help"], check=False, capture_output=True, text=True)
    found = re.search(r"^ws-sync:\n((?: +.+\n)+)", asked.stdout, re.MULTILINE)
    return found[1].rstrip() if found else "The kit does not tell its options:\n" + asked.stderr
