"""A TCP relay to a server that is far away: `python -m tests.delaying_relay PORT MILLISECONDS`.

It listens on a free port, and prints its address. It delays the opening of a connection by one
round trip, and every byte by half of one.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class End(asyncio.Protocol):
    """One end of a connection: what it receives is written to the other end later, in order."""

    def __init__(self, delay: float) -> None:
        self.other: End | None = None
        self._delay = delay
        self._transport: asyncio.Transport | None = None
        self._late: deque[bytes] = deque()  # on the way; nothing for the end of the stream
        self._early: list[bytes] = []  # to be written when this end is connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        for data in self._early:
            self.write(data)

    def data_received(self, data: bytes) -> None:
        self._late.append(data)
        asyncio.get_running_loop().call_later(self._delay, self._forward)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        self.data_received(b"")

    def write(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
        elif not data:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.write(data)

    def _forward(self) -> None:
        assert self.other is not None
        self.other.write(self._late.popleft())


class Near(End):
    """The end at the client, which opens the other one."""

    def __init__(self, port: int, delay: float) -> None:
        super().__init__(delay)
        self._port = port
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = End(self._delay)
        self.other.other = self
        asyncio.get_running_loop().call_later(2 * self._delay, self._open, self.other)

    def _open(self, far: End) -> None:
        self._opening = asyncio.get_running_loop().create_task(self._connect(far))

    async def _connect(self, far: End) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: far, "127.0.0.1", self._port)
        except OSError:
            self.write(b"")


@asynccontextmanager
async def delaying_relay(port: int, round_trip: float) -> AsyncIterator[int]:
    """Relay to a port of this machine with a round trip in seconds; yield the relay's port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Near(port, round_trip / 2), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _main(port: int, milliseconds: float) -> None:
    async with delaying_relay(port, milliseconds / 1000) as own:
        print(f"127.0.0.1:{own}", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
