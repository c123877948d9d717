"""What the watcher costs: `python -m tools.proxy_cost [--seconds N]`.

A picows client calls an action of the reference testee and waits for the patch, again and again,
without the proxy, through it, and through it while its page is open, in turns, on one connection
and on fifty. Each round trip is two frames. The system's counters tell how long the proxy has
computed, which a busy machine disturbs least; of the rest, the ratios count. Needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from conformance.process import free_port
from tools.benchmark.serving import Running

ROUNDS = 3
FRAMES_A_TRIP = 2
LIMIT = 150.0
"""Microseconds of the proxy's own time for a frame, up to which it can be left on."""
NAMES = ("direct", "proxy", "page open")


@dataclass(frozen=True)
class Measured:
    """One measurement.

    Attributes:
        rate: frames a second, both directions counted.
        median: seconds for a round trip.
        cost: seconds that the proxy has computed for a frame.
    """

    rate: float
    median: float
    cost: float


class Caller(WSListener):
    """A client that assigns another number as soon as it has the patch with the last."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self._sent = 0.0
        self._states = 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Begin behind the last initial state; then go on with each patch."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        if b'"_SET:' in frame.get_payload_as_bytes()[:40]:
            self._states += 1
            if self._states != 3:
                return
        else:
            self.times.append(time.perf_counter() - self._sent)
        self._sent = time.perf_counter()
        transport.send(
            WSMsgType.TEXT,
            b'{"type":"_ACTION:TESTEE","data":{"type":"assign","name":"number","value":%d}}'
            % (len(self.times) + 1),
        )


def main() -> int:
    """Measure and print; 1 if a frame costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each measurement")
    chosen = parser.parse_args()
    worst = 0.0
    print(f"{'':<16}{'connections':>12}{'frames/s':>10}{'round trip':>12}{'proxy/frame':>13}")
    with testee() as server, proxy(server) as (bare, _), proxy(server) as (paged, live):
        targets = dict(zip(NAMES, (server, bare, paged), strict=True))
        for connections in (1, 50):
            found: dict[str, list[Measured]] = {name: [] for name in NAMES}
            for _ in range(ROUNDS):
                for name, target in targets.items():
                    page = live if name == "page open" else ""
                    measured = asyncio.run(measure(target, connections, chosen.seconds, page))
                    found[name].append(measured)
            for name, all_ in found.items():
                middle = Measured(
                    *(statistics.median(getattr(one, field) for one in all_)
                      for field in ("rate", "median", "cost"))
                )  # fmt: skip
                print(line(name, connections, middle, found["direct"]))
                if name != "direct":
                    worst = max(worst, middle.cost * 1e6)
    print(f"at most {worst:.0f} µs of the proxy's time for a frame; {LIMIT:.0f} are allowed")
    return int(worst > LIMIT)


def line(name: str, connections: int, middle: Measured, direct: list[Measured]) -> str:
    """A line of the table."""
    text = f"{name:<16}{connections:>12}{middle.rate:>10.0f}{middle.median * 1e6:>9.0f} µs"
    if name == "direct":
        return text
    rate = middle.rate / statistics.median(one.rate for one in direct)
    slower = middle.median / statistics.median(one.median for one in direct)
    cost = f"{middle.cost * 1e6:>10.1f} µs"
    return f"{text}{cost}   {rate:.2f} of the frames, {slower:.2f} times as long"


@contextmanager
def testee() -> Iterator[Running]:
    """The reference's testee on picows, its fastest server."""
    port = free_port()
    command = ("serve", "--testee", "--transport", "picows", "--port", str(port))
    with _running(*command) as (process, _):
        yield Running(f"ws://127.0.0.1:{port}", process.pid)


@contextmanager
def proxy(server: Running) -> Iterator[tuple[Running, str]]:
    """The watcher before a server, and the address of its page."""
    port = free_port()
    where = ("--listen", f"127.0.0.1:{port}", "--target", server.url)
    with _running("proxy", *where) as (process, lines):
        yield Running(f"ws://127.0.0.1:{port}", process.pid), lines[1].split("/")[2]


@contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """A command of the project, from its first two lines on."""
    command = [sys.executable, "-m", "ws_sync.cli", *arguments]
    with TemporaryFile() as printed, subprocess.Popen(command, stdout=printed) as process:
        try:
            for _ in range(600):
                printed.seek(0)
                lines = printed.read().decode().splitlines()
                if len(lines) > 1:
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError(f"{arguments[0]} does not start: {lines}")
            yield process, lines
        finally:
            process.kill()


async def measure(target: Running, connections: int, seconds: float, page: str) -> Measured:
    """Let clients call for some time; the first quarter is left out.

    Args:
        target: Where they connect.
        connections: How many of them.
        seconds: For how long.
        page: The address of the page if somebody has it open, or an empty text.
    """
    reading = asyncio.create_task(_read(page)) if page else None
    callers = []
    for number in range(connections):
        url = f"{target.url}/ws/{os.getpid()}-{time.monotonic_ns()}-{number}"
        transport, caller = await ws_connect(Caller, url)
        assert isinstance(caller, Caller)
        callers.append((transport, caller))
    await asyncio.sleep(seconds / 4)
    before = [len(caller.times) for _, caller in callers]
    computed, start = target.cpu_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    computed, passed = target.cpu_time() - computed, time.perf_counter() - start
    times = [t for (_, caller), n in zip(callers, before, strict=True) for t in caller.times[n:]]
    for transport, _ in callers:
        transport.disconnect()
    if reading is not None:
        reading.cancel()
    frames = len(times) * FRAMES_A_TRIP
    return Measured(frames / passed, statistics.median(times), computed / frames)


async def _read(page: str) -> None:
    """Read the news as the page does."""
    host, _, port = page.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /api/feed HTTP/1.1\r\nHost: {page}\r\n\r\n".encode())
    try:
        while await reader.read(1 << 20):
            pass
    finally:
        writer.close()


if __name__ == "__main__":
    sys.exit(main())
