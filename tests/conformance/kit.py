"""Runs the kit as a user does: a command, its output, its exit status."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests import forked
from tests.deadlines import FACTOR, HANGS

TIME_SCALE = 0.3 * FACTOR
"""Shortens the kit's deadlines for servers that never answer: it waits 0.9 s each time, not 3 s."""
QUICK = ("--time-scale", f"{TIME_SCALE:g}")
WAITED = f"{3 * TIME_SCALE:g} s"
"""How long it says that it has waited then."""
WIDE = "400"
"""Columns of the terminal, so that no sentence that the tests look for is broken."""


@dataclass(frozen=True, slots=True)
class Result:
    """The exit status and the output of a command."""

    status: int
    output: str


async def run_kit(*options: str, env: dict[str, str] | None = None) -> Result:
    """Run `python -m conformance` with options, while the test's own servers serve."""
    return await run("conformance", "--replay-dir=", *options, env=env)


async def run(
    module: str, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> Result:
    """Run `python -m MODULE` in a forked process, while the test's own servers serve.

    Args:
        module: The module to run.
        arguments: Its arguments.
        cwd: Its working directory; that of this process by default.
        env: Additions to the environment of this process.

    Raises:
        TimeoutError: It hangs.
    """
    process = await asyncio.create_subprocess_exec(
        *forked.python("-m", module, *arguments),
        cwd=cwd,
        env={**os.environ, "COLUMNS": WIDE, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(HANGS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()  # it ends the server that it has started
            await process.wait()
    assert process.returncode is not None
    return Result(process.returncode, output.decode())
