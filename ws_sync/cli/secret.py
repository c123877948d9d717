"""Where the secret of tokens is: in a file or in a variable, and never on the command line.

A command line can be read by everyone on the machine, and is kept by the shell.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws_sync.tokens import Tokens

MAX_AGE = 24 * 3600
"""Seconds for which a token is good, if nothing else is said."""


class NoSecret(Exception):
    """There are no tokens without a good secret; the text says why there is none."""


def add_options(parser: argparse._ActionsContainer, required: bool = False) -> None:
    """Let a command line say where the secret is."""
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument(
        "--token-secret-env",
        metavar="NAME",
        help="the environment variable that has the secret; of several, between spaces, the first "
        "signs and all are good for checking",
    )
    where.add_argument(
        "--token-secret-file", metavar="FILE", type=Path, help="the file that has it, likewise"
    )


def is_named(arguments: argparse.Namespace) -> bool:
    """Tell whether the command line says where the secret is."""
    return arguments.token_secret_env is not None or arguments.token_secret_file is not None


def tokens_of(arguments: argparse.Namespace, max_age: int = MAX_AGE) -> Tokens:
    """Return what signs and checks tokens.

    Args:
        arguments: those of the command line, which name the secret.
        max_age: seconds for which a token is good.

    Raises:
        NoSecret: it can't be read, or is not good enough, or the library is not installed.
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
        raise NoSecret(f"the secret in {where} is not good: {error}") from None


def _in_variable(name: str) -> str:
    if name not in os.environ:
        raise NoSecret(f"there is no environment variable {name!r}")
    return os.environ[name]


def _in_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NoSecret(f"can't read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NoSecret(f"can't read {path}: it is no text") from None
