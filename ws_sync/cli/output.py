"""What the command line says."""

from __future__ import annotations

import sys
from types import ModuleType


def say(sentence: str) -> None:
    """Say how it goes, at once even into a pipe."""
    print(f"ws-sync: {sentence}", flush=True)  # noqa: T201  # this is a command line


def complain(sentence: str) -> None:
    """Say what is wrong."""
    print(f"ws-sync: {sentence}", file=sys.stderr, flush=True)  # noqa: T201  # as above


def explain(text: str) -> None:
    """Print a help text."""
    print(text)  # noqa: T201  # as above


def about(verb: ModuleType) -> str:
    """Return what a verb does: the first line of its module's docstring."""
    return (verb.__doc__ or "").partition("\n")[0]
