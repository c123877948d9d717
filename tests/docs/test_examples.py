"""The kit judges the testees that the documentation shows."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tools.testees.run import prepare_node

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def test_shortest_testee_in_python_is_conformant() -> None:
    program = f"{shlex.quote(sys.executable)} -m uvicorn testee:app --log-level critical"
    judge(f"{program} --app-dir {shlex.quote(str(EXAMPLES))} --port {{port}}")


def test_shortest_testee_in_node_is_conformant() -> None:
    node = shlex.quote(str(prepare_node("node")))
    judge(f"{node} {shlex.quote(str(EXAMPLES / 'testee.mjs'))} {{port}}")


def judge(server: str) -> None:
    """Run what needs no features."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "conformance"),
            *("--server-cmd", server, "--server-url", "ws://127.0.0.1:{port}/ws/{session}"),
            *("-k", "state or patch or actions", "--budget", "0s", "-p", "no:cacheprovider"),
            "--replay-dir=",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "conformant: every requirement that was exercised is met" in run.stdout
    passed = next(line.split()[1] for line in run.stdout.splitlines() if line.startswith("all "))
    assert int(passed) > 200


@pytest.mark.parametrize("name", ["testee.py", "testee.mjs"])
def test_shortest_testees_are_short(name: str) -> None:
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) < 110
