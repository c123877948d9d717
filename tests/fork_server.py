"""The fork server: it has imported everything, and forks itself for each `tests/launch.py`.

It serves the listening socket on a given descriptor until its standard input ends. A connection
brings a command, then signals, and gets the exit status. If it ends early, its process is killed.
"""

from __future__ import annotations

import atexit
import marshal
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO

import tests.preloaded  # noqa: F401


class Command(NamedTuple):
    """What a forked process runs.

    Attributes:
        words: What follows `python` on a command line.
        folder: The working directory.
        environment: The environment variables.
    """

    words: list[str]
    folder: str
    environment: dict[str, str]


class Fork(NamedTuple):
    """A forked process, its connection, and a descriptor that is readable when it has ended."""

    process: int
    connection: socket.socket
    end: int


class Server:
    """Forks until its standard input ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._forks: set[Fork] = set()

    def serve(self) -> Command | None:
        """Return None at the end, and the command in each forked process."""
        self._selector.register(self._listener, selectors.EVENT_READ, self._fork)
        self._selector.register(0, selectors.EVENT_READ)
        while True:
            (key, _), *_ = self._selector.select()  # one, as it may change what is registered
            if key.data is None:
                for fork in self._forks:
                    os.kill(fork.process, signal.SIGKILL)
                return None
            command: Command | None = key.data()
            if command:
                return command

    def _fork(self) -> Command | None:
        connection, _ = self._listener.accept()
        length, files, *_ = socket.recv_fds(connection, 4, 3)
        with connection.makefile("rb") as wanted:
            command = Command(*marshal.loads(wanted.read(int.from_bytes(length))))
        process = os.fork()
        for number, file in enumerate(files):
            if not process:
                os.dup2(file, number)
            os.close(file)
        if not process:
            self._close(connection)
            return command
        fork = Fork(process, connection, os.pidfd_open(process))
        self._forks.add(fork)
        self._selector.register(fork.end, selectors.EVENT_READ, partial(self._finish, fork))
        self._selector.register(connection, selectors.EVENT_READ, partial(self._signal, fork))
        return None

    def _signal(self, fork: Fork) -> None:
        """Pass on signals; after the end of the connection, kill the process."""
        numbers = fork.connection.recv(64)
        if not numbers:
            self._selector.unregister(fork.connection)
        for number in numbers or [signal.SIGKILL]:
            os.kill(fork.process, number)

    def _finish(self, fork: Fork) -> None:
        """Return the exit status of a process that has ended."""
        status = os.waitstatus_to_exitcode(os.waitpid(fork.process, 0)[1])
        with suppress(OSError):
            fork.connection.sendall(status.to_bytes(4, signed=True))
        self._forks.discard(fork)
        for file in (fork.end, fork.connection):
            with suppress(KeyError):
                self._selector.unregister(file)
        fork.connection.close()
        os.close(fork.end)

    def _close(self, connection: socket.socket) -> None:
        """Close what only the server needs."""
        connection.close()
        for fork in self._forks:
            fork.connection.close()
            os.close(fork.end)
        self._selector.close()
        self._listener.close()


def run(command: Command) -> None:
    """Run a command in this process, as if it were just started."""
    os.setsid()
    os.chdir(command.folder)
    os.environ.clear()
    os.environ.update(command.environment)
    unbuffered = bool(command.environment.get("PYTHONUNBUFFERED"))
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = standard(1, unbuffered), standard(2, True)
    match command.words:
        case ["-P", *words]:
            del sys.path[0]
        case words:
            sys.path[0] = command.folder
    match words:
        case ["-m", module, *_]:
            sys.argv = words[1:]
            package = hasattr(sys.modules.get(module), "__path__")
            again = f"{module}.__main__" if package else module
            sys.modules.pop(again, None)  # runpy warns about a module that is imported already
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case ["-c", program, *_]:
            sys.argv = [words[0], *words[2:]]
            exec(program, {"__name__": "__main__"})
        case [program, *_]:
            sys.argv = words
            sys.path.insert(0, str(Path(program).parent))
            runpy.run_path(program, run_name="__main__")


def standard(number: int, unbuffered: bool) -> TextIO:
    """A standard file for output, written to as Python does."""
    file = open(number, "w", closefd=False)  # noqa: SIM115
    file.reconfigure(line_buffering=file.isatty() or unbuffered)
    return file


def main() -> None:
    """Serve, and run the command in forked processes."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        command = Server(listener).serve()
    if not command:
        return
    status = 1

    def end() -> None:
        sys.stdout.flush()
        os._exit(status)

    atexit.register(end)  # as the last one: without it, Python would free all modules
    try:
        run(command)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        raise


if __name__ == "__main__":
    main()
