"""`--watch`: a run after each change of the watched files."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from conformance.runner.watch_mode import FIXED, one_run, without
from tests.deadlines import HANGS

pytestmark = pytest.mark.io


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["--watch", "src", "-x"], ["-x"]),
        (["-x", "--watch=src", "--watch", "a"], ["-x"]),
        (["--watch"], []),
    ],
)
def test_one_run_has_all_arguments_but_the_folders(given: list[str], left: list[str]) -> None:
    assert without(given) == left
    assert one_run([*FIXED, *given]) == ("conformance", left)
    assert one_run(["conformance", *given]) == ("pytest", ["conformance", *left])


async def test_change_brings_another_run_of_the_changed_server(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    server = source / "server.py"
    text = "import sys\nfrom tests.mutants.serve import main\nsys.argv.insert(1, {!r})\nmain()\n"
    server.write_text(text.format("NeverUnescapes"))
    kit = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "conformance", "--watch", str(source), "--case", "patch/token-is-*",
        "--server-cmd", f"{sys.executable} {server} --port {{port}}",
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    try:
        first = await read_until(kit, b"watching")
        (tmp_path / "new.py").write_text(text.format("Honest"))
        (tmp_path / "new.py").replace(server)  # one change: a run never meets half of the file
        second = await read_until(kit, b"watching")
    finally:
        kit.send_signal(signal.SIGINT)
        await asyncio.wait_for(kit.wait(), HANGS)
    assert "NOT conformant" in first
    assert "server.py changed" in second
    assert "fixed, 0 new" in second
    assert "\nconformant" in second
    assert kit.returncode == 0


async def read_until(kit: asyncio.subprocess.Process, end: bytes) -> str:
    """What the kit prints up to a line with this beginning."""
    assert kit.stdout is not None
    lines = []
    async with asyncio.timeout(HANGS):
        async for line in kit.stdout:
            lines.append(line.decode())
            if line.startswith(end):
                return "".join(lines)
    raise AssertionError("".join(lines))
