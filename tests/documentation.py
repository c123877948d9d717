"""What pages of the documentation have: code that tests run, tables that they compare."""

from __future__ import annotations

import re
from pathlib import Path


def code_blocks(page: Path) -> list[str]:
    """Return the blocks of Python code."""
    return re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def table(page: Path, head: str) -> list[list[str]]:
    """Return the cells of the table whose first column has that head, row by row."""
    lines = page.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows
