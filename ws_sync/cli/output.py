"""The output of the command line."""

from __future__ import annotations

import sys


def say(sentence: str) -> None:
    """Print a message on standard output, and flush it."""
    print(f"ws-sync: {sentence}", flush=True)  # noqa: T201  # this is a command line


def complain(sentence: str) -> None:
    """Print an error on standard error."""
    print(f"ws-sync: {sentence}", file=sys.stderr, flush=True)  # noqa: T201  # as above


def explain(text: str) -> None:
    """Print a result or a help text as it is."""
    print(text)  # noqa: T201  # as above
