"""Run the kit against the reference under every server: `python -m tools.servers [NAME …]`.

SHOULDs count. Failures that the server causes, and not the reference, are in `NAME.txt` in this
folder, in the format of a known-failing list.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools import judging
from tools.servers.setups import SETUPS

OF_SERVERS = ("binary", "connection", "security", "session", "transport")
"""The sections whose cases depend on the server; what is above it is the same everywhere."""
COLUMNS = ("passed", "known failing", "failed", "not testable")


def main() -> int:
    """Judge the named set-ups, or all; return 0 if all are conformant except for listed cases."""
    parser = argparse.ArgumentParser(prog="tools.servers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SETUPS))
    parser.add_argument("--budget", default="2s", help="for the generated sequences of each set-up")
    sections = ", ".join(OF_SERVERS)
    parser.add_argument("--quick", action="store_true", help=f"only the sections {sections}")
    arguments = parser.parse_args()
    outcomes = []
    for name in judging.chosen(arguments.names, [*SETUPS], "set-up"):
        print(f"== {name}", flush=True)
        setup = SETUPS[name]
        options = [*setup.options, "--strict", f"--budget={arguments.budget}"]
        options += [f"--section={section}" for section in OF_SERVERS if arguments.quick]
        if (listed := Path(__file__).with_name(f"{name}.txt")).exists():
            options.append(f"--known-failing={listed}")
        outcomes.append((name, *judging.judge(setup.command, *options)))
    print("\n" + judging.table(COLUMNS, "set-up", outcomes))
    return max(status for _, status, _ in outcomes)


if __name__ == "__main__":
    sys.exit(main())
