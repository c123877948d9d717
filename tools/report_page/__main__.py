"""Writes pages for `look.mjs`: `python -m tools.report_page [DIR]`, default build/reports.

The pages: a real run of a few cases against a mutant; 2,000 cases made of it; a server whose text
tries to break out of every format; a comparison; a real run of a client mutant; a client that died.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from conformance.reports import bundle, comparison, html
from conformance.reports.comparison import Comparison
from conformance.reports.model import Report
from conformance.reports.reader import load
from conformance.runner.verdict import Verdict
from tests.conformance.reports.made import CLIENTS_DIALOGUE, case, hostile_report, of_client

ROOT = Path(__file__).resolve().parents[2]
MUTANT = "CleansUpNewer"
SELECTED = "session or half_of or replaces or crowd or get_is_answered"
MANY = 2000
CLIENT = "StaleEdits"
CLIENTS_SELECTED = "state-client-patch or patch-atomic"


def main() -> int:
    """Write the pages; return 0 if the runs ended as expected."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "reports"
    out.mkdir(parents=True, exist_ok=True)
    for what, selected, options in (
        ("real", SELECTED, wrong_server()),
        ("client", CLIENTS_SELECTED, wrong_client()),
    ):
        status = run(out / what, selected, *options)
        if status != 1:
            print(f"the run {what!r} ended with status {status} instead of 1")
            return 1
    path = out / "real" / "report.json"
    (out / "many.html").write_text(html.write(many(path)), encoding="utf-8")
    (out / "hostile.html").write_text(html.write(hostile_report()), encoding="utf-8")
    (out / "died.html").write_text(html.write(died()), encoding="utf-8")
    bundle.write(out / "real", load(path, "wrong"))
    compared = Comparison([load(path, "before"), fixed(path)])
    (out / "comparison.html").write_text(comparison.html(compared), encoding="utf-8")
    print(f"wrote {len(list(out.rglob('*.html')))} pages to {out}")
    return 0


def run(out: Path, selected: str, *options: str) -> int:
    """Run the kit on some cases with all reports."""
    command = [sys.executable, "-m", "conformance", "--replay-dir=", "--budget=0s", "--seed=1"]
    command += [f"--report={out}", "-k", selected, "-q", *options]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    return done.returncode


def wrong_server() -> list[str]:
    """Return the options with which the kit starts a mutant."""
    return [f"--server-cmd={sys.executable} -m tests.mutants.serve {MUTANT} --port {{port}}"]


def wrong_client() -> list[str]:
    """Return the options with which the kit starts a client mutant."""
    return [f"--client-cmd={sys.executable} -m tests.mutants.clients {CLIENT} {{url}}"]


def died() -> Report:
    """Return the report of a client whose copy differs, and that dies."""
    found = case("state/client-dies", Verdict.DIED, dialogue=CLIENTS_DIALOGUE)
    return Report.of(of_client(found, exitStatus=1), name="died")


def many(path: Path) -> Report:
    """Return the report of a file with its cases repeated."""
    found = json.loads(path.read_text(encoding="utf-8"))
    cases: list[dict[str, Any]] = found["cases"]
    found["cases"] = [
        case | {"id": f"{case['id']}({number // len(cases)})"}
        for number in range(MANY)
        for case in [cases[number % len(cases)]]
    ]
    return Report.of(found, name="many")


def fixed(path: Path) -> Report:
    """Return the report of a file with all cases passed."""
    found = json.loads(path.read_text(encoding="utf-8"))
    for each in found["cases"]:
        each |= {"verdict": "passed", "findings": [], "broken": None, "closing": None}
    return Report.of(
        found | {"exitStatus": 0, "problems": []}, name="after</script><script>alert(1)"
    )


if __name__ == "__main__":
    sys.exit(main())
