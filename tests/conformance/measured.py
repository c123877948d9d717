"""Runs the kit and prints its maximum memory: `python -m tests.conformance.measured OPTION …`."""

from __future__ import annotations

import resource
import subprocess
import sys


def main() -> int:
    """Run the kit; return its exit status."""
    run = subprocess.run([sys.executable, "-m", "conformance", *sys.argv[1:]], check=False)
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(f"memory: {kilobytes} kB\n")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
