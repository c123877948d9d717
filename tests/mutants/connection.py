"""Mutants of spec/connection.md: opening, frames, order, malformed frames."""

# ruff: noqa: ARG002, ARG003 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from itertools import count

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.mutants.frames import JSON
from tests.mutants.honest import Name
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class NeverAnswers(Mutant):
    """It accepts every connection and never sends anything."""

    breaks = "connection-initial-state"

    @classmethod
    async def admit(cls, socket: ServerConnection) -> Name | None:
        await socket.wait_closed()
        return None


class ClosesAtOnce(Mutant):
    """It accepts every connection and closes it."""

    breaks = "connection-initial-state"

    @classmethod
    async def admit(cls, socket: ServerConnection) -> Name | None:
        await socket.close(1011)
        return None


class FullNowAndThen(Mutant):
    """It answers every 40th handshake with 503."""

    breaks = "connection-accept"
    handshakes = count(1)
    every = 40

    @classmethod
    def handshake(cls, socket: ServerConnection, request: Request) -> Response | None:
        if next(cls.handshakes) % cls.every:
            return None
        return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "come again")


class ForgetsToGreet(Mutant):
    """It sends no initial state on every 40th connection."""

    breaks = "connection-initial-state"
    connections = count(1)

    def greet(self, link: Link) -> None:
        if next(self.connections) % 40:
            super().greet(link)


class GreetsOnlyOnce(Mutant):
    """It sends the document with the scoped key only on the first connection of a session."""

    breaks = "connection-initial-state"
    greeted = False

    def greet(self, link: Link) -> None:
        keys = ["TESTEE", "SECOND", "scope/NESTED"]
        for key in keys[:2] if self.greeted else keys:
            self.send_state(link, key)
        self.greeted = True


class PatchesBeforeState(Mutant):
    """It sends a later connection the changes first, and then the state."""

    breaks = "connection-state-before-patch"
    hint = "patch-first"

    def greet(self, link: Link) -> None:
        if self.snapshots:
            self.send_patch(link, "TESTEE", self.make_patch(self.snapshots["TESTEE"], {}))
        super().greet(link)


class BeginsWithMark(Mutant):
    """It begins every patch with a byte order mark."""

    breaks = "connection-text"

    def encode(self, type_: str, data: JSON) -> str:
        mark = "\ufeff" if type_.startswith("_PATCH") else ""
        return mark + super().encode(type_, data)


class ReadsFragments(Mutant):
    """It handles each fragment of a message as a message."""

    breaks = "connection-fragments"

    async def read(self, socket: ServerConnection) -> AsyncIterator[str | bytes]:
        while True:
            async for fragment in socket.recv_streaming():
                yield fragment


class RunsActionsBehind(Mutant):
    """It runs an action a moment after it has handled the next events."""

    breaks = "connection-order"

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.005, super().run_action, link, key, data)


class AnswersFirst(Mutant):
    """It answers `_GET` before it runs the actions that arrived just before."""

    breaks = "connection-order"

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        asyncio.get_running_loop().call_soon(super().run_action, link, key, data)


class SwapsPatches(Mutant):
    """It sends every two patches of a burst in the wrong order."""

    breaks = "connection-effects-in-order"
    held: str | None = None

    def send(self, link: Link, type_: str, data: JSON) -> None:
        frame, held = self.encode(type_, data), self.held
        self.held = None
        if type_ == "_PATCH:TESTEE" and data[0]["path"] == "/number" and held is None:
            self.held = frame
            return
        frames = [frame, held] if type_ == "_PATCH:TESTEE" else [held, frame]
        for each in filter(None, frames):
            link.put(each)


class TakesSmallFrames(Mutant):
    """It closes a connection on which a frame of more than 1,000,000 bytes arrives."""

    breaks = "connection-large-frames"
    max_size = 1_000_000


class CutsLargeValues(Mutant):
    """It keeps the first half of a text of more than 2 MiB."""

    breaks = "connection-oversized-no-effect"
    longest = 32 << 20

    def assign(self, name: str, value: JSON) -> None:
        large = isinstance(value, str) and len(value) > 2 << 20
        super().assign(name, value[: len(value) // 2] if large else value)


class MendsFrames(Mutant):
    """It completes a frame in which the last brace is missing."""

    breaks = "connection-malformed-no-effect"

    def repair(self, text: str) -> JSON:
        try:
            return json.loads(text + "}")
        except ValueError:
            return super().repair(text)


class ReadsFirstValue(Mutant):
    """It reads the first JSON value of a frame and ignores what follows."""

    breaks = "connection-malformed-no-effect"

    def repair(self, text: str) -> JSON:
        try:
            return json.JSONDecoder().raw_decode(text)[0]
        except ValueError:
            return super().repair(text)


class ReadsBatches(Mutant):
    """It reads a frame that is an array as several events."""

    breaks = "connection-malformed-no-effect"

    def decode(self, text: str) -> tuple[str, JSON]:
        value = self.parse(text)
        return super().decode(json.dumps(value[0]) if isinstance(value, list) and value else text)


class ClosesOnRefusal(Mutant):
    """It closes the connection with 1008 when it refuses a write."""

    breaks = "connection-refusal-survives"

    def refused(self, link: Link, key: str) -> None:
        super().refused(link, key)
        link.close(1008)


class PanicsTogether(Mutant):
    """It closes the connections of all sessions when one of them sends a malformed frame."""

    breaks = "connection-isolation"

    def malformed(self, link: Link) -> None:
        for session in self.server.sessions.values():
            if session.link is not None and session is not self:
                session.link.close(1011)


class FullEveryThird(FullNowAndThen):
    """It answers every third handshake with 503."""

    every = 3


class GreetsWithNull(Mutant):
    """It sends null as the initial value of all documents except TESTEE."""

    breaks = "connection-initial-state"

    def greet(self, link: Link) -> None:
        self.send_state(link, "TESTEE")
        for key in ("SECOND", "scope/NESTED"):
            link.known.add(key)
            self.snapshots[key] = {"value": None}
            self.send(link, f"_SET:{key}", {"value": None})


class ClosesNormally(Mutant):
    """It closes the connection with 1000 when it refuses a patch or a call."""

    breaks = "connection-refusal-survives"
    hint = "loop-ends"

    def refused(self, link: Link, key: str) -> None:
        super().refused(link, key)
        link.close(1000)

    def call_refused(self, link: Link) -> None:
        link.close(1000)


class NeverAnswersQuestions(Mutant):
    """It never answers `_GET`."""

    breaks = "state-get"

    def answer(self, link: Link, key: str, data: JSON) -> None:
        pass
