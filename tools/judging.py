"""Runs of the kit against servers that it starts itself, and tables of their outcomes."""

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
    """Run the kit against what a command starts; its exit status and JSON report.

    Args:
        command: a command line; `{port}` in it stands for the port, or `{url}` for the kit's URL.
        options: further ones of the kit.
        side: what is judged, `server` or `client`.
        keep: where the report is to stay, or None.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "report.json"
        run = [
            sys.executable, "-m", "pytest", str(ROOT / "conformance"),
            f"--{side}-cmd={command}",
            f"--report-json={path}",
            "--seed=1",  # so that a run of CI can be repeated
            *options,
        ]  # fmt: skip
        status = subprocess.run(run, cwd=ROOT, check=False).returncode
        return status, json.loads(path.read_text()) if path.exists() else {}


def table(
    heads: Sequence[str], what: str, outcomes: Sequence[tuple[str, int, dict[str, Any]]]
) -> str:
    """Write the outcomes below each other.

    Args:
        heads: the verdicts that are counted.
        what: what the first column names.
        outcomes: for each line its name, the exit status and the report.
    """
    lines = [f"{what:<24}" + "".join(f"{head:>16}" for head in (*heads, "seconds", "exit status"))]
    for name, status, report in outcomes:
        counts = report.get("counts", {})
        cells = [*(counts.get(head, "?") for head in heads), report.get("seconds", "?"), status]
        lines.append(f"{name:<24}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def chosen(given: Sequence[str], known: Sequence[str], what: str) -> Sequence[str]:
    """Return the names that were given, or all when there was none.

    Raises:
        SystemExit: one is unknown.
    """
    if unknown := set(given) - set(known):
        print(f"no such {what}: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        raise SystemExit(2)
    return given or known
