"""Fast clients: each calls an action and waits for the patch."""

from __future__ import annotations

import asyncio
import os
import statistics
import time

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tools.benchmark.serving import Running
from tools.proxy_cost.running import Measured

FRAMES_A_TRIP = 2


class Caller(WSListener):
    """A client that assigns the next number when it receives the patch with the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self._sent = 0.0
        self._states = 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Call after the last initial state, and after each patch."""
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


async def measure(target: Running, connections: int, seconds: float, page: str) -> Measured:
    """Run clients, and measure after a quarter of the duration.

    Args:
        target: The address to connect to.
        connections: The number of clients.
        seconds: The duration.
        page: The host and port of the proxy's page to read, or an empty string.
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
    """Read the updates as the page does."""
    host, _, port = page.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /api/feed HTTP/1.1\r\nHost: {page}\r\n\r\n".encode())
    try:
        while await reader.read(1 << 20):
            pass
    finally:
        writer.close()
