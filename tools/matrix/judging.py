"""Runs the kit against one testee, both in forked processes."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.spec import requirements
from tests import forked
from tools.matrix.catalogue import Side
from tools.matrix.result import Result, breaks, read

PATIENCE = 600.0
"""Seconds after which a run of the kit is killed."""


def judge(
    name: str, folder: Path, time_scale: float, *options: str, side: Side = "server"
) -> Result:
    """Run the kit against one testee and read its verdict.

    Args:
        name: The testee.
        folder: A folder for temporary files.
        time_scale: The factor of the kit's deadlines.
        options: Further options of the kit.
        side: The side that is under test.
    """
    began = time.monotonic()
    outcomes, printed = folder / f"{name}.json", folder / f"{name}.txt"
    with target(name, side) as target_options:
        arguments = [
            "--tb=no", "-p", "no:hypothesispytest", *target_options,
            "-p", "tools.matrix.outcomes", "--outcomes", str(outcomes),
            "--time-scale", str(time_scale), "--replay-dir=", *options,
        ]  # fmt: skip
        command = forked.python("-m", "conformance", *arguments)
        try:
            with printed.open("wb") as output:
                subprocess.run(
                    command, stdout=output, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False
                )
            result = read(name, outcomes, printed.read_text(encoding="utf-8"), side)
        except subprocess.TimeoutExpired:
            result = Result(name, breaks(name, side), wrong=f"not judged within {PATIENCE:g} s")
    for file in (outcomes, printed):
        file.unlink(missing_ok=True)
    result.seconds = round(time.monotonic() - began, 1)
    return result


@contextmanager
def target(name: str, side: Side) -> Iterator[list[str]]:
    """Yield the kit's options for a testee; a server is served, a client is started by the kit."""
    if side == "client":
        command = shlex.join(forked.python("-m", "tests.mutants.clients", name))
        yield [f"--client-cmd={command} {{url}}", "--strict", "--budget=0s"]
    else:
        with forked.testee(name) as url:
            yield ["--server-url", url + "/ws/{session}", "--auth-url", url + "/auth"]


def of_requirement(name: str, side: Side = "server") -> list[str]:
    """Return the options for the cases of the requirement that a mutant breaks."""
    return ["--budget", "0s", "-k", str(breaks(name, side))]


def of_section(name: str) -> list[str]:
    """Return the options for the section of the requirement that a mutant breaks."""
    page = requirements()[str(breaks(name))].page
    return ["-k", f"test_{Path(page).stem}.py"]
