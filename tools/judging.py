"""Runs the kit against servers and clients that it starts, and prints tables of the outcomes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def judge(
    command: str, *options: str, side: str = "server", keep: Path | None = None
) -> tuple[int, dict[str, Any]]:
    """Run the kit against a command; return the exit status and the JSON report.

    Args:
        command: A command line; `{port}` stands for the port, or `{url}` for the kit's URL.
        options: Further options of the kit.
        side: The side under test, `server` or `client`.
        keep: The file for the report, or None for a temporary one.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "report.json"
        run = [
            sys.executable, "-m", "pytest", str(ROOT / "conformance"),
            f"--{side}-cmd={command}",
            f"--report-json={path}",
            "--seed=1",  # the same search in each run
            *options,
        ]  # fmt: skip
        status = subprocess.run(run, cwd=ROOT, check=False).returncode
        return status, json.loads(path.read_text()) if path.exists() else {}


def table(
    heads: Sequence[str], what: str, outcomes: Sequence[tuple[str, int, dict[str, Any]]]
) -> str:
    """Return a table of outcomes.

    Args:
        heads: The verdicts that are counted.
        what: The head of the first column.
        outcomes: The name, the exit status and the report of each line.
    """
    lines = [f"{what:<24}" + "".join(f"{head:>16}" for head in (*heads, "seconds", "exit status"))]
    for name, status, report in outcomes:
        counts = report.get("counts", {})
        cells = [*(counts.get(head, "?") for head in heads), report.get("seconds", "?"), status]
        lines.append(f"{name:<24}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def chosen(given: Sequence[str], known: Sequence[str], what: str) -> Sequence[str]:
    """Return the names that were given, or all without any.

    Raises:
        SystemExit: A name is unknown.
    """
    if unknown := set(given) - set(known):
        print(f"no such {what}: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        raise SystemExit(2)
    return given or known
