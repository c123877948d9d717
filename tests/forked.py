"""Runs the kit and testees in processes forked from one that has imported everything.

Starting Python and importing pytest, the kit and the testees takes longer than most runs of the
kit. The fork server is that of `multiprocessing`; it starts on first use, once in each process.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.mutants import serve

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.preloaded"])


def start(
    module: str,
    arguments: Sequence[str],
    output: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> BaseProcess:
    """Start `python -m MODULE` in a forked process.

    Args:
        module: The module to run.
        arguments: Its arguments.
        output: The file to which its output and its errors are appended.
        cwd: Its working directory; that of this process by default.
        env: Its environment; that of this process by default.
    """
    folder = str(cwd or Path.cwd())
    environment = dict(os.environ if env is None else env)
    given = (module, [*arguments], output, folder, environment)
    process = FORKING.Process(target=_run, args=given, daemon=True)
    process.start()
    return process


def _run(module: str, arguments: list[str], output: Path, cwd: str, env: dict[str, str]) -> None:
    """Run a module in this process, which has just been forked."""
    with output.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.path[0] = cwd
    sys.argv = [module, *arguments]
    for preloaded in (module, f"{module}.__main__"):
        sys.modules.pop(preloaded, None)  # runpy warns about a module that is imported already
    runpy.run_module(module, run_name="__main__", alter_sys=True)


@contextmanager
def testee(name: str) -> Iterator[str]:
    """Serve a testee of `tests/mutants` in a forked process; yields `ws://HOST:PORT`.

    Raises:
        EOFError: It has ended before it listened.
    """
    receiver, sender = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=_serve, args=(name, sender), daemon=True)
    process.start()
    sender.close()  # only the testee holds it now, so that its end ends the wait for the URL
    try:
        yield receiver.recv()
    finally:
        receiver.close()
        process.kill()
        process.join()


def _serve(name: str, sender: Connection) -> None:
    """Send the URL and serve until the process is killed, or its parent has ended."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # a mutant may fail in any way
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    serve.serve(name, 0, sender.send)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(0)
