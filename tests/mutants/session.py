"""Mutants of spec/session.md, spec/security.md and spec/versioning.md."""

# ruff: noqa: ARG002, ARG003 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.mutants.contract import initial
from tests.mutants.frames import JSON
from tests.mutants.honest import Name
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link

# What survives


class BeginsAnew(Mutant):
    """It gives every connection the initial state."""

    breaks = "session-persistent"

    def greet(self, link: Link) -> None:
        self.documents = initial()
        super().greet(link)


class ForgetsOnClose(Mutant):
    """It forgets the state when a client closes with a closing handshake."""

    breaks = "session-persistent"

    def leave(self, link: Link) -> None:
        super().leave(link)
        if link.socket.close_code == 1000 and self.link is None:
            self.documents = initial()


class ResumesFromSnapshot(Mutant):
    """It sends a new connection the state that it sent last on the previous one."""

    breaks = "session-resumes"
    hint = "stale-start"

    def greet(self, link: Link) -> None:
        for key, snapshot in self.snapshots.items():
            self.documents[key] |= {name: snapshot[name] for name in self.documents[key]}
        super().greet(link)


class SleepsAlone(Mutant):
    """It drops pending `assignLater` calls when the connection ends."""

    breaks = "session-resumes"

    def leave(self, link: Link) -> None:
        super().leave(link)
        for timer in self.timers:
            timer.cancel()


class SharesTable(Mutant):
    """It keeps one table for all sessions."""

    breaks = "session-apart"
    table: JSON = None

    def assign(self, name: str, value: JSON) -> None:
        super().assign(name, value)
        if name == "table":
            type(self).table = value

    def state(self, key: str) -> dict[str, JSON]:
        state = super().state(key)
        return {**state, "table": self.table or {}} if key == "TESTEE" else state


class BroadcastsPatches(Mutant):
    """It sends its patches to all connected sessions."""

    breaks = "session-apart"

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        super().send_patch(link, key, operations)
        for session in self.server.sessions.values():
            if session.link is not None and session is not self:
                session.send(session.link, f"_PATCH:{key}", operations)


class CancelsEverywhere(Mutant):
    """It cancels a task in all sessions."""

    breaks = "session-apart"

    def cancel_task(self, link: Link, key: str, data: JSON) -> None:
        for session in self.server.sessions.values():
            super(CancelsEverywhere, session).cancel_task(link, key, data)  # type: ignore[misc]


# Takeover


class CleansUpNewer(Mutant):
    """It closes the newer connection when it has cleaned up the older one."""

    breaks = "session-takeover"
    hint = "newer-closed"

    def leave(self, link: Link) -> None:
        link.drop()
        if self.link is not None:
            self.link.close(1000)
        self.link = None


class ForgetsNewer(Mutant):
    """It forgets the newer connection when it closes the older one."""

    breaks = "session-takeover"

    def dismiss(self, older: Link) -> None:
        super().dismiss(older)
        self.link = None

    def hears(self, link: Link) -> bool:
        return True


class JustCloses(Mutant):
    """It closes the older connection without `_DISCONNECT`."""

    breaks = "session-takeover-disconnect"

    def dismiss(self, older: Link) -> None:
        older.close(1000)


class LeavesOpen(Mutant):
    """It sends `_DISCONNECT` and leaves the older connection open."""

    breaks = "session-takeover-disconnect"

    def dismiss(self, older: Link) -> None:
        self.send(older, "_DISCONNECT", "somewhere else")


class SaysMore(Mutant):
    """It sends a toast after `_DISCONNECT`."""

    breaks = "session-takeover-disconnect"

    def dismiss(self, older: Link) -> None:
        self.send(older, "_DISCONNECT", "somewhere else")
        self.send(older, "_TOAST", {"type": "info", "message": "bye"})
        older.close(1000)


class SaysNothing(Mutant):
    """It sends `_DISCONNECT` without a text."""

    breaks = "session-disconnect-text"

    def dismiss(self, older: Link) -> None:
        self.send(older, "_DISCONNECT", None)
        older.close(1000)


class WaitsForOlder(Mutant):
    """It sends nothing on the newer connection until the older one has ended."""

    breaks = "session-takeover-prompt"
    hint = "waits-for-older"

    async def serve(self, socket: ServerConnection) -> None:
        older = self.link
        if older is not None:
            self.dismiss(older)
            await older.socket.wait_closed()
            self.link = None
        await super().serve(socket)


class HearsOlder(Mutant):
    """It handles events of the older connection until that has closed, which takes a moment."""

    breaks = "session-takeover-deaf"

    def hears(self, link: Link) -> bool:
        return True

    def dismiss(self, older: Link) -> None:
        self.send(older, "_DISCONNECT", "somewhere else")
        asyncio.get_running_loop().call_later(0.05, older.close, 1000)


