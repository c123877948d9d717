"""Servers of applications without a contract, right and wrong, that remember what they were sent.

Each is a few lines on the honest testee of `tests/mutants`; its docstring says what is odd.
"""

# ruff: noqa: ARG002 - a rule is given more than it takes to break it

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
    """A right one; its frames are kept."""

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
    """It lets `number` grow, and not become less."""

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        result = super().patched(key, operations)
        if key == "TESTEE" and result["number"] < self.documents[key]["number"]:
            raise Refused
        return result


class Miscounts(Stranger):
    """It counts by itself, and its patches are ahead of it by 1."""

    def greet(self, link: Link) -> None:
        super().greet(link)
        asyncio.get_running_loop().call_later(TICK, self.tick, link)

    def tick(self, link: Link) -> None:
        """Count, as long as the connection lasts."""
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
    """It applies half of a refused patch, and what was written last stands last in its document."""

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        before = self.state(key)
        super().write(link, key, result, data)
        document = self.documents[key]
        for name in self.changed(before, self.state(key)):
            if name in document:
                document[name] = document.pop(name)


class CopiesShallowly(Stranger):
    """It takes a refused patch back from the attributes, and not from what is inside them."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.documents["TESTEE"]["items"] = ["first", "second"]

    def read_only(self) -> dict[str, JSON]:
        return copy.deepcopy(super().read_only())  # else all servers of this process were spoiled

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        root: list[JSON] = [dict(state)]
        self.check_operations(operations)
        for operation in operations:
            self.apply_operation(root, operation)
        return root[0]


class IgnoresTests(Stranger):
    """It applies a patch whatever its `test` operations find."""

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        """Find everything right."""


class CountsRefusals(Stranger):
    """It changes by itself at each patch that it refuses: it counts it, and writes it down."""

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
    """It answers nothing any more, on any connection, once an action has failed."""

    silent = False

    def receive(self, link: Link, frame: str | bytes) -> None:
        """Ignore everything when it is time."""
        FallsSilent.silent |= isinstance(frame, str) and '"type":"fail"' in frame
        if not FallsSilent.silent:
            super().receive(link, frame)


class FallsSilentBehind(Honest):
    """It answers nothing on connections that open after a call of the wrong shape."""

    silent = False

    def take_over(self, link: Link) -> None:
        """Greet nobody when it is time."""
        if not FallsSilentBehind.silent:
            super().take_over(link)

    def receive(self, link: Link, frame: str | bytes) -> None:
        """Note when it is time."""
        FallsSilentBehind.silent |= frame == '{"type":"_ACTION:TESTEE","data":null}'
        super().receive(link, frame)


class TakesNothing(Honest):
    """It refuses every patch."""

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        """Refuse."""
        raise Refused


class KeepsNested(Honest):
    """It does not announce its third document, so that no case gets beyond its beginning."""

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
    """All that the server was sent."""
    sessions = [s for s in server.sessions.values() if isinstance(s, Stranger)]
    return [frame for session in sessions for frame in session.frames]


def events(server: Server) -> list[tuple[str, JSON]]:
    """Type and data of all that the server was sent and that is JSON with a type."""
    found = []
    for frame in frames(server):
        try:
            envelope = json.loads(frame)
        except ValueError:
            continue
        if isinstance(envelope, dict) and isinstance(envelope.get("type"), str):
            found.append((envelope["type"], envelope.get("data")))
    return found
