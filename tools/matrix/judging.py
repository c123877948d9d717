"""Runs the kit against one testee, each in a process forked from one that has imported all.

To start Python twice, and to import pytest, the kit and the testees, takes longer than most runs.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

import conformance
import conformance.__main__ as kit
from conformance.replay import collect
from conformance.runner import client_plugin as clients
from conformance.runner import plugin
from conformance.spec import requirements
from tests.mutants import serve
from tools.matrix.result import Result, breaks, read

PATIENCE = 600.0
"""Seconds after which a run of the kit is given up."""

KIT = Path(conformance.__file__).parent
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    [
        "tests.mutants.serve",
        "conformance.runner.plugin",
        "conformance.__main__",
        "tools.matrix.outcomes",
        "conformance.runner.client_plugin",
        *(
            f"conformance.{folder}.{path.stem}"
            for folder in ("cases", "client_cases")
            for path in sorted((KIT / folder).glob("test_*.py"))
        ),
    ]
)


def judge(name: str, folder: Path, time_scale: float, *options: str) -> Result:
    """Serve one testee, run the kit against it with these options too, and read what it says.

    Args:
        name: The testee.
        folder: Where files may be kept until the result is there.
        time_scale: The factor of the kit's deadlines.
        options: More of the kit's options.
    """
    began = time.monotonic()
    receiver, sender = FORKING.Pipe(duplex=False)
    server = FORKING.Process(target=serving, args=(name, sender), daemon=True)
    server.start()
    sender.close()  # what is left of it is the testee's, so that its end ends the waiting
    outcomes, printed = folder / f"{name}.json", folder / f"{name}.txt"
    try:
        url = receiver.recv()
        arguments = [
            "--tb=no", "--assert=plain", "-p", "no:hypothesispytest",
            "-p", "tools.matrix.outcomes", "--outcomes", str(outcomes),
            "--server-url", url + "/ws/{session}", "--auth-url", url + "/auth",
            "--time-scale", str(time_scale), "--replay-dir=", *options,
        ]  # fmt: skip
        run = FORKING.Process(target=running, args=(arguments, printed), daemon=True)
        run.start()
        run.join(PATIENCE)
        if run.is_alive():
            end(run)
            result = Result(name, breaks(name), wrong=f"not judged within {PATIENCE:g} s")
        else:
            result = read(name, outcomes, printed.read_text(encoding="utf-8"))
    finally:
        end(server)
        receiver.close()
        for file in (outcomes, printed):
            file.unlink(missing_ok=True)
    result.seconds = round(time.monotonic() - began, 1)
    return result


def serving(name: str, sender: Connection) -> None:
    """Be the testee: tell the URL, and serve until the process is ended."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())  # how a mutant fails is no matter
    threading.Thread(target=end_with_parent, daemon=True).start()
    serve.serve(name, 0, sender.send)


def end_with_parent() -> None:
    """End this process when the one that asked for it is gone, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def running_pytest(arguments: list[str], printed: Path) -> None:
    """Be the kit with cases that the arguments name, with what it prints in a file."""
    print_to(printed)
    sys.exit(pytest.main(arguments, plugins=[plugin, collect, clients]))


def print_to(printed: Path) -> None:
    """Let this process print to a file."""
    with printed.open("w", encoding="utf-8") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())


def running(arguments: list[str], printed: Path) -> None:
    """Be the kit, as `python -m conformance` is, with what it prints in a file."""
    print_to(printed)
    sys.argv = ["conformance", *arguments]
    sys.exit(kit.main())


def end(process: BaseProcess) -> None:
    """End a process that was started here."""
    process.kill()
    process.join()


def of_requirement(name: str) -> list[str]:
    """The options for the cases of the requirement that a mutant breaks, up to the first kill."""
    return ["--budget", "0s", "-k", str(breaks(name)), "--until", str(breaks(name))]


def of_section(name: str) -> list[str]:
    """The options for all cases of the section of the requirement that a mutant breaks."""
    page = requirements()[str(breaks(name))].page
    return ["-k", f"test_{Path(page).stem}.py"]
