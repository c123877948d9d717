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
"""Seconds in which a program must connect that the kit has started."""
LOOK = 0.5
"""Seconds between two looks whether it still runs."""
ATTEMPTS = 3
"""How often a case begins on a new connection, before the client counts as one that is stuck."""

_fences = itertools.count(1)


class ClientUnderTest(EventReader):
    """The client in one case.

    Attributes:
        trace: What passed.
        connection: Its connection.
        answers: Whether `_GET:TESTEE` of the client is answered, as servers have to.
        asked: How often it has sent `_GET:TESTEE`.
        connections: None of those whose end says something of a server.
        endings: The same.
    """

    connection: ClientConnection
    alive_means = "a connection that stays open, and that the client handles events"
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
        """Seconds to wait for what must come."""
        return self._target.deadline

    @property
    def state(self) -> JSON:
        """What both sides hold when everything has arrived."""
        return self.connection.state(KEY)

    def attribute(self, name: str) -> JSON:
        """An attribute of that state; None where the client has taken it away."""
        return member(self.state, name)

    # The case

    async def begin(self, last: ClientConnection | None) -> None:
        """Go on with the connection of the last case, or wait for another; begin with START.

        Raises:
            NotTestable: There is no client.
            Violation: It has died, or does not answer.
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
        if self._program is not None and self._program.died():  # in the last case, which is over
            self.host.deaths.append(self._program.obituary())
            link = None
        else:
            link = await self.host.next_link(self.deadline)
        if link is None:
            self.trace.add(
                self.host.last_label, "noted", "the client does not connect again by itself"
            )
            link = await self._started_anew()
        self._adopt(link)
        self.write(Event(f"_SET:{KEY}", START))

    async def _started_anew(self) -> ClientConnection:
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
        """The first connection of a client that has just been started, or None without one."""
        ends = time.monotonic() + STARTING
        while (left := ends - time.monotonic()) > 0:
            link = await self.host.next_link(min(left, LOOK))
            if link is not None:
                return link
            if self._program is not None and self._program.died():
                return await self.host.next_link(LOOK)  # what it has started may connect
        return None

    async def restart(self) -> None:
        """Let another process take the place of one that was told to go.

        Raises:
            NotTestable: The kit did not start it.
        """
        self._adopt(await self._started_anew())

    def again(self) -> ClientUnderTest:
        """The same client for another dialogue."""
        return ClientUnderTest(self.host, self._target, self._program)

    def go_on_with(self, link: ClientConnection) -> None:
        """Take over a connection that another client has used."""
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
        """Wait until the client is back, and send it a state.

        Args:
            state: The state, that of the last connection by default.
            requirement: What it breaks if it does not come; None if it need not.
            patience: The seconds that it has, those of the deadline by default.

        Raises:
            NotTestable: It need not come, and does not.
        """
        state = self.state if state is None else state
        await self.returned(requirement=requirement, patience=patience)
        await self.at_once(Event(f"_SET:{KEY}", state))

    async def returned(
        self, *, requirement: str | None = None, patience: float | None = None
    ) -> None:
        """Wait until the client is back, and send nothing yet; raises as `back` does."""
        seconds = self.deadline if patience is None else patience
        link = await self.host.next_link(seconds)
        if link is None:
            if requirement is None:
                raise NotTestable("a client that connects again")
            expect.fail(
                requirement=requirement,
                expected="that the client connects again",
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
        """Send legal events at once, without waiting; the mirror follows them."""
        for event in events:
            self.connection.note_sent(event)
        self.connection.write_events(*events)

    async def at_once(self, *events: Event, requirement: str | None = None) -> int:
        """Send legal events and a fence in one write; the mark from which on their effects stand.

        Raises:
            NotTestable: One of them calls an action that the client does not do.
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
        """Call an action of the contract; the mark from which on its effects stand."""
        return await self.at_once(call(name, **arguments), requirement=requirement)

    async def assign(self, name: str, value: JSON) -> int:
        """Let the client edit one attribute and send that."""
        return await self.act("assign", name=name, value=value)

    async def set(self, **attributes: JSON) -> None:
        """Send a whole state, START with other values of some attributes."""
        await self.at_once(Event(f"_SET:{KEY}", {**START, **attributes}))

    async def patch(self, *operations: JSON) -> None:
        """Send a legal patch."""
        await self.at_once(Event(f"_PATCH:{KEY}", list(operations)))

    async def illegal(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that must have no effect; the mirror stays."""
        await self.connection.send(type, data)
        self.connection.stimulate()

    async def text(self, frame: str) -> None:
        """Send any text as a frame; the mirror stays."""
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
        """The state that the client reports; that counts as a write of it."""
        since = self.mark()
        self.connection.write_events(Event(f"_GET:{KEY}", {} if data is ABSENT else data))
        received = await self.next(
            f"_SET:{KEY}", since=since, what="the answer to _GET:TESTEE", requirement="state-get"
        )
        return received.event.data

    async def holds(
        self, expected: JSON = None, *, requirement: str | None = None, **attributes: JSON
    ) -> None:
        """Demand that the client holds a state: one, or what both have, with some attributes."""
        wanted = {**(self.state if expected is None else expected), **attributes}
        reported = await self.reported()
        expect.equal(reported, wanted, "the client's state", requirement=requirement)

    async def agrees(self, *, requirement: str | None = "state-client-patch") -> None:
        """Demand that what the client has sent makes, of what it got, the state that it reports."""
        await self.act("publish")
        held = self.state
        reported = await self.reported()
        expect.equal(reported, held, "the client's state", requirement=requirement)

    def _stimulate(self, number: int) -> None:
        if number:  # the value of the case is before the fence
            self.trace.stimulus = self.trace.entries[-2]

    async def _answered(self, name: str, since: int, requirement: str | None) -> None:
        await self.connection.wait(
            lambda r: r.event.type == f"_ACTION:{KEY}" and r.event.data.get("type") == name,
            f"_ACTION:{KEY} {name!r}, which the client was asked to send after all that",
            since=since,
            requirement=requirement,
        )


def member(state: JSON, name: str) -> JSON:
    """An attribute of a state that a client has a part in: None where it is missing."""
    return state.get(name) if isinstance(state, dict) else None


def called(event: Event) -> JSON:
    """The name of the action of the client that an event calls, or None."""
    return member(event.data, "type") if event.type == f"_ACTION:{KEY}" else None


def call(name: str, /, **arguments: Any) -> Event:
    """The event that calls an action of the client."""
    return Event(f"_ACTION:{KEY}", {"type": name, **arguments})


async def probe(client: ClientUnderTest) -> float | None:
    """Wait for the client's first connection; the seconds of a round trip, or None without one."""
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
