"""The command line: one module for each verb, and this one that tells them apart.

A verb's module has `add_arguments(parser)` and `run(arguments, rest) -> exit status`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ws_sync.cli import serve, test


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; `argv` is without the program's name."""
    parser = argparse.ArgumentParser(prog="ws-sync", description="The ws-sync protocol.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, verb in {"serve": serve, "test": test}.items():
        about = (verb.__doc__ or "").partition("\n")[0]
        verb_parser = verbs.add_parser(name, help=about, description=about)
        verb.add_arguments(verb_parser)
        verb_parser.set_defaults(run=verb.run)
    arguments, rest = parser.parse_known_args(argv)
    if rest and arguments.run is not test.run:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    status: int = arguments.run(arguments, rest)
    return status
