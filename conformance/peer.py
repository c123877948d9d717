"""A client of the testee: a recording connection that speaks the testee contract.

Open one with `Dialogue.open`; every peer of a case shares its trace.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import InvalidHandshake, InvalidStatus

from conformance import expect
from conformance.client import Closing, Connection, Received
from conformance.expect import ClosedEarly, NotTestable, TurnedAway, Violation
from conformance.manner import Ending, taken_over
from conformance.mirror import Inapplicable
from conformance.raw import Line
from conformance.spec import deviation
from conformance.target import Target
from conformance.trace import Trace, label
from conformance.wire import ABSENT, JSON, SCHEMA_BY_NAME, Event

FULL = (429, 503)
"""The HTTP statuses by which a server says that it has no place for one more."""


class Peer:
    """One client on one connection.

    Attributes:
        session: The name of its session.
        connection: The WebSocket under it.
    """

    def __init__(self, connection: Connection, session: str, target: Target) -> None:
        self.connection = connection
        self.session = session
        self._target = target

    # What arrived

    def mark(self) -> int:
        """A position in what arrived, for `events` and `next`."""
        return len(self.connection.received)

    def events(self, type: str, since: int = 0) -> list[JSON]:
        """The data of all events of a type that arrived since a mark."""
        return [r.event.data for r in self.connection.received[since:] if r.event.type == type]

    def types(self, since: int = 0) -> list[str]:
        """The types of the protocol's own events that arrived since a mark, in order."""
        received = self.connection.received[since:]
        return [r.event.type for r in received if r.event.name in SCHEMA_BY_NAME]

    def mirror(self, key: str = "TESTEE") -> JSON:
        """What a client holds now."""
        return self.connection.legality.mirror[key]

    async def next(
        self,
        type: str,
        *,
        since: int,
        where: Callable[[Received], bool] = lambda _: True,
        what: str | None = None,
        requirement: str | None = None,
    ) -> Received:
        """The first event of a type since a mark; waits for it.

        Raises:
            Violation: It does not come.
        """
        return await self.connection.wait(
            lambda received: received.event.type == type and where(received),
            what or f"the event {type}",
            since=since,
            requirement=requirement,
        )

    async def until(
        self,
        holds: Callable[[JSON], bool],
        what: str,
        key: str = "TESTEE",
        requirement: str | None = None,
    ) -> None:
        """Wait until the mirror of a document is as wanted.

        Raises:
            Violation: It does not become so.
        """
        if not holds(self.mirror(key)):
            await self.connection.wait(
                lambda _: holds(self.mirror(key)), what, since=0, requirement=requirement
            )

    # What is sent

    async def send(self, type: str, data: JSON = ABSENT) -> None:
        """Send a legal event; the schemas hold for the kit as they do for the server."""
        event = Event(type, data)
        schema = SCHEMA_BY_NAME.get(event.name)
        wrong = schema and deviation(schema, event.envelope())
        if wrong:
            raise ValueError(f"the case sends an illegal {event.name}: {wrong}")
        await self.connection.send(type, data)

    async def send_illegal(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that the server has to refuse."""
        await self.connection.send(type, data)
        self.connection.stimulate()

    async def send_text(self, text: str) -> None:
        """Send any text as a frame."""
        await self.connection.send_text(text)
        self.connection.stimulate()

    async def action(self, name: str, /, *, key: str = "TESTEE", **arguments: JSON) -> None:
        """Call an action."""
        await self.send(f"_ACTION:{key}", {"type": name, **arguments})

    async def assign(self, name: str, value: JSON, *, key: str = "TESTEE") -> None:
        """Call `assign`."""
        await self.action("assign", key=key, name=name, value=value)

    async def start(self, name: str, **arguments: JSON) -> None:
        """Start a task."""
        await self.send("_TASK_START:TESTEE", {"type": name, **arguments})

    async def cancel(self, name: str) -> None:
        """Cancel a task."""
        await self.send("_TASK_CANCEL:TESTEE", {"type": name})

    async def patch(self, *operations: JSON, key: str = "TESTEE") -> None:
        """Edit the client's copy, where that is possible, and send the edit as a patch."""
        with suppress(Inapplicable):  # then only what the server does is the question
            self.connection.legality.mirror.patch(key, list(operations))
        await self.connection.send(f"_PATCH:{key}", list(operations))

    async def set(self, members: JSON, *, key: str = "TESTEE") -> None:
        """Edit attributes of the client's copy and send them as `_SET`."""
        self.connection.legality.mirror.merge(key, members)
        await self.connection.send(f"_SET:{key}", members)

    async def send_pair(self, type: str, metadata: JSON, content: bytes) -> None:
        """Send `_BIN_META` and its binary frame."""
        await self.connection.send("_BIN_META", {"type": type, "metadata": metadata})
        await self.connection.send_bytes(content)

    # Order and state

    async def fence(self, key: str = "TESTEE") -> None:
        """Return when everything sent so far has had its effect, and that has arrived.

        The question goes to another document than `key`, so that its answer can't be mistaken
        (state-get, connection-order).
        """
        other = "TESTEE" if key == "SECOND" else "SECOND"
        missing = self.connection.fences.missing(other) if self._target.sets else 1
        for _ in range(missing):
            since = self.mark()
            await self.send(f"_GET:{other}", {})
            await self.next(f"_SET:{other}", since=since, what=f"the answer to _GET:{other}")

    async def get(self, key: str = "TESTEE", *, requirement: str | None = "state-get") -> JSON:
        """The state that the server reports.

        Args:
            key: The document.
            requirement: What is broken if it does not, None for the requirement of the case.

        Raises:
            Violation: `_GET` was not answered.
        """
        since = self.mark()
        await self.send(f"_GET:{key}", {})
        await self.fence(key)
        answers = self.events(f"_SET:{key}", since)
        if not answers:
            expect.fail(
                requirement=requirement,
                expected=f"_SET:{key} in answer to _GET:{key}",
                received="the answer to a later _GET without it",
            )
        return answers[-1]

    async def in_sync(self, key: str = "TESTEE", *, requirement: str | None = None) -> JSON:
        """Demand that the mirror is the state that the server reports; that state.

        Raises:
            Violation: They differ.
        """
        state = await self.get(key)
        held = self.connection.legality.mirror.before_set(key)
        expect.equal(held, state, "what a client holds after all events", requirement=requirement)
        return state

    async def alive(self, requirement: str | None = None) -> None:
        """Demand that the connection still serves, by a fence."""
        try:
            await self.fence()
        except ClosedEarly as error:
            raise ClosedEarly(
                requirement=requirement,
                expected="a connection that stays open",
                received=error.received,
            ) from error

    async def closed(self, *, requirement: str | None = None) -> Closing:
        """How the server closed the connection; waits for it."""
        return await self.connection.wait_closed(requirement=requirement)


class Dialogue:
    """All connections of one case.

    Attributes:
        trace: What passed on them.
        endings: How connections ended where the case has looked at that, apart from what it judges.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.trace = Trace()
        self.connections: list[Connection] = []
        self.lines: list[Line] = []
        self.endings: list[Ending] = []
        self._labels = map(label, itertools.count())

    async def connect(self, url: str, requirement: str = "connection-accept") -> Connection:
        """Open a connection and wait for nothing more.

        Raises:
            Violation: The server does not take it, which breaks the requirement; or nobody listens
                any more, and then what the case is about has ended the server.
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
            )
        self.connections.append(connection)
        return connection

    async def line(self, url: str) -> Line:
        """A TCP connection to the server, on which nothing has been sent.

        Raises:
            Violation: The server does not take it.
        """
        name = next(self._labels)
        try:
            line = await Line.open(url, name, self.trace, self.target.deadline)
        except (OSError, TimeoutError) as error:
            expect.fail(
                requirement="connection-accept",
                expected=f"a TCP connection for {url}",
                received=str(error) or "no answer",
            )
        self.lines.append(line)
        return line

    async def upgrade(
        self, line: Line, session: str, requirement: str = "connection-accept"
    ) -> Peer:
        """The peer on a line whose handshake has been sent; its initial state has arrived.

        Raises:
            Violation: It does not get that far, which breaks the requirement.
        """
        try:
            socket = await line.upgraded(self.target.deadline)
        except (OSError, TimeoutError) as error:
            expect.fail(
                requirement=requirement,
                expected="a WebSocket in answer to the handshake",
                received=str(error) or "no answer to the handshake",
            )
        url = self.target.session_url(session)
        connection = Connection(socket, line.label, self.trace, self.target.deadline, url)
        self.connections.append(connection)
        return await self._started(connection, session)

    async def open(
        self, session: str | None = None, requirement: str = "connection-initial-state"
    ) -> Peer:
        """A peer on a fresh session, or on one that exists; its initial state has arrived.

        Raises:
            Violation: It does not get that far, which breaks the requirement.
        """
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
        """A new connection to a peer's session, after its own has ended."""
        if peer.connection.closing is None:
            await peer.connection.close()
        return await self.open(peer.session)

    async def take_over(self, peer: Peer) -> Peer:
        """A newer connection to a peer's session, while its own is open."""
        return await self.open(peer.session, "session-takeover-prompt")

    async def replaced(self, older: Peer) -> None:
        """Wait until the server has ended a connection that was taken over; judge only how."""
        self.endings.append(await taken_over(older.connection))

    async def race(self, session: str, number: int) -> Peer:
        """Open connections to a session at the same time; the one that stays open in the end.

        Those that a server has no place for do not take part.

        Raises:
            Violation: None stays, or more than one (session-simultaneous).
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
        """A peer on a session of its own.

        Raises:
            NotTestable: The URL names one session for all.
        """
        if not self.target.has_sessions:
            raise NotTestable("needs {session} in --server-url")
        return await self.open()

    async def identify(self, user: str, session: str) -> Peer:
        """A peer that identified itself at the `--auth-url`."""
        connection = await self.connect_auth()
        peer = Peer(connection, f"{user}/{session}", self.target)
        await peer.next("_REQUEST_USER_SESSION", since=0, requirement="session-identify-request")
        await peer.send("_USER_SESSION", {"user": user, "session": session})
        return await self._started(connection, peer.session)

    async def connect_auth(self) -> Connection:
        """A connection to the `--auth-url`.

        Raises:
            NotTestable: None was given.
        """
        if self.target.auth_url is None:
            raise NotTestable("needs --auth-url")
        return await self.connect(self.target.auth_url)

    async def _started(
        self,
        connection: Connection,
        session: str,
        requirement: str = "connection-initial-state",
    ) -> Peer:
        peer = Peer(connection, session, self.target)
        last = "scope/NESTED" if "scoped-keys" in self.target.features else "SECOND"
        for key in ("TESTEE", "SECOND", last):
            await peer.next(
                f"_SET:{key}",
                since=0,
                what=f"the initial state _SET:{key}",
                requirement=requirement,
            )
        if self.target.repeats:  # a second one must not arrive behind what the case begins with
            await peer.fence()
        return peer

    def first_violation(self) -> Violation | None:
        """The first illegal frame on any of the connections, or None."""
        return next(filter(None, (c.first_violation() for c in self.connections)), None)

    async def release(self) -> None:
        """End all connections."""
        for line in self.lines:
            line.release()
        await asyncio.gather(*(connection.release() for connection in self.connections))


async def sole_survivor(rivals: list[Connection]) -> Connection:
    """The one of several connections of a session that stays open, when all others are closed.

    Raises:
        Violation: There is none, or more than one (session-simultaneous).
    """
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
            expected=f"one of {len(rivals)} connections that stays open",
            received=f"{len(served)} of them",
        )
    return served[0]


async def some_time(peer: Peer, milliseconds: int = 40) -> None:
    """Let some time pass by a peer's clock: the server's own `assignLater`."""
    await peer.action("assignLater", name="number", value=1, afterMs=milliseconds)
    await peer.until(lambda state: state["number"] == 1, "number 1, some time later")


def encoded(content: bytes) -> str:
    """Bytes as the contract's actions take them: Base64."""
    return base64.b64encode(content).decode()
