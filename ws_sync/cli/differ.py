"""Run the same generated sequences against several servers, and show where they differ."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from ws_sync.cli.kit import command, missing


def run(given: Sequence[str]) -> int:
    """Let the kit run them in a process of its own and return its exit status."""
    if missing("comparing"):
        return 2
    return subprocess.run([*command("conformance.differ"), *given], check=False).returncode
