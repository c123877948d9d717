"""Runs a program of this folder: `python stage.py s_08`.

A program is a module with `async def show(stage)`, which asserts what is right. It runs in the
environment of a release as well as in this project's: it uses what all of them have. This module
needs Starlette and jsonpatch.

Exit status: 0 it is right; 1 it is wrong; 3 there is nothing of the kind to be right or wrong. The
last line of the output says why.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jsonpatch
from starlette.websockets import WebSocket

DEADLINE = 3.0
"""Seconds after which what has not come does not come."""

RIGHT, WRONG, NOT_APPLICABLE = 0, 1, 3

_SCOPE = {"type": "websocket", "path": "/", "client": ("peer", 1)}


class Missing(Exception):
    """The release does not have what the defect is about."""


class Peer:
    """A client in memory, on one connection of a session.

    Attributes:
        documents: the client's copies, by key.
        events: what came, as (event, data); bytes are ("bytes", …).
        closed: the code with which the server has closed the connection.
        sending: replaced by a test to make sending slow, or fail.
    """

    def __init__(self, session: Any, headers: dict[str, str] | None = None) -> None:
        self.documents: dict[str, Any] = {}
        self.events: list[tuple[str, Any]] = []
        self.closed: int | None = None
        self.sending: Callable[[], Any] = lambda: None
        self._session = session
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        self._ws = WebSocket({**_SCOPE, "headers": raw}, self._inbox.get, self._take)
        self._inbox.put_nowait({"type": "websocket.connect"})
        self.serving = asyncio.create_task(self._serve())

    async def send(self, event: str, data: Any = None) -> None:
        """Send an event."""
        text = json.dumps({"type": event, "data": data})
        await self._inbox.put({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        """End the connection and wait until the server is done with it.

        Raises:
            Exception: what leaves the application.
        """
        await self._inbox.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(DEADLINE):
            await self.serving

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition.

        Raises:
            AssertionError: it does not come true.
        """
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"waited in vain; the last events: {self.events[-3:]}") from None

    async def fence(self, key: str) -> Any:
        """Wait until everything sent has had its effect; the state of a document."""
        before = sum(event == f"_SET:{key}" for event, _ in self.events)
        await self.send(f"_GET:{key}", {})
        await self.until(lambda: sum(event == f"_SET:{key}" for event, _ in self.events) > before)
        return self.documents[key]

    async def _serve(self) -> None:
        await self._ws.accept()
        await self._session.new_connection(self._ws)
        await self._session.handle_connection()

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            waiting = self.sending()
            if waiting is not None:
                await waiting
            self._note(message)
        elif message["type"] == "websocket.close":
            self.closed = message["code"]
        self._news.set()

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("text") is None:
            self.events.append(("bytes", message["bytes"]))
            return
        event = json.loads(message["text"])
        kind, _, key = event["type"].partition(":")
        if kind == "_SET":
            self.documents[key] = event["data"]
        elif kind == "_PATCH":
            self.documents[key] = jsonpatch.apply_patch(self.documents[key], event["data"])
        self.events.append((event["type"], event.get("data")))


class Stage:
    """What a program has to work with."""

    @asynccontextmanager
    async def connected(
        self, session: Any, key: str | None = None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[Peer]:
        """Connect a client; with a key, wait for that document's state.

        Args:
            session: what serves it; anything that has a session's methods for that.
            key: that of the document.
            headers: those of the handshake, in lower case.
        """
        peer = Peer(session, headers)
        try:
            if key is not None:
                await peer.until(lambda: key in peer.documents)
            yield peer
        finally:
            peer.serving.cancel()

    def missing(self, what: str) -> Missing:
        """Return the exception to raise when the release has nothing of the kind."""
        return Missing(what)


def main() -> int:
    """Run a program by its name."""
    try:
        program = importlib.import_module(sys.argv[1])
        asyncio.run(asyncio.wait_for(program.show(Stage()), 10 * DEADLINE))
    except (ImportError, Missing) as missing:
        print(missing)  # noqa: T201
        return NOT_APPLICABLE
    except BaseException as error:  # noqa: BLE001  # whatever the release does
        traceback.print_exc()
        print(" ".join(f"{type(error).__name__}: {error}".split())[:200])  # noqa: T201
        return WRONG
    print("right")  # noqa: T201
    return RIGHT


if __name__ == "__main__":
    sys.exit(main())
