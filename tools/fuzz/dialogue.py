"""A whole session that receives frames of every kind, and a model of its client.

The client has read everything before it sends the next frame, so no edits are concurrent. After
each frame, the client must hold what the session's snapshot says. After a sync, it must hold the
state of the application.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.datastructures import Headers
from starlette.websockets import WebSocketState

from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import decode as decode_by_kit
from conformance.protocol.wire import same
from tools.fuzz import application
from tools.fuzz.application import Application, OnPurpose, make_in
from tools.fuzz.target import Finding
from tools.soak.application import UNHURRIED
from ws_sync import Session
from ws_sync._core.json.codec import decode, encode
from ws_sync._log import ATTRIBUTE
from ws_sync.exceptions import MalformedFrame, WsSyncError

Input = str | bytes | int
"""A text frame, a binary frame, or the number of an act of the server."""

REFUSALS = {"malformed-frame", "event-refused", "write-refused", "event-unknown"}
"""Names of the log records of refused frames."""
TURNS = 50
"""Turns of the event loop that a task may need to finish."""


class Records(logging.Handler):
    """The log of the session."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0
        self.wrong: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Record a refusal or an error."""
        self.refusals += getattr(record, ATTRIBUTE, {}).get("record") in REFUSALS
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not _is_the_applications(error):
            self.wrong.append(f"{record.getMessage()}: {type(error).__name__}: {error}")


class Wire:
    """One connection in memory, and the documents of its client."""

    client = ("memory", 0)
    headers = Headers()

    def __init__(self) -> None:
        self.application_state = WebSocketState.CONNECTED
        self.client_state = WebSocketState.CONNECTED
        self.close_code: int | None = None
        self.mirror = Mirror()
        self.wrong: str | None = None
        self._frames: list[str | bytes | None] = []
        self._more = asyncio.Event()
        self.is_idle = asyncio.Event()
        self._awaits_bytes = False

    async def accept(self) -> None:
        """Do nothing: it is accepted."""

    def put(self, frame: str | bytes | None) -> None:
        """Send a frame to the server; None closes the connection."""
        if isinstance(frame, str):
            self._edit(frame)
        self.is_idle.clear()
        self._frames.append(frame)
        self._more.set()

    async def receive(self) -> dict[str, Any]:
        """Wait for the next frame."""
        while not self._frames:
            self.is_idle.set()
            self._more.clear()
            await self._more.wait()
        frame = self._frames.pop(0)
        if frame is None:
            self.client_state = WebSocketState.DISCONNECTED
            return {"type": "websocket.disconnect", "code": 1005}
        return {"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame}

    async def send_text(self, data: str) -> None:
        """Receive a frame from the server."""
        try:
            self._take(data)
        except Exception as error:  # noqa: BLE001  # any error was caused by the server
            self.wrong = self.wrong or f"{type(error).__name__}: {error}; sent: {data}"

    async def send_bytes(self, _: bytes) -> None:
        """Receive bytes, which must follow their `_BIN_META`."""
        if not self._awaits_bytes:
            self.wrong = self.wrong or "bytes without a _BIN_META before them"
        self._awaits_bytes = False

    async def close(self, code: int = 1000, _: str | None = None) -> None:
        """Record the close code."""
        self.close_code = code
        self.application_state = WebSocketState.DISCONNECTED

    def _take(self, text: str) -> None:
        if self._awaits_bytes:
            raise Finding("a text frame between _BIN_META and its bytes")
        event = decode_by_kit(text)
        self._awaits_bytes = event.name == "_BIN_META"
        if event.name == "_SET" and event.key is not None:
            self.mirror.set(event.key, event.data)
        elif event.name == "_PATCH" and event.key is not None:
            self.mirror.patch(event.key, event.data)

    def _edit(self, text: str) -> None:
        """Apply the client's own edit, if the frame contains one."""
        with suppress(MalformedFrame, Inapplicable):
            name, _, key = decode(text).type.partition(":")
            data = decode(text).data
            if key not in self.mirror:
                return
            if name == "_PATCH" and type(data) is list and all(type(each) is dict for each in data):
                self.mirror.patch(key, data)
            elif name == "_SET" and type(data) is dict:
                self.mirror.merge(key, data)


