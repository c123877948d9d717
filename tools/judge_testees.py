"""Run the kit against every testee of this repository: `python -m tools.judge_testees [NAME …]`.

Each is started by the kit itself and judged with the known-failing list in its folder, so that this
fails when a testee is worse than its list says, and when it is better. One that is known to fail
anything is judged by the scripted cases alone: what generated sequences find of it is not listed.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from conformance.known_failing import load
from tools import judging

TESTEES = Path(__file__).resolve().parent / "testees"
COLUMNS = ("passed", "known failing", "warned", "failed", "not applicable", "not testable")


def main() -> int:
    """Judge the named testees, or all; 0 if each is as its list says."""
    known = sorted(path.parent.name for path in TESTEES.glob("*/known-failing.txt"))
    outcomes = []
    for name in judging.chosen(sys.argv[1:], known, "testee"):
        print(f"== {name}", flush=True)
        start = shlex.join([sys.executable, str(TESTEES / "run.py"), name, "--port"])
        listed = TESTEES / name / "known-failing.txt"
        options = [f"--known-failing={listed}", *(["--budget=0s"] if load(listed) else [])]
        outcomes.append((name, *judging.judge(f"{start} {{port}}", *options)))
    print("\n" + judging.table(COLUMNS, "testee", outcomes))
    return max(status for _, status, _ in outcomes)


if __name__ == "__main__":
    sys.exit(main())
