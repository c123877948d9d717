"""Signed tokens: the verb that issues one, and the options that say where their secret is.

The secret is in a file or in an environment variable. It is never an argument: other users of the
machine can read a command line, and the shell keeps it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ws_sync.cli.output import complain, explain

if TYPE_CHECKING:
    from ws_sync.tokens import Tokens

ABOUT = "Issue a signed token, with which a client proves its user and session."

MAX_AGE = 24 * 3600
"""Seconds for which a token is valid by default."""


class NoSecret(Exception):
    """There is no usable secret; the text says why."""


def run(given: Sequence[str]) -> int:
    """Print a token."""
    parser = argparse.ArgumentParser(
        prog="ws-sync token",
        description=f"{ABOUT} The client sends it as the `session` of `_USER_SESSION`, together "
        "with its `user`, to a server that was started with the same secret. An application "
        "issues tokens at log-in: `ws_sync.tokens.Tokens`.",
    )
    parser.add_argument("user", metavar="USER", help="the user that the token proves")
    parser.add_argument(
        "session", metavar="SESSION", nargs="?", help="a session of that user; default: a new one"
    )
    add_secret_options(parser, required=True)
    arguments = parser.parse_args(given)
    try:
        explain(tokens_of(arguments).issue(arguments.user, arguments.session))
    except (NoSecret, ValueError) as error:
        complain(str(error))
        return 2
    return 0


def add_secret_options(parser: argparse._ActionsContainer, required: bool = False) -> None:
    """Add the options that say where the secret is."""
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument(
        "--token-secret-env",
        metavar="NAME",
        help="the environment variable with the secret; several secrets are separated by spaces: "
        "the first one signs, and all of them verify",
    )
    where.add_argument(
        "--token-secret-file", metavar="FILE", type=Path, help="the file with the secret or secrets"
    )


def has_secret(arguments: argparse.Namespace) -> bool:
    """Return whether the command line says where the secret is."""
    return arguments.token_secret_env is not None or arguments.token_secret_file is not None


def tokens_of(arguments: argparse.Namespace, max_age: int = MAX_AGE) -> Tokens:
    """Return the `Tokens` that sign and verify with the secret of the command line.

    Args:
        arguments: the parsed command line.
        max_age: seconds for which a token is valid.

    Raises:
        NoSecret: the secret can't be read or is too short, or itsdangerous is not installed.
    """
    try:
        from ws_sync.tokens import Tokens
    except ModuleNotFoundError as error:
        raise NoSecret("tokens need itsdangerous: pip install 'ws-sync-kit[tokens]'") from error
    name, path = arguments.token_secret_env, arguments.token_secret_file
    secrets = (_in_variable(name) if path is None else _in_file(path)).split()
    try:
        return Tokens(secrets, max_age)
    except ValueError as error:
        where = f"${name}" if path is None else path
        raise NoSecret(f"the secret in {where} is invalid: {error}") from None


def _in_variable(name: str) -> str:
    if name not in os.environ:
        raise NoSecret(f"the environment variable {name!r} is not set")
    return os.environ[name]


def _in_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NoSecret(f"can't read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NoSecret(f"can't read {path}: it is not UTF-8 text") from None
