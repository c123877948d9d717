"""Runs the kit as a user does: a command, its output, its exit status."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120
WIDE = "400"
"""Columns of the terminal, so that what the tests look for stands on one line."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the kit gave."""

    status: int
    output: str


async def run_kit(*options: str, env: dict[str, str] | None = None) -> Result:
    """Run `python -m conformance` with options, while the test's own servers serve."""
    return await run("conformance", "--replay-dir=", *options, env=env)


async def run(
    module: str, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> Result:
    """Run `python -m MODULE` with arguments, while the test's own servers serve.

    Args:
        module: The module.
        arguments: Its arguments.
        cwd: Where it runs, this process' folder if not given.
        env: What its environment has besides this process'.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
        env={**os.environ, "COLUMNS": WIDE, **(env or {})},
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Result(process.returncode, output.decode())