class ServesTwins(Mutant):
    """It keeps two connections of a session that open in the same instant."""

    breaks = "session-simultaneous"
    opened = 0.0

    def take_over(self, link: Link) -> None:
        twin = time.monotonic() - self.opened < 0.005
        self.opened = time.monotonic()
        if twin:
            self.link = None
        super().take_over(link)

    def hears(self, link: Link) -> bool:
        return True


class ServesNone(Mutant):
    """It rejects two connections of a session that open in the same instant."""

    breaks = "session-simultaneous"
    opened = 0.0

    def take_over(self, link: Link) -> None:
        twin = time.monotonic() - self.opened < 0.005
        self.opened = time.monotonic()
        super().take_over(link)
        if twin:
            self.dismiss(link)


# Identification


class AsksForNothing(Mutant):
    """It waits for `_USER_SESSION` without requesting it."""

    breaks = "session-identify-request"

    @classmethod
    async def ask(cls, socket: ServerConnection) -> None:
        pass


class ShowsStateFirst(Mutant):
    """It sends the state of SECOND before the client has identified itself."""

    breaks = "session-identify-first"

    @classmethod
    async def ask(cls, socket: ServerConnection) -> None:
        await super().ask(socket)
        await socket.send('{"type":"_SET:SECOND","data":{"value":0}}')


class IgnoresSession(Mutant):
    """It selects the session by the user alone."""

    breaks = "session-identify-pair"

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        return ("identity", user)


class IgnoresUser(Mutant):
    """It selects the session by the session's name alone."""

    breaks = "session-identify-pair"

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        return ("identity", session)


class SortsIdentity(Mutant):
    """It ignores which of the two strings is the user and which the session."""

    breaks = "session-identify-pair"

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        return ("identity", *sorted([user, session]))


class JoinsIdentity(Mutant):
    """It selects the session by the user, a slash and the session as one text."""

    breaks = "session-identify-pair"

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        return ("identity", f"{user}/{session}")


class TakesEmptyIdentity(Mutant):
    """It accepts empty strings as identification."""

    breaks = "session-identify-refuse"

    @classmethod
    def is_identity(cls, value: JSON) -> bool:
        return isinstance(value, str)


class TakesAnyIdentity(Mutant):
    """It accepts any JSON value but null as identification."""

    breaks = "session-identify-refuse"

    @classmethod
    def is_identity(cls, value: JSON) -> bool:
        return value is not None and value != ""

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        return ("identity", repr(user), repr(session))


class AsksAgain(Mutant):
    """It requests the identification again instead of closing if it is invalid."""

    breaks = "session-identify-refuse"

    @classmethod
    async def turn_away(cls, socket: ServerConnection) -> None:
        await cls.ask(socket)
        await socket.wait_closed()


class ThrowsOutOwner(Mutant):
    """It closes all identified connections when an identification is invalid."""

    breaks = "session-identify-survives"

    @classmethod
    async def turn_away(cls, socket: ServerConnection) -> None:
        for other in socket.server.connections:
            if other.request is not None and other.request.path == "/auth":
                await other.close(4401)


# Security and versions


class SharesWriter(Mutant):
    """It writes to one client after the other, and waits for each."""

    breaks = "security-slow-reader"
    lock = asyncio.Lock()

    def make_link(self, socket: ServerConnection) -> Link:
        link, lock = super().make_link(socket), self.lock

        async def write(frame: str | bytes) -> None:
            async with lock:
                await socket.send(frame)

        link.write = write  # type: ignore[method-assign]
        return link


class BeginsWithHello(Mutant):
    """It sends `_HELLO` to clients that did not send it."""

    breaks = "versioning-hello-asked"

    def greet(self, link: Link) -> None:
        super().greet(link)
        self.send(link, "_HELLO", {"extensions": []})


class AddsExtensions(Mutant):
    """It answers `_HELLO` with all extensions that it has."""

    breaks = "versioning-hello-subset"

    def agree(self, offered: list[JSON]) -> list[JSON]:
        return ["example.com/everything"]


class KeepsHalfFrames(Mutant):
    """It handles an incomplete fragmented message when its connection ends."""

    breaks = "session-half-written"

    async def read(self, socket: ServerConnection) -> AsyncIterator[str | bytes]:
        while True:
            whole: JSON = None
            try:
                async for fragment in socket.recv_streaming():
                    whole = fragment if whole is None else whole + fragment
            except ConnectionClosed:
                if whole is not None:
                    yield whole
                raise
            yield whole
