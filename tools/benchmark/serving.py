"""Servers in their own processes, with their CPU time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.testees.run import prepare

ROOT = Path(__file__).parents[2]
SERVERS = {
    "echo": ("echo", sys.executable),
    "reference": ("synced", sys.executable),
    "picows": ("picows", sys.executable),
    "0.6.9": ("synced", ""),
}


@dataclass(frozen=True)
class Running:
    """A running server.

    Attributes:
        url: its URL.
        process: its process id.
    """

    url: str
    process: int

    def cpu_time(self) -> float:
        """Return the CPU time in seconds."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(name: str) -> Iterator[Running]:
    """Start one of `SERVERS` on a free port of this machine, and end it."""
    app, python = SERVERS[name]
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    descriptor = listening.fileno()
    command = [python or str(prepare("pypi_0_6_9")), "-m", "tools.benchmark.applications"]
    with TemporaryDirectory() as folder, listening:
        Path(folder, "tools").symlink_to(ROOT / "tools")
        with subprocess.Popen(
            [*command, app, str(descriptor)], cwd=folder, pass_fds=[descriptor]
        ) as process:
            try:
                url = f"ws://127.0.0.1:{listening.getsockname()[1]}/"
                yield Running(url, process.pid)
            finally:
                process.kill()
