"""Round trips over real connections, and the memory of idle ones.

The client is on picows, so that it is not the bottleneck. The CPU time of the server comes from
`/proc`, so this needs Linux.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from dataclasses import dataclass

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tools.benchmark.serving import SERVERS, Running, serving

CONNECTIONS = 50
SECONDS = 2.0
IDLE = 500


@dataclass(frozen=True)
class Trips:
    """The round trips of one server.

    Attributes:
        rate: round trips a second.
        cost: CPU seconds of the server for each.
    """

    rate: float
    cost: float


class Caller(WSListener):
    """A client that calls the action again after each answer."""

    def __init__(self, calls: bool) -> None:
        super().__init__()
        self.calls = calls
        self.answers = 0
        self.opened = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Start to call."""
        self.opened.set_result(None)
        if self.calls:
            self.call(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Count an answer, and call again; the initial state does not count."""
        if (
            self.calls
            and frame.msg_type == WSMsgType.TEXT
            and b"_SET" not in frame.get_payload_as_bytes()
        ):
            self.answers += 1
            self.call(transport)

    def call(self, transport: WSTransport) -> None:
        """Call the action, with another value each time."""
        text = b'{"type":"_ACTION:K","data":{"type":"SET","value":%d}}' % (self.answers + 1)
        transport.send(WSMsgType.TEXT, text)


def measure(rounds: int) -> dict[str, list[Trips]]:
    """Return the round trips by server, for each round."""
    found: dict[str, list[Trips]] = {name: [] for name in SERVERS}
    for _ in range(rounds):
        for name, trips in found.items():
            with serving(name) as server:
                trips.append(asyncio.run(_trips(server)))
    return found


def memory(rounds: int) -> dict[str, float]:
    """Return the memory of an idle connection in KiB, by server."""
    found: dict[str, list[float]] = {name: [] for name in SERVERS}
    for _ in range(rounds):
        for name, sizes in found.items():
            with serving(name) as server:
                sizes.append(asyncio.run(_memory(server)))
    return {name: statistics.median(sizes) for name, sizes in found.items()}


async def _connected(server: Running, number: int, calls: bool) -> list[tuple[WSTransport, Caller]]:
    found = []
    for _ in range(number):
        transport, caller = await ws_connect(lambda: Caller(calls), server.url)
        assert isinstance(caller, Caller)
        found.append((transport, caller))
    return found


async def _trips(server: Running) -> Trips:
    callers = await _connected(server, CONNECTIONS, calls=True)
    await asyncio.sleep(SECONDS / 4)  # warm up
    gc.collect()
    before, computed, start = _answers(callers), server.cpu_time(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    number = _answers(callers) - before
    computed, passed = server.cpu_time() - computed, time.perf_counter() - start
    for transport, _ in callers:
        transport.disconnect()
    return Trips(number / passed, computed / number)


async def _memory(server: Running) -> float:
    first = await _connected(server, 50, calls=False)  # not measured: the first ones load modules
    await asyncio.sleep(SECONDS / 4)
    before = server.memory()
    callers = first + await _connected(server, IDLE, calls=False)
    await asyncio.sleep(SECONDS / 4)
    grown = server.memory() - before
    for transport, _ in callers:
        transport.disconnect()
    return grown / IDLE / 1024


def _answers(callers: list[tuple[WSTransport, Caller]]) -> int:
    return sum(caller.answers for _, caller in callers)
