"""Testees that send without limit, or accept few connections.

Each is the honest testee of `tests/mutants` with one more method; its docstring says what is odd.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

from tests.conformance import strangers
from tests.mutants.frames import JSON
from tests.mutants.honest import Honest
from tests.mutants.link import Link


@asynccontextmanager
async def serving(kind: type[Honest]) -> AsyncIterator[str]:
    """Serve a testee; yields its URL."""
    async with strangers.serving(kind) as (url, _):
        yield url


class Limited(Honest):
    """It accepts twenty connections, and answers further handshakes with 503."""

    @classmethod
    def handshake(cls, socket: ServerConnection, _: Request) -> Response | None:
        if len(socket.server.connections) > 20:
            return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "full")
        return None


class Provoked(Honest):
    """It does something odd when an action is called with the text "of the case"."""

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        if isinstance(data, dict) and data.get("value") == "done":
            asyncio.create_task(self.attack(link))  # noqa: RUF006 - it ends with its connection
        else:
            super().run_action(link, key, data)

    async def attack(self, link: Link) -> None:
        """Send what is odd."""


class Floods(Provoked):
    """It sends toasts as fast as it can."""

    async def attack(self, link: Link) -> None:
        toast = json.dumps({"type": "_TOAST", "data": {"type": "info", "message": "and again"}})
        frames = Frame(Opcode.TEXT, toast.encode()).serialize(mask=False) * 1000
        while not link.socket.transport.is_closing():
            link.socket.transport.write(frames)
            await asyncio.sleep(0)


class SendsEndlessFrame(Provoked):
    """It begins a frame of a gigabyte."""

    async def attack(self, link: Link) -> None:
        link.socket.transport.write(b"\x81\x7f" + (1 << 30).to_bytes(8) + b'{"type":')


class SendsBomb(Provoked):
    """It sends a patch that doubles an attribute forty times."""

    async def attack(self, link: Link) -> None:
        seed = {"op": "add", "path": "/table/a", "value": "0123456789" * 100}
        copies = [{"op": "copy", "from": "/table", "path": f"/table/{n}"} for n in range(40)]
        self.send(link, "_PATCH:TESTEE", [seed, *copies])
