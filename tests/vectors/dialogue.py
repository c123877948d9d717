"""Plays a dialogue of the vectors against a server, over real WebSockets.

Each frame of the server in the dialogue has to arrive, in order on its connection, and no other.
An observing player also asks for the server's state after each step that has one; that must not
change any other frame.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from typing import Any, Self, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from conformance.protocol.wire import JSON, same
from tests.deadlines import DEADLINE

Frame: TypeAlias = Any
"""A text frame as its JSON value, or a binary frame."""


class Client:
    """One connection, with the received frames that no step has taken yet."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._waiting: deque[Frame] = deque()

    @classmethod
    async def open(cls, url: str) -> Self:
        return cls(await connect(url, proxy=None, open_timeout=DEADLINE, close_timeout=DEADLINE))

    async def send(self, frame: Frame) -> None:
        await self._socket.send(frame if isinstance(frame, bytes) else json.dumps(frame))

    async def next(self) -> Frame:
        """Take the next frame."""
        return self._waiting.popleft() if self._waiting else await self._receive()

    async def peek(self) -> Frame:
        """Return the next frame without taking it."""
        if not self._waiting:
            self._waiting.append(await self._receive())
        return self._waiting[0]

    async def state(self, key: str) -> JSON:
        """Ask for the state of a key; frames before the answer are kept."""
        other = "LAZY" if key != "LAZY" else "SECOND"
        await self.send({"type": f"_GET:{key}"})
        await self.send({"type": f"_GET:{other}"})
        came: list[Frame] = []
        while not came or isinstance(came[-1], bytes) or came[-1]["type"] != f"_SET:{other}":
            came.append(await self._receive())
        answer = came[-2]
        assert answer["type"] == f"_SET:{key}"
        self._waiting.extend(came[:-2])
        return answer["data"]

    async def ended(self) -> int | None:
        """Wait for the close code; no frame may be left or arrive before it."""
        assert not self._waiting
        async with asyncio.timeout(DEADLINE):
            try:
                raise AssertionError(f"instead of the end came {await self._socket.recv()!r}")
            except ConnectionClosed:
                return self._socket.close_code

    async def close(self) -> None:
        await self._socket.close()

    async def lose(self) -> None:
        """Abort the connection, after the server has handled everything that was sent."""
        await self.state("SECOND")
        self._socket.transport.abort()
        await self._socket.wait_closed()

    def nothing_waits(self) -> bool:
        """Whether every received frame was taken."""
        return not self._waiting

    async def _receive(self) -> Frame:
        async with asyncio.timeout(DEADLINE):
            frame = await self._socket.recv()
        return frame if isinstance(frame, bytes) else json.loads(frame)


class Player:
    """Plays one dialogue.

    Args:
        urls: The URL for each kind of endpoint that a connection opens.
        observing: Whether to ask for the states of the server.
    """

    def __init__(self, dialogue: Any, urls: dict[str, str], *, observing: bool) -> None:
        self._steps: list[Any] = dialogue["steps"]
        self._urls = urls
        self._observing = observing
        self._open: dict[str, Client] = {}
        self._something_passes = False

    async def play(self) -> None:
        """Play all steps."""
        try:
            await self._play_all()
        finally:
            await asyncio.gather(*(client.close() for client in self._open.values()))

    async def _play_all(self) -> None:
        for position, step in enumerate(self._steps):
            await self._play(step, position)
            if self._observing and step.get("connection") in self._open:
                for key, state in step.get("server", {}).items():
                    found = await self._open[step["connection"]].state(key)
                    assert same(found, state), f"step {position}: {key} is {found}"
        assert all(client.nothing_waits() for client in self._open.values())

    async def _play(self, step: Any, position: int) -> None:
        if "passes" in step:
            self._something_passes = True
            return
        label = step["connection"]
        if "opens" in step:
            self._open[label] = await self._opened(step, position)
        elif "lost" in step:
            await self._open.pop(label).lose()
        elif "closes" in step:
            code = await self._open.pop(label).ended()
            assert step.get("code", code) == code, f"step {position}"
        elif step["from"] == "client":
            await self._open[label].send(content(step))
        else:
            found = await self._open[label].next()
            assert agrees(found, content(step)), f"step {position}: {found!r}"

    async def _opened(self, step: Any, position: int) -> Client:
        """Connect, again until the first frame shows what has happened at the server meanwhile."""
        url = self._urls[step["opens"]]
        client = await Client.open(url)
        if self._something_passes:
            first = next(s for s in self._steps[position:] if s.get("from") == "server")
            async with asyncio.timeout(DEADLINE):
                while not agrees(await client.peek(), content(first)):
                    await client.close()
                    client = await Client.open(url)
        return client


def content(step: Any) -> Frame:
    """The frame of a step."""
    return base64.b64decode(step["binary"]) if "binary" in step else step["frame"]


def agrees(found: Frame, expected: Frame) -> bool:
    """Whether a frame is the expected one; the text of `_DISCONNECT` may be any."""
    if isinstance(found, bytes) or isinstance(expected, bytes):
        return bool(found == expected)
    if expected["type"] == "_DISCONNECT":
        return bool(found["type"] == "_DISCONNECT" and isinstance(found["data"], str))
    return same(found, expected)
