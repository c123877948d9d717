"""The shortest client testee in Python: a complete client, with `websockets` and `jsonpatch`.

pip install websockets jsonpatch
ws-sync test --client-cmd 'python client_testee.py {url}'
"""

import asyncio
import base64
import hashlib
import json
import random
import sys
import uuid
from contextlib import suppress
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

INITIAL = {"text": "", "number": 0, "flag": False, "items": [], "table": {}, "anything": None}


class Client:
    def __init__(self) -> None:
        self.identity = {"user": uuid.uuid4().hex, "session": uuid.uuid4().hex}
        self.value: Any = INITIAL  # what the user sees
        self.shared: Any = None  # `value` without unsent edits; None before the first state
        self.announced: Any = None  # a `_BIN_META` whose bytes have not arrived
        self.outbox: list[str | bytes] = []
        self.attempts = 0
        self.goes_on = True

    async def run(self, url: str) -> None:
        while self.goes_on:
            with suppress(OSError, WebSocketException):
                async with connect(url, max_size=1 << 24) as socket:
                    await self.serve(socket)
            longest = min(0.02 * 1.6**self.attempts, 0.2)  # seconds
            self.attempts += 1
            await asyncio.sleep(longest * random.uniform(0.5, 1))

    async def serve(self, socket: ClientConnection) -> None:
        self.shared = self.announced = None
        self.outbox.clear()
        while self.goes_on:
            frame = await socket.recv()
            with suppress(ValueError, RecursionError):  # an invalid frame has no effect
                self.receive(frame)
            while self.outbox:
                await socket.send(self.outbox.pop(0))

    def send(self, event: str, data: Any) -> None:
        self.outbox.append(json.dumps({"type": event, "data": data}))

    # Received events

    def receive(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            announced, self.announced = self.announced, None
            if announced and announced["type"] == "_ACTION:TESTEE":
                self.record("bytes", {"metadata": announced["metadata"], **measured(frame)})
            return
        event: Any = read(frame)
        match event:
            case {"type": "_SET:TESTEE", "data": dict(state)}:
                self.shared = self.value = state
                self.attempts = 0
            case {"type": "_PATCH:TESTEE", "data": operations}:
                self.follow(operations)
            case {"type": "_GET:TESTEE"}:
                self.send_state()
            case {"type": "_ACTION:TESTEE", "data": {"type": str(name), **arguments}}:
                self.act(name, arguments)
            case {"type": "_BIN_META", "data": data}:
                self.announced = None
                match data:
                    case {"type": str(), "metadata": dict(metadata)} if "data" not in metadata:
                        self.announced = data
            case {"type": "_TOAST", "data": dict(toast)}:
                self.record("toast", toast)
            case {"type": "_DOWNLOAD", "data": {"filename": str(filename), "data": str(base)}}:
                content = base64.b64decode(base, validate=True)
                self.record("file", {"filename": filename, **measured(content)})
            case {"type": "_REQUEST_USER_SESSION"}:
                self.send("_USER_SESSION", self.identity)
            case {"type": "_DISCONNECT"}:
                self.goes_on = False

    def follow(self, operations: Any) -> None:
        try:
            if self.shared is None:
                raise ValueError("a patch came before the state")
            shared = patched(self.shared, operations)
        except ValueError:
            self.shared = None  # no patch is sent before the answer
            self.send("_GET:TESTEE", {})
            raise
        try:
            self.value = patched(self.value, operations)
        except ValueError:  # an unsent edit conflicts with it
            self.value = shared
        self.shared = shared

    def record(self, what: str, data: Any) -> None:
        self.value = {**self.value, "anything": {what: data}}

    # Actions that the kit calls

    def act(self, name: str, arguments: dict[Any, Any]) -> None:
        match name, arguments:
            case "assign" | "assignQuietly", {"name": str(attribute), "value": value}:
                self.value = {**self.value, attribute: value}
                if name == "assign":
                    self.publish()
            case "edit", {"operations": operations}:
                self.value = patched(self.value, operations)
                self.publish()
            case "publish", _:
                self.publish()
            case "fetchState", _:
                self.send("_GET:TESTEE", {})
            case "sendState", _:
                self.send_state()
            case "call", {"name": called, "arguments": dict(given)}:
                self.send("_ACTION:TESTEE", {"type": called, **given})
            case "startTask", {"name": called, "arguments": dict(given)}:
                self.send("_TASK_START:TESTEE", {"type": called, **given})
            case "cancelTask", {"name": called, "arguments": dict(given)}:
                self.send("_TASK_CANCEL:TESTEE", {"type": called, **given})
            case "sendBytes", {"name": called, "metadata": dict(given), "content": str(content)}:
                metadata = {"type": called, **given}
                self.send("_BIN_META", {"type": "_ACTION:TESTEE", "metadata": metadata})
                self.outbox.append(base64.b64decode(content))
            case _:
                self.record("action", {"type": name, **arguments})

    def publish(self) -> None:
        if self.shared is None:
            return
        patch = [
            {"op": "add", "path": pointer(name), "value": value}
            for name, value in self.value.items()
            if name not in self.shared or text(value) != text(self.shared[name])
        ]
        patch += [{"op": "remove", "path": pointer(n)} for n in self.shared if n not in self.value]
        self.shared = self.value
        if patch:
            self.send("_PATCH:TESTEE", patch)

    def send_state(self) -> None:
        self.send("_SET:TESTEE", self.value)
        if self.shared is not None:
            self.shared = self.value


def read(frame: str) -> Any:
    """Parse JSON; refuse NaN, lone surrogates and duplicate members."""
    event = json.loads(frame, object_pairs_hook=unique)
    json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    return event


def unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) < len(members):
        raise ValueError("two members have the same name")
    return dict(members)


def patched(document: Any, patch: Any) -> Any:
    try:
        document = jsonpatch.apply_patch(document, patch)
    except (jsonpatch.JsonPatchException, JsonPointerException, LookupError, TypeError) as error:
        raise ValueError("the patch can't be applied") from error
    if not isinstance(document, dict):
        raise ValueError("a document must be an object")
    return document


def pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def text(value: Any) -> str:
    """Return a form in which 1 and true differ."""
    return json.dumps(value, sort_keys=True)


def measured(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


if __name__ == "__main__":
    asyncio.run(Client().run(sys.argv[1]))
