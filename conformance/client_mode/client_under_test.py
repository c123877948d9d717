"""The client under test as a case uses it, independent of its current connection.

The kit has the document TESTEE. The client follows it, and writes to it when its actions are called
(spec/testee.md, "A client under test"). A case calls an action together with a fence, and then
checks the received events, the mirror, and the state that the client reports.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

from conformance.client_mode.connection import ClientConnection
from conformance.client_mode.listener import Host
from conformance.client_mode.process import ClientProgram
from conformance.driver import expect
from conformance.driver.closing import ConnectionEnd
from conformance.driver.connection import Connection
from conformance.driver.event_reader import EventReader
from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Kind, NotTestable, Violation
from conformance.protocol import contract
from conformance.protocol.wire import ABSENT, JSON, Event

KEY = contract.TESTEE
START = contract.initial_state()
"""The state with which each case begins."""

STARTING = 60.0
"""Seconds within which a program that the kit has started must connect."""
LOOK = 0.5
"""Seconds between two checks whether the program still runs."""
ATTEMPTS = 3
"""Connections on which a case tries to begin before the client counts as stuck."""

_fences = itertools.count(1)


class ClientUnderTest(EventReader):
    """The client in one case.

    Attributes:
        connection: The current connection.
        answers: Whether the kit answers `_GET:TESTEE`, as servers must.
        asked: The number of `_GET:TESTEE` from the client.
        connections: Always empty: a verdict about the end of a connection binds only servers.
        endings: Always empty, for the same reason.
    """

    connection: ClientConnection
    alive_means = "an open connection on which the client handles events"
    not_alive = Violation

    def __init__(self, host: Host, target: Target, program: ClientProgram | None) -> None:
        self.host = host
        self.trace = Trace()
        self.answers = True
        self.asked = 0
        self.connections: list[Connection] = []
        self.endings: list[ConnectionEnd] = []
        self._target = target
        self._program = program
        self._known: list[ClientConnection] = []
        host.begin(self.trace)

    @property
    def deadline(self) -> float:
        """Seconds to wait for an expected event."""
        return self._target.deadline

    @property
    def state(self) -> JSON:
        """The document that both sides hold when everything has arrived."""
        return self.connection.state(KEY)

    def attribute(self, name: str) -> JSON:
        """An attribute of the state; None if the client has removed it."""
        return member(self.state, name)

    # The case

    async def begin(self, last: ClientConnection | None) -> None:
        """Continue on the connection of the last case or on a new one, with the state START.

        Raises:
            NotTestable: No client connects.
            Violation: It does not answer on several connections.
        """
        for attempt in range(ATTEMPTS):
            if last is not None and last.is_open:
                last.begin(self.trace, self.host.label())
                self._adopt(last)
            else:
                await self._next_or_new()
            try:
                if attempt == 0 and "publish" not in self._target.lacks:
                    await self.at_once(call("publish"))
                self.trace.keep_notes()
                await self.at_once(Event(f"_SET:{KEY}", START))
            except Violation:
                await self.connection.cut()
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                self.connection.forget()
                self.trace.stimulus = None
                self.asked = 0
                return

    async def _next_or_new(self) -> None:
        if self._program is not None and self._program.died():  # after the last case
            self.host.deaths.append(self._program.obituary())
            link = None
        else:
            link = await self.host.next_link(self.deadline)
        if link is None:
            self.trace.add(
                self.host.last_label, "noted", "the client does not connect again by itself"
            )
            link = await self._restarted()
        self._adopt(link)
        self.write(Event(f"_SET:{KEY}", START))

    async def _restarted(self) -> ClientConnection:
        if self._program is None:
            raise NotTestable(
                "a client that reconnects",
                "needs a client that reconnects, or that the kit can start",
            )
        self.trace.add(self.host.last_label, "noted", "the kit starts the client again")
        self._program.stop()
        self._program.start()
        link = await self.first_link()
        if link is None and self._program.died():
            raise NotTestable("a client that does not end at once when it is started")
        if link is None:
            raise NotTestable(f"a client that connects within {STARTING:g} s of its start")
        return link

    async def first_link(self) -> ClientConnection | None:
        """Return the first connection of a client that was just started, or None."""
        ends = time.monotonic() + STARTING
        while (left := ends - time.monotonic()) > 0:
            link = await self.host.next_link(min(left, LOOK))
            if link is not None:
                return link
            if self._program is not None and self._program.died():
                return await self.host.next_link(LOOK)  # a process that it has started may connect
        return None

    async def restart(self) -> None:
        """Start the client again, and wait for its connection.

        Raises:
            NotTestable: The kit did not start the client.
        """
        self._adopt(await self._restarted())

    def again(self) -> ClientUnderTest:
        """Return the same client for another dialogue."""
        return ClientUnderTest(self.host, self._target, self._program)

    def go_on_with(self, link: ClientConnection) -> None:
        """Continue on a connection that another dialogue has used."""
        self._adopt(link)

    def demand_program(self) -> None:
        """Leave the case out unless the kit can start the client again."""
        if self._program is None:
            raise NotTestable(
                "--client-cmd", "needs --client-cmd: the kit must restart the client after it"
            )

    def first_violation(self) -> Violation | None:
        """The first illegal frame on any connection of the case, or None."""
        found = (link.first_violation() for link in self._known)
        return next((violation for violation in found if violation), None)

    # Connections

    async def back(
        self, state: JSON = None, *, requirement: str | None = None, patience: float | None = None
    ) -> None:
        """Wait until the client reconnects, and send it a state.

        Args:
            state: The state; by default that of the last connection.
            requirement: The requirement that a missing connection breaks; None if it breaks none.
            patience: Seconds to wait; by default the deadline.

        Raises:
            NotTestable: The client does not reconnect, which breaks no requirement.
        """
        state = self.state if state is None else state
        await self.returned(requirement=requirement, patience=patience)
        await self.at_once(Event(f"_SET:{KEY}", state))

    async def returned(
        self, *, requirement: str | None = None, patience: float | None = None
    ) -> None:
        """Wait until the client reconnects, and send nothing; see `back`."""
        seconds = self.deadline if patience is None else patience
        link = await self.host.next_link(seconds)
        if link is None:
            if requirement is None:
                raise NotTestable("a client that connects again")
            expect.fail(
                requirement=requirement,
                expected="a further connection of the client",
                received=f"no connection within {seconds:g} s",
                kind=Kind.NO_CONNECTION,
            )
        self._adopt(link)

    def _adopt(self, link: ClientConnection) -> None:
        self._known.append(link)
        self.connection = link
        link.react = self._react

    def _react(self, event: Event) -> None:
        if event.type == f"_GET:{KEY}":
            self.asked += 1
            if self.answers and KEY in self.connection.legality.mirror:
                self.write(Event(f"_SET:{KEY}", self.state))

    # What arrived

    def patches(self, since: int = 0) -> list[JSON]:
        """The patches since a mark."""
        return self.events(f"_PATCH:{KEY}", since)

    # What is sent

    def write(self, *events: Event) -> None:
        """Send legal events without waiting, and apply them to the mirror."""
        for event in events:
            self.connection.note_sent(event)
        self.connection.write_events(*events)

    async def at_once(self, *events: Event, requirement: str | None = None) -> int:
        """Send legal events and a fence in one write; return the mark before their effects.

        Raises:
            NotTestable: The client lacks an action that one of them calls.
        """
        for event in events:
            name = called(event)
            if name in self._target.lacks:
                raise NotTestable(f"`{name}`", f"needs `{name}`, which the client does not do")
        since = self.mark()
        name = f"fence-{next(_fences)}"
        self.write(*events, call("call", name=name, arguments={}))
        self._stimulate(len(events))
        await self._answered(name, since, requirement)
        return since

    async def fence(self, requirement: str | None = None) -> int:
        """Return when everything sent so far has had its effect, and that has arrived."""
        return await self.at_once(requirement=requirement)

    async def act(self, name: str, /, requirement: str | None = None, **arguments: JSON) -> int:
        """Call an action of the contract; return the mark before its effects."""
        return await self.at_once(call(name, **arguments), requirement=requirement)

    async def assign(self, name: str, value: JSON) -> int:
        """Make the client edit one attribute and send the edit."""
        return await self.act("assign", name=name, value=value)

    async def set(self, **attributes: JSON) -> None:
        """Send START with other values of some attributes."""
        await self.at_once(Event(f"_SET:{KEY}", {**START, **attributes}))

    async def patch(self, *operations: JSON) -> None:
        """Send a legal patch."""
        await self.at_once(Event(f"_PATCH:{KEY}", list(operations)))

    async def illegal(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that must have no effect; the mirror does not change."""
        await self.connection.send(type, data)
        self.connection.stimulate()

    async def text(self, frame: str) -> None:
        """Send any text as one frame; the mirror does not change."""
        await self.connection.send_text(frame)
        self.connection.stimulate()

    async def ignores(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that must have no effect, and demand that it has none."""
        await self.illegal(type, data)
        await self.unaffected()

    async def unaffected(self) -> None:
        """Demand that the connection works, and that the client holds what both had before."""
        await self.alive()
        await self.holds()

    async def pair(self, type: str, metadata: JSON, content: bytes) -> None:
        """Send `_BIN_META` and its binary frame."""
        await self.connection.send("_BIN_META", {"type": type, "metadata": metadata})
        self.connection.stimulate()
        await self.connection.send_bytes(content)

    # What the client holds

    async def reported(self, data: JSON = ABSENT) -> JSON:
        """Return the state that the client reports, which counts as a write."""
        since = self.mark()
        self.connection.write_events(Event(f"_GET:{KEY}", {} if data is ABSENT else data))
        received = await self.next(
            f"_SET:{KEY}", since=since, what="the answer to _GET:TESTEE", requirement="state-get"
        )
        return received.event.data

    async def holds(
        self, expected: JSON = None, *, requirement: str | None = None, **attributes: JSON
    ) -> None:
        """Demand that the client holds a state, by default that of both sides."""
        wanted = {**(self.state if expected is None else expected), **attributes}
        reported = await self.reported()
        expect.equal(reported, wanted, "the client's state", requirement=requirement)

    async def agrees(self, *, requirement: str | None = "state-client-patch") -> None:
        """Demand that the client reports the state that its events make of the received state."""
        await self.act("publish")
        held = self.state
        reported = await self.reported()
        expect.equal(reported, held, "the client's state", requirement=requirement)

    def _stimulate(self, number: int) -> None:
        if number:  # the subject of the case is the frame before the fence
            self.trace.stimulus = self.trace.entries[-2]

    async def _answered(self, name: str, since: int, requirement: str | None) -> None:
        await self.connection.wait(
            lambda r: r.event.type == f"_ACTION:{KEY}" and r.event.data.get("type") == name,
            f"_ACTION:{KEY} {name!r}, which the client was asked to send last",
            since=since,
            requirement=requirement,
        )


def member(state: JSON, name: str) -> JSON:
    """A member of a state that a client may have written; None if it is missing."""
    return state.get(name) if isinstance(state, dict) else None


def called(event: Event) -> JSON:
    """The name of the client's action that an event calls, or None."""
    return member(event.data, "type") if event.type == f"_ACTION:{KEY}" else None


def call(name: str, /, **arguments: Any) -> Event:
    """The event that calls an action of the client."""
    return Event(f"_ACTION:{KEY}", {"type": name, **arguments})


async def probe(client: ClientUnderTest) -> float | None:
    """Wait for the client's first connection; return the seconds of a round trip, or None."""
    link = await client.first_link()
    if link is None:
        return None
    client._adopt(link)
    try:
        await client.at_once(Event(f"_SET:{KEY}", START))
    except Violation as violation:
        raise violation.restated(
            expected=f"that it answers {call('call', name='fence-1', arguments={}).text()} with "
            f"{call('fence-1').text()}"
        ) from violation
    clock = asyncio.get_running_loop().time
    began = clock()
    for _ in range(5):
        await client.fence()
    return (clock() - began) / 5
