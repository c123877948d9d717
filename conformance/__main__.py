"""`python -m conformance [OPTIONS]`: the kit without a checkout; pytest's options and its own."""

from __future__ import annotations

import sys

import pytest

from conformance.errors import NOTHING_RAN
from conformance.runner.run import run


def main() -> int:
    """Run the cases; the exit status is that of `Run`, and 2 for options that pytest refuses."""
    status = run(sys.argv[1:])
    return NOTHING_RAN if status == pytest.ExitCode.USAGE_ERROR else status


if __name__ == "__main__":
    sys.exit(main())