class Dialogue:
    """One session, its application and its client."""

    def __init__(self) -> None:
        self.records = Records()
        log = logging.Logger("fuzzed", logging.WARNING)
        log.addHandler(self.records)
        self.session = Session(log, limits=UNHURRIED)
        self.application: Application = make_in(self.session)
        self.wire = Wire()
        self._serving: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Open a connection, which takes over an open one."""
        older, self.wire = self._serving, Wire()
        self._serving = asyncio.create_task(self.session.handle_connection(self.wire))
        await self.settle()
        if older is not None:
            await older

    async def end(self) -> None:
        """Close the connection and cancel the tasks."""
        self.wire.put(None)
        if self._serving is not None:
            await self._serving
            self._serving = None
        await self.application.stop()

    async def settle(self) -> None:
        """Wait until all frames are handled and all answers are sent."""
        assert self._serving is not None
        idle = asyncio.ensure_future(self.wire.is_idle.wait())
        async with asyncio.timeout(30):
            await asyncio.wait([idle, self._serving], return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        for turn in range(TURNS):  # tasks and the outbox need a few
            await asyncio.sleep(0)
            connection = self.session.connection
            tasks = [name for name in self.application.plain.sync.running_tasks if name != "wait"]
            if turn > 3 and not tasks and not (connection and connection.has_unsent):
                break

    async def feed(self, given: Input) -> None:
        """Handle one input, and check what must hold after it."""
        if isinstance(given, int):
            await ACTS[given % len(ACTS)](self)
            await self.settle()
        else:
            await self._feed(given)
        self._check()
        if self.wire.close_code is not None:
            raise Finding(f"the connection is closed with {self.wire.close_code}")

    async def compare(self) -> None:
        """Sync, and check that the client holds the state of the application."""
        for each in self.application.objects():
            with suppress(Exception):  # some attributes can't be read or sent
                await each.sync.sync()
        await self.settle()
        self._check()
        held = self.wire.mirror
        for each in self.application.objects():
            key = each.sync.key
            if key in held:
                self.wire.put(f'{{"type":"_GET:{key}"}}')
                before = held[key]
                await self.settle()
                if not same(before, held[key]):
                    raise Finding(f"the client held {before!r}, but the answer is {held[key]!r}")
        plain = self.application.plain
        for name in ("number", "items", "table", "rows", "members"):
            with suppress(WsSyncError):
                shown = decode(f'{{"type":"x","data":{encode(getattr(plain, name))}}}').data
                if not same(held["PLAIN"][name], shown):
                    raise Finding(
                        f"{name} is {shown!r}, but the client holds {held['PLAIN'][name]!r}"
                    )

    async def _feed(self, frame: str | bytes) -> None:
        before, refusals = self.application.dump(), self.records.refusals
        tasks = set(self.application.plain.sync.running_tasks)
        self.wire.put(frame)
        await self.settle()
        if self.records.refusals > refusals and tasks <= {"wait"}:
            after = self.application.dump()
            if after != before:
                raise Finding(f"refused, but the state was {before}\nand is {after}")

    def _check(self) -> None:
        if self.records.wrong:
            raise Finding(self.records.wrong[0])
        if self.wire.wrong:
            raise Finding(self.wire.wrong)
        for each in self.application.objects():
            key = each.sync.key
            if key not in self.wire.mirror:
                continue
            held, snapshot = self.wire.mirror[key], each.sync.state_snapshot
            if not same(held, snapshot):
                raise Finding(f"the client holds {held!r}, but the snapshot is {snapshot!r}")


async def _sync(dialogue: Dialogue) -> None:
    for each in dialogue.application.objects():
        with suppress(Exception):
            await each.sync.sync()


async def _change(dialogue: Dialogue) -> None:
    model, typed = dialogue.application.model, dialogue.application.typed
    model.size = (model.size + 1) % 100
    model.parts.reverse()
    typed.some_texts.append("server")
    typed.point.x += 1
    await typed.sync()
    await model.sync()


async def _change_tracked(dialogue: Dialogue) -> None:
    plain = dialogue.application.plain
    with suppress(AttributeError, TypeError):  # the client has replaced it
        plain.rows.insert(1, {"id": len(plain.rows)})
        plain.rows.reverse()
        plain.members.pop("a", None)
    with suppress(Exception):  # some attribute can't be read or sent
        await plain.sync()


async def _take_over(dialogue: Dialogue) -> None:
    await dialogue.connect()


async def _reconnect(dialogue: Dialogue) -> None:
    await dialogue.end()
    await dialogue.connect()


async def _recreate(dialogue: Dialogue) -> None:
    """Create new objects, which take the keys of the old ones."""
    await dialogue.end()
    dialogue.application = make_in(dialogue.session)
    await dialogue.connect()


ACTS: list[Callable[[Dialogue], Any]] = [
    _sync, _change, _change_tracked, _take_over, _reconnect, _recreate,
]  # fmt: skip


def _is_the_applications(error: BaseException) -> bool:
    """Return whether a logged error was raised by the application on purpose."""
    if isinstance(error, OnPurpose | WsSyncError):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == application.__file__


async def converse(inputs: list[Input]) -> None:
    """Run a session with inputs, one after the other."""
    dialogue = Dialogue()
    await dialogue.connect()
    try:
        for given in inputs:
            await dialogue.feed(given)
        await dialogue.compare()
    finally:
        await dialogue.end()
