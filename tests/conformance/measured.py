"""Runs the kit, and says how much memory it has taken at most: `python -m …measured OPTION …`."""

from __future__ import annotations

import resource
import subprocess
import sys


def main() -> int:
    """The exit status of the kit."""
    run = subprocess.run([sys.executable, "-m", "conformance", *sys.argv[1:]], check=False)
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(f"memory: {kilobytes} kB\n")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
