"""The memory of `ws-sync serve` at its peak, during attacks of a few clients."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tools.soak.flatness import resident
from ws_sync.limits import LIMITS

SERVERS = {
    "uvicorn": (),
    "uvicorn, websockets": ("--ws", "websockets"),
    "uvicorn, wsproto": ("--ws", "wsproto"),
    "picows": ("--transport", "picows"),
}
"""Options of `ws-sync serve`, by the name of the server."""

DOCUMENT = 30_000_000
"""Characters of the document."""

APPLICATION = f"""
from ws_sync import Sync

class Document:
    def __init__(self):
        self.text = "x" * {DOCUMENT}
        self.sync = Sync(self, "DOCUMENT", sync_all=True)
"""

HANDSHAKE = (
    b"GET /ws/one HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

PAUSE = 0.05
"""Seconds between two handshakes, and between two samples."""


@dataclass(frozen=True)
class Attack:
    """An attack on one server.

    Attributes:
        run: attacks the server at a port; its sockets are closed with the stack.
        bound: MiB that the server may take more than before.
    """

    run: Callable[[int, ExitStack], None]
    bound: int


def _never_read(port: int, opened: ExitStack) -> None:
    """80 handshakes of one session, that never read the document."""
    for _ in range(80):
        peer = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
        peer.sendall(HANDSHAKE)
        time.sleep(PAUSE)


COPIES = 4
"""A state that is being sent, as text, encoded, in a frame, and in the server's buffer."""

SENDING = (LIMITS.most_size + 2 * DOCUMENT >> 20) + 1
"""MiB of the states that replaced connections and the newest one are sent, and of the document."""

ATTACKS = {"80 handshakes that never read 30 MB": Attack(_never_read, COPIES * SENDING)}


def measure() -> int:
    """Print the table, and return the exit status: 0 if memory stays below the bounds."""
    print("| attack | server | MiB before | at most | bound |\n|---|---|---:|---:|---:|")
    is_bounded = True
    for name, attack in ATTACKS.items():
        for server, options in SERVERS.items():
            with _serving(options) as (port, process), ExitStack() as opened:
                before = resident(process) >> 20
                with _peak(process) as peak:
                    attack.run(port, opened)
            most = max(peak) >> 20
            is_bounded &= most <= before + attack.bound
            print(
                f"| {name} | {server} | {before} | {most} | {before + attack.bound} |", flush=True
            )
    return int(not is_bounded)


@contextmanager
def _peak(process: int) -> Iterator[list[int]]:
    """Sample the resident bytes of a process into a list."""
    samples = [resident(process)]
    is_over = Event()

    def sample() -> None:
        while not is_over.wait(PAUSE):
            samples.append(resident(process))

    sampling = Thread(target=sample)
    sampling.start()
    try:
        yield samples
    finally:
        is_over.set()
        sampling.join()


@contextmanager
def _serving(options: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Serve the application on a free port; yield the port and the process."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "attacked.py").write_text(APPLICATION)
        command = [sys.executable, "-m", "ws_sync.cli", "serve", "attacked:Document", "--port", "0"]
        with subprocess.Popen(
            [*command, *options], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                address = process.stdout.readline().split()[-1]
                yield int(address.split(":")[2].split("/")[0]), process.pid
            finally:
                process.kill()
