"""The conformance kit as the verbs reach it: in a process of its own, never by an import."""

from __future__ import annotations

import importlib.util
import sys

from ws_sync.cli.output import complain


def command(module: str) -> tuple[str, ...]:
    """Return the command that runs a module of the kit.

    `-P`: a folder `conformance` in the current directory is not the kit.
    """
    return (sys.executable, "-P", "-m", module)


def missing(doing: str) -> bool:
    """Whether something is not installed that `doing` needs; complains about it."""
    for module in ("conformance", "pytest"):
        if importlib.util.find_spec(module) is None:
            complain(f"{doing} needs {module}: pip install 'ws-sync-kit[conformance]'")
            return True
    return False
