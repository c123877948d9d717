"""`python -m conformance [OPTIONS]`: runs the kit; takes its own options and those of pytest."""

from __future__ import annotations

import sys

import pytest

from conformance.errors import NOTHING_RAN
from conformance.runner.run import run


def main() -> int:
    """Run the cases; return the exit status, which is 2 for options that pytest rejects."""
    status = run(sys.argv[1:])
    return NOTHING_RAN if status == pytest.ExitCode.USAGE_ERROR else status


if __name__ == "__main__":
    sys.exit(main())
