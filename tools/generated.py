"""The files of this repository that a tool generates."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path


def generate(path: Path, text: str, command: str) -> int:
    """Write a generated file, or compare it if the command line has `--check`.

    Args:
        path: the file.
        text: its current content.
        command: the command that writes it.

    Returns:
        The exit status: 1 if the file was compared and is stale.
    """
    if "--check" in sys.argv[1:]:
        return compare(path, text, command)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return 0


def compare(path: Path, text: str, command: str) -> int:
    """Print the lines in which a generated file differs; return 1 if there are any."""
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    if written == text:
        return 0
    lines = written.splitlines(), text.splitlines()
    print("\n".join(unified_diff(*lines, str(path), "now", lineterm="", n=0)))
    print(f"{path.name} is stale: run `{command}`")
    return 1
