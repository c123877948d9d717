"""A client of the testee: a recording connection that speaks the testee contract.

`Dialogue.open` opens one (dialogue.py).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress

from conformance.driver import expect
from conformance.driver.connection import Closing, Connection, Received
from conformance.driver.target import Target
from conformance.errors import ClosedEarly, Kind
from conformance.protocol.mirror import Inapplicable
from conformance.protocol.schemas import violation
from conformance.protocol.wire import ABSENT, JSON, SCHEMA_BY_NAME, Event


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
            event=type,
        )

    async def until(
        self,
        holds: Callable[[JSON], bool],
        what: str,
        key: str = "TESTEE",
        requirement: str | None = None,
        attributes: tuple[str, ...] = (),
    ) -> None:
        """Wait until the mirror of a document is as wanted.

        Raises:
            Violation: It does not become so.
        """
        if not holds(self.mirror(key)):
            await self.connection.wait(
                lambda _: holds(self.mirror(key)),
                what,
                since=0,
                requirement=requirement,
                attributes=attributes,
            )

    # What is sent

    async def send(self, type: str, data: JSON = ABSENT) -> None:
        """Send a legal event; the schemas hold for the kit as they do for the server."""
        event = Event(type, data)
        if wrong := violation(event):
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
                kind=Kind.MISSING_EVENT,
                event=f"_SET:{key}",
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
            raise error.restated(
                expected="a connection that stays open", requirement=requirement
            ) from error

    async def closed(self, *, requirement: str | None = None) -> Closing:
        """How the server closed the connection; waits for it."""
        return await self.connection.wait_closed(requirement=requirement)


async def some_time(peer: Peer, milliseconds: int = 40) -> None:
    """Let some time pass by a peer's clock: the server's own `assignLater`."""
    await peer.action("assignLater", name="number", value=1, afterMs=milliseconds)
    await peer.until(lambda state: state["number"] == 1, "number 1, some time later")


def encoded(content: bytes) -> str:
    """Bytes as the contract's actions take them: Base64."""
    return base64.b64encode(content).decode()
