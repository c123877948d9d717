"""Show what a report of the kit says, write it in other forms, or compare several."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from ws_sync.cli.kit import command, missing


def run(given: Sequence[str]) -> int:
    """Let the kit do it in a process of its own and return its exit status."""
    if missing("reading reports"):
        return 2
    return subprocess.run([*command("conformance.reports"), *given], check=False).returncode
