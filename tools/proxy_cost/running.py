"""Starts the servers and the proxy by their command lines."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

from conformance.driver.process import free_port
from tools.benchmark.serving import Running


@dataclass(frozen=True)
class Measured:
    """One measurement.

    Attributes:
        rate: Frames a second in both directions.
        median: Seconds for a round trip.
        cost: Processor seconds of the process for a frame.
    """

    rate: float
    median: float
    cost: float


@contextmanager
def testee() -> Iterator[Running]:
    """Run the reference testee on picows, the fastest server."""
    port = free_port()
    command = ("serve", "--testee", "--transport", "picows", "--port", str(port))
    with _running(*command, says=1) as (process, _):
        yield Running(f"ws://127.0.0.1:{port}", process.pid)


@contextmanager
def demo() -> Iterator[Running]:
    """Run the demo."""
    port = free_port()
    with _running("serve", "--demo", "--port", str(port), says=1) as (process, _):
        yield Running(f"ws://127.0.0.1:{port}", process.pid)


@contextmanager
def proxy(server: Running) -> Iterator[tuple[Running, str]]:
    """Run the proxy before a server; yield it with the host and port of its page."""
    port = free_port()
    where = ("--listen", f"127.0.0.1:{port}", "--target", server.url)
    with _running("proxy", *where, says=2) as (process, lines):
        yield Running(f"ws://127.0.0.1:{port}", process.pid), lines[1].split("/")[2]


@contextmanager
def _running(*arguments: str, says: int) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """Run a command; yield it with its first lines, which have its addresses."""
    command = [sys.executable, "-m", "ws_sync.cli", *arguments]
    with TemporaryFile() as printed, subprocess.Popen(command, stdout=printed) as process:
        try:
            for _ in range(600):
                printed.seek(0)
                lines = printed.read().decode().splitlines()
                if len(lines) >= says:
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError(f"{arguments[0]} does not start: {lines}")
            yield process, lines
        finally:
            process.kill()
