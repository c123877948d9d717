"""What the command line says."""

from __future__ import annotations

import sys


def say(sentence: str) -> None:
    """Say how it goes, at once even into a pipe."""
    print(f"ws-sync: {sentence}", flush=True)  # noqa: T201  # this is a command line


def complain(sentence: str) -> None:
    """Say what is wrong."""
    print(f"ws-sync: {sentence}", file=sys.stderr, flush=True)  # noqa: T201  # as above
