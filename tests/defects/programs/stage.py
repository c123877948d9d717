"""Runs a program of this folder: `python stage.py s_08`.

A program is a module with `async def show(stage)`, which asserts the right behaviour. It runs in
the environments of the releases and in this project's, so it uses only their common API. This
module needs Starlette and jsonpatch.

Exit status: 0 right; 1 wrong; 3 the release lacks the feature. The last line of the output gives
the reason.
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
"""Seconds after which an awaited event counts as missing."""

RIGHT, WRONG, NOT_APPLICABLE = 0, 1, 3

_SCOPE = {"type": "websocket", "path": "/", "client": ("peer", 1)}


class Missing(Exception):
    """The release lacks the feature of the defect."""


class Peer:
    """A client in memory, on one connection of a session.

    Attributes:
        documents: the client's copies, by key.
        events: the received events, as (event, data); bytes are ("bytes", …).
        closed: the code with which the server has closed the connection.
        sending: called before each frame is sent; a test replaces it to delay or fail sending.
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
        """End the connection and wait until the server has handled that.

        Raises:
            Exception: the exception that the application raised.
        """
        await self._inbox.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(DEADLINE):
            await self.serving

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition.

        Raises:
            AssertionError: it does not become true.
        """
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(
                f"nothing came within {DEADLINE} s; the last events: {self.events[-3:]}"
            ) from None

    async def fence(self, key: str) -> Any:
        """Wait until all sent events were handled; return the state of a document."""
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
    """The tools of a program."""

    @asynccontextmanager
    async def connected(
        self, session: Any, key: str | None = None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[Peer]:
        """Connect a client; with a key, wait for the state of that document.

        Args:
            session: a session, or an object with the same methods.
            key: the key of the document.
            headers: the headers of the handshake, in lower case.
        """
        peer = Peer(session, headers)
        try:
            if key is not None:
                await peer.until(lambda: key in peer.documents)
            yield peer
        finally:
            peer.serving.cancel()

    def missing(self, what: str) -> Missing:
        """Return the exception to raise when the release lacks a feature."""
        return Missing(what)


def main() -> int:
    """Run a program by its name."""
    try:
        program = importlib.import_module(sys.argv[1])
        asyncio.run(asyncio.wait_for(program.show(Stage()), 10 * DEADLINE))
    except (ImportError, Missing) as missing:
        print(missing)  # noqa: T201
        return NOT_APPLICABLE
    except BaseException as error:  # noqa: BLE001  # the release may raise anything
        traceback.print_exc()
        print(" ".join(f"{type(error).__name__}: {error}".split())[:200])  # noqa: T201
        return WRONG
    print("right")  # noqa: T201
    return RIGHT


if __name__ == "__main__":
    sys.exit(main())
