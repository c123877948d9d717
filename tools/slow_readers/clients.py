"""The clients: normal ones, whose round trips are timed, and slow readers."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SLOW = 1024
"""Bytes that a slow reader reads in a second."""


class Normal(WSListener):
    """A client that calls an action at a fixed rate, and records the latencies.

    Attributes:
        latencies: seconds from each call to the patch that follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.latencies: list[float] = []
        self._calls = 0
        self._called = 0.0
        self._transport: WSTransport

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def on_ws_frame(self, _: WSTransport, frame: WSFrame) -> None:
        """Record the latency of an answer."""
        if frame.msg_type == WSMsgType.TEXT and self._called:
            self.latencies.append(time.perf_counter() - self._called)
            self._called = 0.0

    def call(self) -> None:
        """Call the action, unless the last call has no answer yet."""
        if not self._called:
            self._calls += 1
            self._called = time.perf_counter()
            text = b'{"type":"_ACTION:K","data":{"type":"SET","value":%d}}' % self._calls
            self._transport.send(WSMsgType.TEXT, text)

    def close(self) -> None:
        """End the connection."""
        self._transport.disconnect()


async def connect(url: str, number: int) -> list[Normal]:
    """Connect `number` normal clients."""
    found: list[Normal] = []
    for _ in range(number):
        _, client = await ws_connect(Normal, f"{url}normal", websocket_handshake_timeout=60)
        assert isinstance(client, Normal)
        found.append(client)
    return found


async def measure(clients: list[Normal], seconds: float, rate: float) -> list[float]:
    """Make every client call `rate` times a second, and return all latencies, sorted."""
    random, loop = Random(1), asyncio.get_running_loop()
    for client in clients:
        client.latencies.clear()
    end = loop.time() + seconds

    def call(client: Normal) -> None:
        if loop.time() < end:
            client.call()
            loop.call_later(1 / rate, call, client)

    for client in clients:
        loop.call_later(random.random() / rate, call, client)
    await asyncio.sleep(seconds + 1)
    return sorted(latency for client in clients for latency in client.latencies)


class Reader:
    """A connection to `/large` that reads only on demand.

    Attributes:
        read: bytes read so far.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self.read = 0
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(60)
        self._socket.connect(address)
        key = base64.b64encode(os.urandom(16))
        self._socket.sendall(
            b"GET /large HTTP/1.1\r\nHost: localhost\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: %b\r\nSec-WebSocket-Version: 13\r\n\r\n" % key
        )
        self._socket.setblocking(False)

    def take(self, most: int) -> None:
        """Read at most `most` bytes of what has arrived."""
        try:
            while most > 0 and (got := len(self._socket.recv(min(most, 1 << 16)))):
                self.read += got
                most -= got
        except (BlockingIOError, ConnectionError):
            return

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


@contextmanager
def reading(address: tuple[str, int], prompt: int, slow: int, stalled: int) -> Iterator[None]:
    """Keep clients connected that read promptly, slowly, and not at all."""
    readers = [Reader(address) for _ in range(prompt + slow + stalled)]
    task = asyncio.ensure_future(_read(readers[:prompt], readers[prompt : prompt + slow]))
    try:
        yield
    finally:
        task.cancel()
        for reader in readers:
            reader.close()


async def _read(prompt: list[Reader], slow: list[Reader]) -> None:
    turns = 20
    while True:
        for turn in range(turns):
            for reader in prompt:
                reader.take(1 << 30)
            for reader in slow[turn::turns]:
                reader.take(SLOW)
            await asyncio.sleep(1 / turns)
