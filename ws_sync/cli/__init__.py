"""The command line: one module for each verb, and this one that tells them apart.

A verb's module has `run(arguments) -> exit status`, which reads the arguments behind the verb. The
first line of its docstring is what the help says of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from ws_sync.cli import differ, proxy, replay, report, serve, test, token
from ws_sync.cli.output import about

VERBS = {
    "serve": serve,
    "test": test,
    "replay": replay,
    "report": report,
    "differ": differ,
    "proxy": proxy,
    "token": token,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; `argv` is without the program's name."""
    parser = argparse.ArgumentParser(
        prog="ws-sync",
        description="The ws-sync protocol.",
        epilog="verbs:\n" + "\n".join(f"  {name:<7}{about(VERBS[name])}" for name in VERBS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    parser.add_argument("verb", metavar="VERB", choices=VERBS, help="what to do, see below")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="see `ws-sync VERB --help`", metavar="..."
    )
    given = parser.parse_args(argv)
    status: int = VERBS[given.verb].run(given.arguments)
    return status


def _version() -> str:
    try:
        return version("ws-sync-kit")
    except PackageNotFoundError:  # the sources are used in place
        return "(not installed)"
