"""Run the kit's client mode against every client of this repository.

    python -m tools.judge_clients [NAME …] [--budget TIME]

The clients are the one in Python, and the one for browsers in Node and in Chromium. All must
conform. The npm packages are installed on first use; Chromium must be installed.
"""

from __future__ import annotations

import argparse
import shlex
import sys

from tools import judging
from tools.testees.run import TESTEES, PreparationError, prepare_node

PYTHON = TESTEES / "python_client" / "testee.py"
WEB = TESTEES / "web"
COLUMNS = ("passed", "failed", "warned", "not applicable", "not testable")
COMMANDS = {
    "python": (sys.executable, str(PYTHON)),
    "node": ("node", str(WEB / "client.mjs")),
    "chromium": ("node", str(WEB / "chromium.mjs")),
}


def main() -> int:
    """Judge the clients; return 0 if each conforms."""
    parser = argparse.ArgumentParser(prog="python -m tools.judge_clients", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--budget", default="2s", help="time for generated sequences on each")
    given = parser.parse_args()
    outcomes = []
    for name in judging.chosen(given.names, [*COMMANDS], "client"):
        print(f"== {name}", flush=True)
        if name != "python":
            try:
                prepare_node()
            except PreparationError as error:
                sys.exit(f"judge_clients: {error}")
        command = f"{shlex.join(COMMANDS[name])} {{url}}"
        judged = judging.judge(command, f"--budget={given.budget}", "--strict", side="client")
        outcomes.append((name, *judged))
    print("\n" + judging.table(COLUMNS, "client", outcomes))
    return max(status for _, status, _ in outcomes)


if __name__ == "__main__":
    sys.exit(main())
