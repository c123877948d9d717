"""A client of the testee: a recording connection that uses the testee contract.

`Dialogue.open` opens one (dialogue.py).
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress

from conformance.driver import expect
from conformance.driver.connection import Closing, Connection
from conformance.driver.event_reader import EventReader
from conformance.driver.target import Target
from conformance.errors import Kind
from conformance.protocol.contract import SECOND, TESTEE
from conformance.protocol.mirror import Inapplicable
from conformance.protocol.schemas import violation
from conformance.protocol.wire import ABSENT, JSON, SCHEMA_BY_NAME, Event


class Peer(EventReader):
    """One client on one connection."""

    def __init__(self, connection: Connection, session: str, target: Target) -> None:
        self.connection = connection
        self.session = session
        self._target = target

    # Received events

    def types(self, since: int = 0) -> list[str]:
        """The types of the protocol's own events that arrived since a mark, in order."""
        received = self.connection.received[since:]
        return [r.event.type for r in received if r.event.name in SCHEMA_BY_NAME]

    def mirror(self, key: str = TESTEE) -> JSON:
        """The client's copy of a document."""
        return self.connection.legality.mirror[key]

    async def until(
        self,
        holds: Callable[[JSON], bool],
        what: str,
        key: str = TESTEE,
        requirement: str | None = None,
        attributes: tuple[str, ...] = (),
    ) -> None:
        """Wait until a condition of the client's copy holds."""
        if not holds(self.mirror(key)):
            await self.connection.wait(
                lambda _: holds(self.mirror(key)),
                what,
                since=0,
                requirement=requirement,
                attributes=attributes,
            )

    # Sent events

    async def send(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that is valid by its schema.

        Raises:
            ValueError: It is invalid, which is an error of the case.
        """
        event = Event(type, data)
        if wrong := violation(event):
            raise ValueError(f"the case sends an invalid {event.name}: {wrong}; use send_illegal")
        await self.connection.send(type, data)

    async def send_illegal(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event that the server has to refuse."""
        await self.connection.send(type, data)
        self.connection.stimulate()

    async def send_text(self, text: str) -> None:
        """Send any text as one frame."""
        await self.connection.send_text(text)
        self.connection.stimulate()

    async def action(self, name: str, /, *, key: str = TESTEE, **arguments: JSON) -> None:
        """Call an action."""
        await self.send(f"_ACTION:{key}", {"type": name, **arguments})

    async def assign(self, name: str, value: JSON, *, key: str = TESTEE) -> None:
        """Call `assign`."""
        await self.action("assign", key=key, name=name, value=value)

    async def start(self, name: str, **arguments: JSON) -> None:
        """Start a task."""
        await self.send("_TASK_START:TESTEE", {"type": name, **arguments})

    async def cancel(self, name: str) -> None:
        """Cancel a task."""
        await self.send("_TASK_CANCEL:TESTEE", {"type": name})

    async def patch(self, *operations: JSON, key: str = TESTEE) -> None:
        """Apply a patch to the client's copy if possible, and send it."""
        with suppress(Inapplicable):  # then the case judges only the server
            self.connection.legality.mirror.patch(key, list(operations))
        await self.connection.send(f"_PATCH:{key}", list(operations))

    async def set(self, members: JSON, *, key: str = TESTEE) -> None:
        """Set attributes of the client's copy, and send them as `_SET`."""
        self.connection.legality.mirror.merge(key, members)
        await self.connection.send(f"_SET:{key}", members)

    async def send_pair(self, type: str, metadata: JSON, content: bytes) -> None:
        """Send `_BIN_META` and its binary frame."""
        await self.connection.send("_BIN_META", {"type": type, "metadata": metadata})
        await self.connection.send_bytes(content)

    # Order and state

    async def fence(self, key: str = TESTEE) -> None:
        """Return when everything sent so far has had its effect, and that has arrived.

        The `_GET` is for a document other than `key`, so that its answer is not mistaken for a
        change of `key` (state-get, connection-order).
        """
        other = TESTEE if key == SECOND else SECOND
        missing = self.connection.fences.missing(other) if self._target.sets else 1
        for _ in range(missing):
            since = self.mark()
            await self.send(f"_GET:{other}", {})
            await self.next(f"_SET:{other}", since=since, what=f"the answer to _GET:{other}")

    async def get(self, key: str = TESTEE, *, requirement: str | None = "state-get") -> JSON:
        """The state that the server reports."""
        since = self.mark()
        await self.send(f"_GET:{key}", {})
        await self.fence(key)
        answers = self.events(f"_SET:{key}", since)
        if not answers:
            expect.fail(
                requirement=requirement,
                expected=f"_SET:{key} as the answer to _GET:{key}",
                received="the answer to a later _GET without it",
                kind=Kind.MISSING_EVENT,
                event=f"_SET:{key}",
            )
        return answers[-1]

    async def in_sync(self, key: str = TESTEE, *, requirement: str | None = None) -> JSON:
        """Demand that the client's copy is the state that the server reports; that state."""
        state = await self.get(key)
        held = self.connection.legality.mirror.before_set(key)
        expect.equal(held, state, "the client's copy after all events", requirement=requirement)
        return state

    async def ignores(
        self, *attempts: Awaitable[None], key: str = TESTEE, requirement: str | None = None
    ) -> None:
        """Make attempts, and demand that they change nothing and keep the connection open."""
        before = await self.get(key)
        for attempt in attempts:
            await attempt
        await self.alive(requirement)
        what = "the state" if key == TESTEE else f"the state of {key}"
        expect.equal(await self.get(key), before, what, requirement=requirement)

    async def closed(self, *, requirement: str | None = None) -> Closing:
        """Wait until the server closes the connection."""
        return await self.connection.wait_closed(requirement=requirement)


async def wait_some_time(peer: Peer, milliseconds: int = 40) -> None:
    """Wait some time by the server's clock, with `assignLater`."""
    await peer.action("assignLater", name="number", value=1, afterMs=milliseconds)
    await peer.until(lambda state: state["number"] == 1, "number 1, some time later")


def to_base64(content: bytes) -> str:
    """Bytes in Base64, as arguments of actions."""
    return base64.b64encode(content).decode()
