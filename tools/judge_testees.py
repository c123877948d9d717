"""Run the kit against every testee of this repository: `python -m tools.judge_testees [NAME …]`.

The kit starts each testee and judges it with the known-failing list in its folder, so a testee that
is worse or better than its list fails. A testee with entries runs only the scripted cases, because
findings of generated sequences are not listed. `--write DIR` writes the page of the results,
`--check DIR` compares it; both need all testees.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from conformance.runner.known_failing import load
from tools import implementations, judging
from tools.generated import generate

TESTEES = Path(__file__).resolve().parent / "testees"
COLUMNS = ("passed", "known failing", "warned", "failed", "not applicable", "not testable")


def main() -> int:
    """Judge the testees; return 0 if each matches its list, and the page is up to date."""
    parser = argparse.ArgumentParser(prog="tools.judge_testees", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a folder in tools/testees")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the page there")
    parser.add_argument("--check", type=Path, metavar="DIR", help="compare the page there")
    arguments = parser.parse_args()
    known = sorted(path.parent.name for path in TESTEES.glob("*/known-failing.txt"))
    outcomes, reports = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name in judging.chosen(arguments.names, known, "testee"):
            print(f"== {name}", flush=True)
            reports[name] = Path(folder) / f"{name}.json"
            start = shlex.join([sys.executable, str(TESTEES / "run.py"), name, "--port"])
            listed = TESTEES / name / "known-failing.txt"
            options = [f"--known-failing={listed}", *(["--budget=0s"] if load(listed) else [])]
            outcome = judging.judge(f"{start} {{port}}", *options, keep=reports[name])
            outcomes.append((name, *outcome))
        print("\n" + judging.table(COLUMNS, "testee", outcomes))
        status = max(status for _, status, _ in outcomes)
        if status or not (arguments.write or arguments.check):
            return status
        path = (arguments.write or arguments.check) / implementations.PAGE
        page = implementations.page(implementations.read(reports))
        return generate(path, page, "python -m tools.judge_testees --write docs")


if __name__ == "__main__":
    sys.exit(main())
