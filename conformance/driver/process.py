"""The server process that the kit starts, watches, restarts and stops."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import IO

# -P: a folder named ws_sync in the current directory must not hide the package.
EMBEDDED = f"{shlex.quote(sys.executable)} -P -m ws_sync.cli serve --testee --port {{port}}"
START_PATIENCE = 180.0
"""Seconds until a server has to listen; its first start may build an environment."""
STOP_PATIENCE = 5.0
MOST_STARTS = 10
"""The number of starts after which a server that keeps dying is given up."""

SHOWN_LINES = 7
"""The first and last lines of the output, this many each, that a failure shows."""
SHOWN_BYTES = 4000
"""The end of the output, in bytes, that these lines are taken from."""


class StartFailed(Exception):
    """The command did not start a listening server; the text has its output."""


def free_port() -> int:
    """An unused TCP port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """A command that serves on a port of loopback.

    Attributes:
        starts: The number of starts so far.
    """

    def __init__(self, command: str, port: int) -> None:
        self.given = command
        self.starts = 0
        self.command = command.replace("{port}", str(port))
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self._mark = 0  # bytes of its output before the mark

    def start(self) -> None:
        """Start the process and wait until it listens.

        Raises:
            StartFailed: It can't be run, it ends, or it does not listen in time.
        """
        self.starts += 1
        if self._listens():
            raise StartFailed(f"another process listens on port {self.port} already")
        process = self._launch()
        deadline = time.monotonic() + START_PATIENCE
        while not self._listens():
            if self.died():
                raise StartFailed(
                    f"{self.command!r} ended with status {process.returncode} before it listened "
                    f"on port {self.port}; {self.printed()}"
                )
            if time.monotonic() > deadline:
                self.stop()
                raise StartFailed(f"{self.command!r} does not listen on port {self.port}")
            time.sleep(0.02)

    def _launch(self) -> subprocess.Popen[bytes]:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._mark = 0
        try:
            self._process = subprocess.Popen(
                shlex.split(self.command),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise StartFailed(f"{self.command!r} can't be run: {error}") from error
        return self._process

    def died(self) -> bool:
        """Whether the process has ended."""
        return self._process is not None and self._process.poll() is not None

    def ends_within(self, seconds: float) -> bool:
        """Wait a moment for the end of the process; whether it has ended."""
        if self._process is None:
            return False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.died()

    @property
    def status(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._process.poll() if self._process is not None else None

    def printed(self) -> str:
        """The end of its output, as a phrase."""
        if self._output is None:
            return ""
        end = os.fstat(self._output.fileno()).st_size
        text = os.pread(self._output.fileno(), 2000, max(0, end - 2000)).decode(errors="replace")
        return f"it printed: {text.strip()}" if text.strip() else "it printed nothing"

    def mark(self) -> None:
        """Remember the current end of its output."""
        if self._output is not None:
            self._mark = os.fstat(self._output.fileno()).st_size

    def printed_since_mark(self) -> str:
        """The first and last lines of its output since the mark; empty without output.

        They are read by position, because the process goes on writing to the same file.
        """
        if self._output is None:
            return ""
        end = os.fstat(self._output.fileno()).st_size
        begin = max(self._mark, end - SHOWN_BYTES)
        text = os.pread(self._output.fileno(), end - begin, begin).decode(errors="replace")
        lines = text.strip().splitlines()
        if len(lines) > 2 * SHOWN_LINES:  # an error is named in its first or last lines
            left = len(lines) - 2 * SHOWN_LINES
            lines[SHOWN_LINES:-SHOWN_LINES] = [f"… {left} lines …"]
        return "\n".join(lines)

    def stop(self) -> None:
        """End the process and every process that it has started."""
        if self._process is None:
            return
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, signal_number)
                self._process.wait(STOP_PATIENCE)
                break
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                self._process.wait()
                break
        if self._output is not None:
            self._output.close()
        self._process = self._output = None

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
