"""The command line `ws-sync`: each verb has a function that gets the arguments after it.

`serve` and `token` are modules; the verbs of the conformance kit are the table in `kit`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from ws_sync.cli import kit, serve, token

VERBS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "serve": (serve.ABOUT, serve.run),
    **{name: (about, partial(kit.run, name)) for name, (about, *_) in kit.VERBS.items()},
    "token": (token.ABOUT, token.run),
}
"""By name: what the verb does, and what runs it and returns the exit status."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; `argv` is without the program's name."""
    parser = argparse.ArgumentParser(
        prog="ws-sync",
        description="Serve, test and debug the ws-sync protocol.",
        epilog="verbs:\n" + "\n".join(f"  {name:<7}{about}" for name, (about, _) in VERBS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    parser.add_argument("verb", metavar="VERB", choices=VERBS, help="one of the verbs below")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="see `ws-sync VERB --help`", metavar="..."
    )
    given = parser.parse_args(argv)
    _, run = VERBS[given.verb]
    return run(given.arguments)


def _version() -> str:
    try:
        return version("ws-sync-kit")
    except PackageNotFoundError:  # run from the sources
        return "(not installed)"
