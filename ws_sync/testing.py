"""Test applications without a network: a client in memory that connects to a session.

    async def test_added_notes_are_counted():
        with Session() as session:
            notes = Notes()
        async with TestClient(session) as client:
            assert client.documents["NOTES"]["title"] == "My Notes"
            await client.act("NOTES", "ADD", note="milk")
            assert client.documents["NOTES"]["total_length"] == 4
            await client.replace("NOTES", "/title", "Groceries")
            assert notes.title == "Groceries"
            await client.start("NOTES", "countdown", seconds=0)
            await client.until(lambda documents: documents["NOTES"]["done"])
            assert await client.receive("_TOAST") == {"type": "success", "message": "done"}

The client exchanges the same frames as over a WebSocket: it serves the session as an ASGI server
does. Nothing sleeps, and every wait has a deadline.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from ws_sync._core.json.codec import JSON, Event, decode, encode, frame
from ws_sync._core.json.patch import apply
from ws_sync._core.protocol.events import (
    BIN_META,
    action_event,
    get_event,
    patch_event,
    set_event,
    split_event,
    task_cancel_event,
    task_start_event,
)
from ws_sync.session import Session

DEADLINE = 5.0
"""The default `timeout` of a `TestClient`, in seconds."""

_SCOPE: Scope = {
    "type": "websocket",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "scheme": "ws",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"testclient")],
    "client": ("testclient", 50000),
    "server": ("testserver", 80),
    "subprotocols": [],
}


class TestClient:
    """One connection of a client; an asynchronous context manager.

    Each method that sends an event, except `send` and `send_text`, returns after the session has
    handled the event and its answers were received. A started task may still run.

    Attributes:
        documents: the client's copy of every document, by key, as a browser holds it.
        events: all received events in order, as (type, data); the data of a binary pair is the
            metadata and the bytes as `data`.
        close_code: the code with which the server has closed the connection, or None.
    """

    __test__ = False  # pytest collects classes of this name

    def __init__(self, session: Session, timeout: float = DEADLINE) -> None:
        """Create a client; it connects in `async with`.

        Args:
            session: the session to connect to; another client of it is disconnected.
            timeout: seconds that each wait may take.
        """
        self.documents: dict[str, JSON] = {}
        self.events: list[Event] = []
        self.close_code: int | None = None
        self._session = session
        self._timeout = timeout
        self._taken: set[int] = set()  # positions of the events that `receive` has returned
        self._meta: JSON = None
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._idle = asyncio.Event()  # the server waits for a frame
        self._news = asyncio.Event()
        self._ws = WebSocket(dict(_SCOPE), self._to_server, self._from_server)

    async def __aenter__(self) -> Self:
        await self._put({"type": "websocket.connect"})
        self._serving = asyncio.create_task(self._session.handle_connection(self._ws))
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._put({"type": "websocket.disconnect", "code": 1000})
        async with self._deadline("the connection ends"):
            await self._serving
        del self._serving  # break the reference cycle with the connection

    async def send(self, event: str, data: JSON = None) -> None:
        """Send an event without waiting."""
        await self.send_text(frame(event, encode(data)))

    async def send_text(self, text: str) -> None:
        """Send any text frame without waiting."""
        await self._put({"type": "websocket.receive", "text": text})

    async def settle(self) -> None:
        """Wait until the session has handled all sent events, and its answers were received.

        Raises:
            TimeoutError: an action is still running.
        """
        async with self._deadline("everything sent is handled"):
            await asyncio.sleep(0)  # a new document is announced in the next iteration
            ended = asyncio.ensure_future(asyncio.wait([self._serving]))
            idle = asyncio.ensure_future(self._idle.wait())
            try:
                await asyncio.wait([ended, idle], return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
                idle.cancel()
            while self._is_unsent():  # noqa: ASYNC110  # its writer needs an iteration or two
                await asyncio.sleep(0)

    async def get(self, key: str) -> JSON:
        """Request a document, and return the state that the server sends."""
        await self.send(get_event(key))
        await self.settle()
        return self.documents[key]

    async def set(self, key: str, state: dict[str, JSON]) -> None:
        """Write attributes of a document with `_SET`."""
        self.documents[key] = {**self.documents[key], **state}
        await self.send(set_event(key), state)
        await self.settle()

    async def patch(self, key: str, *operations: dict[str, JSON]) -> None:
        """Apply a JSON Patch to a document, in the client's copy and at the server.

        Raises:
            RefusedPatch: the patch can't be applied to the client's copy; nothing is sent.
        """
        self.documents[key] = apply(self.documents[key], list(operations))
        await self.send(patch_event(key), list(operations))
        await self.settle()

    async def replace(self, key: str, path: str, value: JSON) -> None:
        """Replace one value of a document, given by its JSON Pointer; see `patch`."""
        await self.patch(key, {"op": "replace", "path": path, "value": value})

    async def act(self, key: str, action: str, /, **arguments: JSON) -> None:
        """Call an action and wait until it ends."""
        await self.send(action_event(key), {"type": action, **arguments})
        await self.settle()

    async def act_with_bytes(
        self, key: str, action: str, data: bytes, /, **arguments: JSON
    ) -> None:
        """Call an action with bytes as its argument `data`, and wait until it ends."""
        meta = {"type": action_event(key), "metadata": {"type": action, **arguments}}
        await self.send(BIN_META, meta)
        await self._put({"type": "websocket.receive", "bytes": data})
        await self.settle()

    async def start(self, key: str, task: str, /, **arguments: JSON) -> None:
        """Start a task; use `until` to wait for its effects."""
        await self.send(task_start_event(key), {"type": task, **arguments})
        await self.settle()

    async def cancel(self, key: str, task: str) -> None:
        """Cancel a task."""
        await self.send(task_cancel_event(key), {"type": task})
        await self.settle()

    async def receive(self, event: str) -> JSON:
        """Return the data of the next event of that type that was not returned yet.

        Raises:
            TimeoutError: none comes in time; the error names the received events.
        """
        async with self._deadline(f"{event} comes"):
            while True:
                for position, received in enumerate(self.events):
                    if received.type == event and position not in self._taken:
                        self._taken.add(position)
                        return received.data
                await self._change()

    async def until(self, condition: Callable[[dict[str, JSON]], object]) -> None:
        """Wait until a condition on the documents is true; a `LookupError` counts as false.

        Raises:
            TimeoutError: it does not become true in time; the error contains the documents.
        """
        async with self._deadline("the condition is true"):
            while not self._holds(condition):
                await self._change()

    def _is_unsent(self) -> bool:
        here = self._session.connection
        return here is not None and here.ws is self._ws and here.has_unsent

    def _holds(self, condition: Callable[[dict[str, JSON]], object]) -> bool:
        try:
            return bool(condition(self.documents))
        except LookupError:
            return False

    @asynccontextmanager
    async def _deadline(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError as error:
            names = [event.type for event in self.events[-10:]]
            raise TimeoutError(
                f"waited {self._timeout} s until {what}; the last events were {names}, and the"
                f" documents are {json.dumps(self.documents)[:1000]}"
            ) from error

    async def _change(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _put(self, message: Message) -> None:
        self._idle.clear()
        await self._inbox.put(message)

    async def _to_server(self) -> Message:
        if self._inbox.empty():
            self._idle.set()
        return await self._inbox.get()

    async def _from_server(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
        elif message["type"] == "websocket.send":
            self._take(message)
        self._news.set()

    def _take(self, message: Message) -> None:
        if message.get("text") is None:
            meta, self._meta = self._meta, None
            self.events.append(Event(meta["type"], {**meta["metadata"], "data": message["bytes"]}))
            return
        event = decode(message["text"])
        if event.type == BIN_META:
            self._meta = event.data
            return
        name, key = split_event(event.type)
        if name == "_SET" and key is not None:
            self.documents[key] = event.data
        elif name == "_PATCH" and key is not None:
            self.documents[key] = apply(self.documents[key], event.data)
        self.events.append(event)
