"""Issue a signed token, with which a client proves its user and session."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ws_sync.cli.output import complain, explain
from ws_sync.cli.secret import NoSecret, add_options, tokens_of


def run(given: Sequence[str]) -> int:
    """Print a token."""
    parser = argparse.ArgumentParser(
        prog="ws-sync token",
        description=f"{__doc__} The client gives it as the `session` of `_USER_SESSION`, beside "
        "its `user`, to a server that was started with the same secret. An application issues "
        "them where people log in: `ws_sync.tokens.Tokens`.",
    )
    parser.add_argument("user", metavar="USER", help="who it is for")
    parser.add_argument(
        "session", metavar="SESSION", nargs="?", help="which of their sessions; default: a new one"
    )
    add_options(parser, required=True)
    arguments = parser.parse_args(given)
    try:
        explain(tokens_of(arguments).issue(arguments.user, arguments.session))
    except (NoSecret, ValueError) as error:
        complain(str(error))
        return 2
    return 0
