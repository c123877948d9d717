"""Run the kit against every testee of this repository: `python -m tools.judge_testees [NAME …]`.

Each is started by the kit itself and judged with the known-failing list in its folder, so that this
fails when a testee is worse than its list says, and when it is better. One that is known to fail
anything is judged by the scripted cases alone: what generated sequences find of it is not listed.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from conformance.known_failing import load

TESTEES = Path(__file__).resolve().parent / "testees"
ROOT = TESTEES.parents[1]
COLUMNS = ("passed", "known failing", "warned", "failed", "not applicable", "not testable")


def main() -> int:
    """Judge the named testees, or all; 0 if each is as its list says."""
    known = sorted(path.parent.name for path in TESTEES.glob("*/known-failing.txt"))
    names = sys.argv[1:] or known
    unknown = set(names) - set(known)
    if unknown:
        print(f"no such testee: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    rows = []
    worst = 0
    for name in names:
        status, report = judge(name)
        worst = max(worst, status)
        rows.append((name, report, status))
    print(f"\n{'testee':<16}" + "".join(f"{c:>16}" for c in (*COLUMNS, "seconds", "exit status")))
    for name, report, status in rows:
        counts = report.get("counts", {})
        cells = [counts.get(column, "?") for column in COLUMNS]
        cells += [report.get("seconds", "?"), status]
        print(f"{name:<16}" + "".join(f"{cell:>16}" for cell in cells))
    return worst


def judge(name: str) -> tuple[int, dict[str, Any]]:
    """Run the kit against one testee; its exit status and its JSON report."""
    print(f"== {name}", flush=True)
    start = shlex.join([sys.executable, str(TESTEES / "run.py"), name, "--port"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [
            sys.executable, "-m", "pytest", str(ROOT / "conformance"),
            f"--server-cmd={start} {{port}}",
            f"--known-failing={TESTEES / name / 'known-failing.txt'}",
            f"--report-json={path}",
            "--seed=1",  # so that a run of CI can be repeated
            *(["--budget=0s"] if load(TESTEES / name / "known-failing.txt") else []),
        ]  # fmt: skip
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        return status, json.loads(path.read_text()) if path.exists() else {}


if __name__ == "__main__":
    sys.exit(main())
