"""The connections of one case on one trace: opens, identifies, replaces and ends them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable

from websockets.exceptions import InvalidHandshake, InvalidStatus

from conformance.driver import expect
from conformance.driver.closing import ConnectionEnd, taken_over
from conformance.driver.connection import Connection
from conformance.driver.peer import Peer
from conformance.driver.raw_socket import Line
from conformance.driver.target import Target
from conformance.driver.trace import Trace, label
from conformance.errors import ClosedEarly, Kind, NotTestable, TurnedAway, Violation
from conformance.protocol.contract import TESTEE, announced_keys

FULL = (429, 503)
"""The HTTP statuses of a server that has reached its limit of connections."""


class Dialogue:
    """All connections of one case.

    Attributes:
        connections: The connections, the oldest first.
        lines: The TCP connections without a handshake.
        endings: Verdicts about the ends of connections, apart from that of the case.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.trace = Trace()
        self.connections: list[Connection] = []
        self.lines: list[Line] = []
        self.endings: list[ConnectionEnd] = []
        self._labels = map(label, itertools.count())

    async def connect(self, url: str, requirement: str = "connection-accept") -> Connection:
        """Open a connection, and wait for no event.

        Raises:
            TurnedAway: The server has reached its limit of connections.
            Violation: The server does not accept it, which breaks the requirement; or it no longer
                listens, and then the case itself has stopped it.
        """
        name = next(self._labels)
        try:
            connection = await Connection.open(url, name, self.trace, self.target.deadline)
        except (OSError, InvalidHandshake, TimeoutError) as error:
            full = isinstance(error, InvalidStatus) and error.response.status_code in FULL
            if full and self.connections:
                raise TurnedAway(
                    requirement=requirement, expected=f"a WebSocket at {url}", received=str(error)
                ) from error
            ended = self.connections and self.target.refuses()
            expect.fail(
                requirement=None if ended else requirement,
                expected=f"a WebSocket at {url}",
                received=str(error) or "no answer to the handshake",
                kind=Kind.NO_CONNECTION,
            )
        self.connections.append(connection)
        return connection

    async def line(self, url: str) -> Line:
        """Open a TCP connection to the server, without a handshake."""
        name = next(self._labels)
        try:
            line = await Line.open(url, name, self.trace, self.target.deadline)
        except (OSError, TimeoutError) as error:
            expect.fail(
                requirement="connection-accept",
                expected=f"a TCP connection for {url}",
                received=str(error) or "no answer",
                kind=Kind.NO_CONNECTION,
            )
        self.lines.append(line)
        return line

    async def upgrade(
        self, line: Line, session: str, requirement: str = "connection-accept"
    ) -> Peer:
        """Wait for the answer to the handshake on a line, and for the initial state."""
        try:
            socket = await line.upgraded(self.target.deadline)
        except (OSError, TimeoutError) as error:
            expect.fail(
                requirement=requirement,
                expected="a WebSocket in answer to the handshake",
                received=str(error) or "no answer to the handshake",
                kind=Kind.NO_CONNECTION,
            )
        url = self.target.session_url(session)
        connection = Connection(socket, line.label, self.trace, self.target.deadline, url)
        self.connections.append(connection)
        return await self._started(connection, session)

    async def open(
        self, session: str | None = None, requirement: str = "connection-initial-state"
    ) -> Peer:
        """Open a connection to a new session, or to a given one, and wait for its initial state."""
        fresh = session is None
        session = session or self.target.new_session()
        url = self.target.session_url(session)
        connection = await self.connect(url, "connection-accept" if fresh else requirement)
        peer = await self._started(connection, session, requirement)
        if fresh and not self.target.has_sessions:
            await peer.action("reset")
            await peer.fence()
        return peer

    async def reconnect(self, peer: Peer) -> Peer:
        """Open a new connection to a peer's session, after the end of its own."""
        if peer.connection.closing is None:
            await peer.connection.close()
        return await self.open(peer.session)

    async def resume(self, peer: Peer) -> Peer:
        """Wait until everything sent so far was handled; reconnect if the server has closed.

        Closing may break a requirement too, but not the one that the case judges.
        """
        try:
            await peer.fence()
        except ClosedEarly:
            return await self.reconnect(peer)
        return peer

    async def unchanged(
        self,
        peer: Peer,
        attempt: Awaitable[None],
        *,
        requirement: str | None = None,
        key: str = TESTEE,
    ) -> Peer:
        """Demand that an attempt leaves a document as it is; the peer, as from `resume`."""
        before = await peer.get(key)
        await attempt
        peer = await self.resume(peer)
        expect.equal(await peer.get(key), before, f"{key} as it was", requirement=requirement)
        return peer

    async def take_over(self, peer: Peer) -> Peer:
        """Open a newer connection to a peer's session, while its own is open."""
        return await self.open(peer.session, "session-takeover-prompt")

    async def replaced(self, older: Peer) -> None:
        """Wait until the server has closed a connection that was taken over, and judge how."""
        self.endings.append(await taken_over(older.connection))

    async def race(self, session: str, number: int) -> Peer:
        """Open connections to a session at the same time; the only one that stays open.

        Connections beyond the limit of the server do not count.
        """
        url = self.target.session_url(session)
        opening = (self.connect(url) for _ in range(number))
        found = await asyncio.gather(*opening, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, TurnedAway):
                raise one
        rivals = [one for one in found if isinstance(one, Connection)]
        return await self._started(await sole_survivor(rivals), session)

    async def open_other_session(self) -> Peer:
        """Open a connection to another session.

        Raises:
            NotTestable: The URL has no place for a session.
        """
        if not self.target.has_sessions:
            raise NotTestable("{session} in --server-url")
        return await self.open()

    async def identify(self, user: str, session: str) -> Peer:
        """Open a connection to the `--auth-url`, and identify."""
        connection = await self.connect_auth()
        peer = Peer(connection, f"{user}/{session}", self.target)
        await peer.next("_REQUEST_USER_SESSION", since=0, requirement="session-identify-request")
        await peer.send("_USER_SESSION", {"user": user, "session": session})
        return await self._started(connection, peer.session)

    async def connect_auth(self) -> Connection:
        """Open a connection to the `--auth-url`.

        Raises:
            NotTestable: There is no `--auth-url`.
        """
        if self.target.auth_url is None:
            raise NotTestable("--auth-url")
        return await self.connect(self.target.auth_url)

    async def _started(
        self, connection: Connection, session: str, requirement: str = "connection-initial-state"
    ) -> Peer:
        peer = Peer(connection, session, self.target)
        for key in announced_keys(self.target.features):
            await peer.next(
                f"_SET:{key}",
                since=0,
                what=f"the initial state _SET:{key}",
                requirement=requirement,
            )
        if self.target.repeats:  # a second one must not arrive during the case
            await peer.fence()
        return peer

    def first_violation(self) -> Violation | None:
        """The first violation by a frame on any connection, or None."""
        return next(filter(None, (c.first_violation() for c in self.connections)), None)

    async def release(self) -> None:
        """Abort all connections."""
        for line in self.lines:
            line.release()
        await asyncio.gather(*(connection.release() for connection in self.connections))


async def sole_survivor(rivals: list[Connection]) -> Connection:
    """Wait until only one of several connections to a session is open."""
    closings = [asyncio.create_task(rival.wait_closed()) for rival in rivals]
    try:
        for finished in asyncio.as_completed(closings):
            await finished
            if sum(rival.closing is None for rival in rivals) <= 1:
                break
    finally:
        for task in closings:
            task.cancel()
        await asyncio.gather(*closings, return_exceptions=True)
    served = [rival for rival in rivals if rival.closing is None]
    if len(served) != 1:
        expect.fail(
            requirement="session-simultaneous",
            expected=f"that one of {len(rivals)} connections stays open",
            received=f"{len(served)} of them",
        )
    return served[0]
