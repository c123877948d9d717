"""Test a server with the conformance kit; further options go to the kit and to pytest."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys

from ws_sync.cli.output import complain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of this verb."""
    parser.add_argument("url", metavar="URL", help="ws://HOST:PORT/PATH/{session}")


def run(arguments: argparse.Namespace, rest: list[str]) -> int:
    """Run the kit in a process of its own and return its exit status."""
    for module in ("conformance", "pytest"):
        if importlib.util.find_spec(module) is None:
            complain(f"testing needs {module}: pip install 'ws-sync-kit[conformance]'")
            return 2
    command = [sys.executable, "-m", "conformance", "--server-url", arguments.url, *rest]
    return subprocess.run(command, check=False).returncode
