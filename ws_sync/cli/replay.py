"""Run failures again that the kit has written as files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from ws_sync.cli.kit import command, missing


def run(given: Sequence[str]) -> int:
    """Let the kit run them in a process of its own and return its exit status."""
    if missing("replaying"):
        return 2
    return subprocess.run([*command("conformance.replay"), *given], check=False).returncode
