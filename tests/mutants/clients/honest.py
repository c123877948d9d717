"""The honest client under test (spec/testee.md): what the specification rules, one rule a method.

It shares nothing with `ws_sync`. Its frames and patches are those of the honest server. It is as
plain as a client may be: edits that were not sent are dropped when a state comes.
"""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import base64
import copy
import hashlib
import random
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.mutants.frames import JSON, Frames, Malformed
from tests.mutants.patching import Patching, Refused

KEY = "TESTEE"
FIRST, LONGEST, GROWTH = 0.015, 0.19, 1.6
OTHERS = frozenset({"_USER_SESSION", "_TASK_START", "_TASK_CANCEL"})


class Honest(Frames, Patching):
    """A client that keeps every rule.

    Attributes:
        shared: What the server is known to hold; None before the state of a connection has come.
        value: That, with edits that were not sent.
        announced: The `_BIN_META` that waits for its bytes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.identity = {"user": uuid.uuid4().hex, "session": uuid.uuid4().hex}
        self.shared: JSON = None
        self.value: JSON = {}
        self.announced: JSON = None
        self.stopped = False
        self.attempts = 0
        self.outbox: list[str | bytes] = []

    # Connections

    async def run(self) -> None:
        """Connect until it is told to stop."""
        while True:
            try:
                async with connect(self.url, **self.options()) as socket:
                    await self.serve(socket)
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                pass
            if not self.goes_on():
                return
            await asyncio.sleep(self.wait())

    def options(self) -> dict[str, Any]:
        """connection-no-subprotocol, connection-large-frames."""
        return {"max_size": 1 << 24, "ping_interval": None, "compression": None, "proxy": None}

    def goes_on(self) -> bool:
        """session-reconnect, session-disconnect-final."""
        return not self.stopped

    def wait(self) -> float:
        """session-backoff."""
        longest = min(FIRST * GROWTH**self.attempts, LONGEST)
        self.attempts += 1
        return longest * random.uniform(0.5, 1)

    async def serve(self, socket: ClientConnection) -> None:
        """Handle everything that comes on one connection, in its order (connection-order)."""
        self.opened()
        await self.send_out(socket)
        async for frame in socket:
            try:
                self.receive(frame)
            except Malformed:
                self.malformed()
            except Refused:
                pass
            await self.send_out(socket)
            if self.stopped:
                return

    def opened(self) -> None:
        """state-client-base, binary-per-connection."""
        self.shared, self.announced = None, None
        self.outbox.clear()

    def malformed(self) -> None:
        """connection-malformed-survives: nothing."""

    async def send_out(self, socket: ClientConnection) -> None:
        """Send what is to be sent, in its order."""
        while self.outbox:
            await socket.send(self.outbox.pop(0))

    def send(self, type_: str, data: JSON) -> None:
        """connection-text, events-envelope."""
        self.outbox.append(self.encode(type_, data))

    # What comes in

    def receive(self, frame: str | bytes) -> None:
        """One frame."""
        if isinstance(frame, bytes):
            self.take_bytes(frame)
            return
        type_, data = self.decode(frame)
        name, colon, key = type_.partition(":")
        if colon:
            self.receive_keyed(name, key, data)
        else:
            self.receive_plain(name, data)

    def receive_keyed(self, name: str, key: str, data: JSON) -> None:
        """events-key, events-unknown-key, events-unknown-type, events-direction-client."""
        if key != KEY:
            return
        match name:
            case "_SET":
                self.take_state(data)
            case "_PATCH":
                self.take_patch(data)
            case "_GET":
                self.answer(data)
            case "_ACTION":
                self.take_call(data)

    def receive_plain(self, name: str, data: JSON) -> None:
        """The events without a key."""
        match name:
            case "_BIN_META":
                self.announce(data)
            case "_DISCONNECT":
                self.stopped = True
            case "_REQUEST_USER_SESSION":
                self.identify()
            case "_TOAST" if isinstance(data, dict):
                self.record("toast", data)
            case "_DOWNLOAD" if isinstance(data, dict):
                self.take_file(data)

    def identify(self) -> None:
        """session-identify-answer."""
        self.outbox.insert(0, self.encode("_USER_SESSION", self.identity))

    def take_state(self, data: JSON) -> None:
        """state-set-replaces."""
        if not isinstance(data, dict):
            raise Refused
        self.attempts = 0
        self.shared, self.value = data, data

    def take_patch(self, data: JSON) -> None:
        """patch-atomic, state-ask-again."""
        if self.shared is None:
            self.ask()
            return
        try:
            shared = self.apply_patch(self.shared, data)
            if not isinstance(shared, dict):
                raise Refused
        except Refused:
            self.not_applicable(data)
            return
        try:
            self.value = self.apply_patch(self.value, data)
        except Refused:
            self.value = shared
        self.shared = shared

    def not_applicable(self, data: JSON) -> None:
        """state-ask-again, state-client-patch: no patch is made before the answer."""
        self.shared = None
        self.ask()

    def ask(self) -> None:
        """Ask for the state."""
        self.send(f"_GET:{KEY}", {})

    def answer(self, data: JSON) -> None:
        """state-get, state-get-data; what was sent is the base of the next patch."""
        self.send(f"_SET:{KEY}", self.value)
        if self.shared is not None:
            self.shared = self.value

    def check_growth(self, state: JSON, operations: list[JSON]) -> None:
        """That rule binds servers."""

    # Bytes and notices

    def announce(self, data: JSON) -> None:
        """binary-newest, binary-malformed, binary-reserved, binary-no-state."""
        self.announced = None
        good = isinstance(data, dict) and isinstance(data.get("type"), str)
        if not good or not isinstance(data.get("metadata"), dict) or "data" in data["metadata"]:
            raise Refused
        self.announced = data

    def take_bytes(self, content: bytes) -> None:
        """binary-deliver, binary-unannounced, binary-unknown."""
        announced, self.announced = self.announced, None
        if announced is not None and announced["type"] == f"_ACTION:{KEY}":
            self.record("bytes", {"metadata": announced["metadata"], **measured(content)})

    def take_file(self, data: JSON) -> None:
        """notices-deliver."""
        try:
            content = base64.b64decode(data["data"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise Refused from None
        self.record("file", {"filename": data.get("filename"), **measured(content)})

    def record(self, what: str, data: JSON) -> None:
        """Keep what came in `anything`, and send nothing."""
        self.value = {**self.value, "anything": {what: data}}

    # Calls

    def take_call(self, data: JSON) -> None:
        """actions-malformed, actions-error, actions-deliver."""
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            raise Refused
        arguments = {name: value for name, value in data.items() if name != "type"}
        call = self.actions().get(data["type"])
        if call is None:
            self.unknown_call(data)
            return
        try:
            call(**arguments)
        except (TypeError, ValueError, Refused):
            self.failed()

    def actions(self) -> dict[str, Any]:
        """What can be called (security-lookup)."""
        return {
            "assign": self.assign, "edit": self.edit, "assignQuietly": self.assign_quietly,
            "publish": self.publish, "fetchState": self.ask, "sendState": self.send_state,
            "call": self.call, "startTask": self.start_task, "cancelTask": self.cancel_task,
            "sendBytes": self.send_bytes,
        }  # fmt: skip

    def unknown_call(self, data: JSON) -> None:
        """actions-unknown."""
        self.record("action", data)

    def failed(self) -> None:
        """actions-error: nothing."""

    def assign(self, name: str, value: JSON) -> None:
        """Edit one attribute, and send that."""
        self.assign_quietly(name, value)
        self.publish()

    def edit(self, operations: JSON) -> None:
        """Edit by a patch, and send that."""
        self.value = self.apply_patch(self.value, operations)
        self.publish()

    def assign_quietly(self, name: str, value: JSON) -> None:
        """Edit one attribute."""
        self.value = {**self.value, name: copy.deepcopy(value)}

    def publish(self) -> None:
        """state-client-base, state-client-patch, patch-size."""
        if self.shared is None:
            return
        operations = self.make_patch(self.shared, self.value)
        self.shared = self.value
        if operations:
            self.send(f"_PATCH:{KEY}", operations)

    def send_state(self) -> None:
        """Send the whole state."""
        self.answer(None)

    def call(self, name: str, arguments: JSON) -> None:
        """Call an action of the server (actions-shape)."""
        self.send(f"_ACTION:{KEY}", {"type": name, **arguments})

    def start_task(self, name: str, arguments: JSON) -> None:
        """Start a task."""
        self.send(f"_TASK_START:{KEY}", {"type": name, **arguments})

    def cancel_task(self, name: str, arguments: JSON) -> None:
        """Cancel a task."""
        self.send(f"_TASK_CANCEL:{KEY}", {"type": name, **arguments})

    def send_bytes(self, name: str, metadata: JSON, content: str) -> None:
        """binary-pair."""
        metadata = {"type": name, **metadata}
        self.send("_BIN_META", {"type": f"_ACTION:{KEY}", "metadata": metadata})
        self.outbox.append(base64.b64decode(content))


def measured(content: bytes) -> dict[str, JSON]:
    """What the state tells of bytes."""
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
