"""`python -m conformance [OPTIONS]`: the kit without a checkout; pytest's options and its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conformance.probe import NOTHING_RAN


def main() -> int:
    """Run the cases; the exit status is that of `Run`, and 2 for options that pytest refuses."""
    here = Path(__file__).parent
    status = pytest.main([str(here), "-c", str(here / "pytest.ini"), *sys.argv[1:]])
    return NOTHING_RAN if status == pytest.ExitCode.USAGE_ERROR else int(status)


if __name__ == "__main__":
    sys.exit(main())
