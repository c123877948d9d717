"""The kit judges the testees and the clients that the documentation shows."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import forked
from tools.testees.run import prepare_node

pytestmark = pytest.mark.io

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def test_shortest_testee_in_python_is_conformant() -> None:
    words = ("-m", "uvicorn", "testee:app", "--log-level=critical", f"--app-dir={EXAMPLES}")
    judge(f"{shlex.join(forked.python(*words))} --port {{port}}")


def test_shortest_testee_in_node_is_conformant() -> None:
    node = shlex.quote(str(prepare_node()))
    judge(f"{node} {shlex.quote(str(EXAMPLES / 'testee.mjs'))} {{port}}")


def test_shortest_client_in_python_is_conformant() -> None:
    program = shlex.join(forked.python(str(EXAMPLES / "client_testee.py")))
    assert passed(f"--client-cmd={program} {{url}}", "--strict") > 450


def test_shortest_client_in_node_is_conformant(tmp_path: Path) -> None:
    node = prepare_node()
    shutil.copy(EXAMPLES / "client_testee.mjs", tmp_path)  # with `ws` beside it, as for a user
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    program = shlex.join([str(node), str(tmp_path / "client_testee.mjs")])
    # JSON.parse does not tell of two members of one name, which is a SHOULD.
    assert passed(f"--client-cmd={program} {{url}}", warns=True) > 450


def judge(server: str) -> None:
    """Run what needs no features."""
    address = ("--server-cmd", server, "--server-url", "ws://127.0.0.1:{port}/ws/{session}")
    assert passed(*address, "-k", "state or patch or actions") > 200


def passed(*options: str, warns: bool = False) -> int:
    """How many cases a conformant run has passed; one has warned, or none."""
    fixed = ("--budget", "0s", "-p", "no:cacheprovider", "--replay-dir=")
    run = subprocess.run(
        forked.python("-m", "conformance", *options, *fixed),
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    counted = (
        "every exercised MUST is met; 1 case warns" if warns else "every exercised requirement"
    )
    assert f"conformant: {counted}" in run.stdout
    return next(int(row.split()[1]) for row in run.stdout.splitlines() if row.startswith("all "))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("testee.py", 110),
        ("testee.mjs", 110),
        ("client_testee.py", 200),
        ("client_testee.mjs", 200),
    ],
)
def test_shortest_testees_are_short(name: str, lines: int) -> None:
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) < lines
