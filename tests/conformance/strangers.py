"""Servers of applications without the testee contract, right and wrong, that record what they get.

Each is a few lines on the honest testee of `tests/mutants`; its docstring says what is odd.
"""

# ruff: noqa: ARG002 - most overridden methods ignore an argument

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.mutants.frames import JSON
from tests.mutants.honest import Honest, Server, Write
from tests.mutants.link import Link
from tests.mutants.patch import AppliesHalf
from tests.mutants.patching import Refused

TICK = 0.02


class Stranger(Honest):
    """A right one; it records its frames."""

    frames: list[str | bytes]

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.frames = []

    def receive(self, link: Link, frame: str | bytes) -> None:
        self.frames.append(frame)
        super().receive(link, frame)


class Silent(Stranger):
    """It announces nothing."""

    def greet(self, link: Link) -> None:
        """Send nothing."""


class OneWay(Stranger):
    """It accepts only larger values for `number`."""

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        result = super().patched(key, operations)
        if key == "TESTEE" and result["number"] < self.documents[key]["number"]:
            raise Refused
        return result


class Miscounts(Stranger):
    """It counts on its own; its patches are ahead of its state by 1."""

    def greet(self, link: Link) -> None:
        super().greet(link)
        asyncio.get_running_loop().call_later(TICK, self.tick, link)

    def tick(self, link: Link) -> None:
        """Count while the connection is open."""
        if self.link is not link:
            return
        self.documents["TESTEE"]["number"] += 1
        number = self.documents["TESTEE"]["number"]
        patch = [{"op": "replace", "path": "/number", "value": number + 1}]
        self.send(link, "_PATCH:TESTEE", patch)
        asyncio.get_running_loop().call_later(TICK, self.tick, link)


class SaysYes(Stranger):
    """It has an action of any name."""

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        if isinstance(data, dict) and isinstance(data.get("type"), str):
            self.documents[key]["number" if key == "TESTEE" else "value"] = data["type"]
            self.send_state(link, key)


class FallsBack(Stranger):
    """It counts its answers, and forgets the count when its connection ends."""

    def answer(self, link: Link, key: str, data: JSON) -> None:
        self.documents["TESTEE"]["number"] += 1
        self.sync("TESTEE")
        super().answer(link, key, data)

    def leave(self, link: Link) -> None:
        super().leave(link)
        self.documents["TESTEE"]["number"] = 0


class AppliesHalfElsewhere(AppliesHalf):
    """It applies half of a refused patch, and moves what was written last to the document's end."""

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        before = self.state(key)
        super().write(link, key, result, data)
        document = self.documents[key]
        for name in self.changed(before, self.state(key)):
            if name in document:
                document[name] = document.pop(name)


class CopiesShallowly(Stranger):
    """It undoes a refused patch for the attributes, but not for the values inside them."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.documents["TESTEE"]["items"] = ["first", "second"]

    def read_only(self) -> dict[str, JSON]:
        return copy.deepcopy(super().read_only())  # else it changes those of all servers

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        root: list[JSON] = [dict(state)]
        self.check_operations(operations)
        for operation in operations:
            self.apply_operation(root, operation)
        return root[0]


class IgnoresTests(Stranger):
    """It ignores the results of `test` operations."""

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        """Accept every test."""


class CountsRefusals(Stranger):
    """It changes on its own at each refused patch: it counts and records the patch."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.documents["TESTEE"] |= {"items": ["refused", "refused"], "flag": False}

    def refused(self, link: Link, key: str) -> None:
        document = self.documents["TESTEE"]
        document["number"] += 1
        document["flag"] = True
        document["items"].append("refused")
        self.send_state(link, "TESTEE")
        super().refused(link, key)


class FallsSilent(Honest):
    """It stops answering on all connections after an action has failed."""

    silent = False

    def receive(self, link: Link, frame: str | bytes) -> None:
        """Ignore everything after that."""
        FallsSilent.silent |= isinstance(frame, str) and '"type":"fail"' in frame
        if not FallsSilent.silent:
            super().receive(link, frame)


class FallsSilentBehind(Honest):
    """It answers nothing on connections that open after a malformed call."""

    silent = False

    def take_over(self, link: Link) -> None:
        """Send nothing after that."""
        if not FallsSilentBehind.silent:
            super().take_over(link)

    def receive(self, link: Link, frame: str | bytes) -> None:
        """Record that it has happened."""
        FallsSilentBehind.silent |= frame == '{"type":"_ACTION:TESTEE","data":null}'
        super().receive(link, frame)


class TakesNothing(Honest):
    """It refuses every patch."""

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        """Refuse the patch."""
        raise Refused


class KeepsNested(Honest):
    """It does not announce its third document, so that no case gets past its start."""

    def greet(self, link: Link) -> None:
        """Send two documents."""
        for key in ("TESTEE", "SECOND"):
            self.send_state(link, key)


@asynccontextmanager
async def serving(kind: type[Honest]) -> AsyncIterator[tuple[str, Server]]:
    """Serve on loopback; yields the URL, and the server."""
    server = Server(kind)
    async with await server.listen(0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ws/{{session}}", server


def frames(server: Server) -> list[str | bytes]:
    """Everything that the server received."""
    sessions = [s for s in server.sessions.values() if isinstance(s, Stranger)]
    return [frame for session in sessions for frame in session.frames]


def events(server: Server) -> list[tuple[str, JSON]]:
    """The type and data of everything that the server received and that is JSON with a type."""
    found = []
    for frame in frames(server):
        try:
            envelope = json.loads(frame)
        except ValueError:
            continue
        if isinstance(envelope, dict) and isinstance(envelope.get("type"), str):
            found.append((envelope["type"], envelope.get("data")))
    return found
