"""Watch what passes between clients and a server, and say what is wrong the moment it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ws_sync.cli.kit import command, missing


def run(given: Sequence[str]) -> int:
    """Become the kit's watcher, so that signals reach it; returns only where it is missing."""
    if not missing("watching"):
        os.execv(sys.executable, [*command("conformance.proxy"), *given])
    return 2
