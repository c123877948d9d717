"""Runs the kit as a user does: a command, its output, its exit status."""

from __future__ import annotations

import asyncio
import os
import tempfile
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
    environment = {**os.environ, "COLUMNS": WIDE, **(env or {})}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        process = forked.start(module, arguments, output, cwd=cwd, env=environment)
        try:
            async with asyncio.timeout(HANGS):
                await _ended(process.sentinel)
        finally:
            if process.is_alive():
                process.terminate()  # it ends the server that it has started
            process.join()
        assert process.exitcode is not None
        return Result(process.exitcode, output.read_text(encoding="utf-8"))


async def _ended(sentinel: int) -> None:
    """Wait until the process of a sentinel has ended."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(sentinel)
