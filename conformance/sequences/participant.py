"""One session of a generated sequence: a client, and the model of its documents.

A step acts through its participant. It sends something and a fence in one write, and updates the
model by the testee contract. `check` then compares the client's copy with the model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from conformance.driver import expect
from conformance.driver.connection import Connection
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.errors import ClosedEarly, Kind
from conformance.protocol.contract import (
    ASSIGNABLE,
    INITIAL_VALUE,
    LAZY,
    READ_ONLY,
    SECOND,
    TESTEE,
    keys_for,
)
from conformance.protocol.model import Model
from conformance.protocol.wire import JSON, Event, same
from conformance.spec import deviation

NOTICES = frozenset({"_TOAST", "_DOWNLOAD", "_ACTION", "_BIN_META"})
"""The names of the events that are not about the state."""


class Participant:
    """A client on a session of its own.

    Attributes:
        peer: The client; a reconnect replaces it.
        model: The documents that the session must have.
        watched: Whether the state is asked for after each step.
        written: The keys that were written so far.
        took_over: Whether the connection replaced an older one.
        crossed: The keys that both sides wrote at once; the copy may differ until the next `_GET`.
    """

    def __init__(self, dialogue: Dialogue, peer: Peer) -> None:
        self.dialogue = dialogue
        self.peer = peer
        keys = keys_for(dialogue.target.features)
        held = {key: peer.mirror(key) for key in keys if key != LAZY}
        self.model = Model(held | ({LAZY: INITIAL_VALUE} if LAZY in keys else {}))
        self.watched = False
        self.written = {TESTEE}
        self.took_over = False
        self.crossed: set[str] = set()
        self._checked: dict[str, JSON] = {}

    @classmethod
    async def take(cls, dialogue: Dialogue) -> Participant:
        """Open a participant on a new session."""
        peer = await dialogue.open()
        wrong = deviation("testee", peer.mirror(TESTEE))
        if wrong:
            expect.fail(
                requirement="connection-initial-state",
                expected="a document TESTEE that the contract allows (spec/testee.md)",
                received=wrong,
            )
        return cls(dialogue, peer)

    @property
    def connection(self) -> Connection:
        """The WebSocket of the client."""
        return self.peer.connection

    # What a step sends

    async def at_once(
        self, *events: Event, key: str = TESTEE, requirement: str | None = None
    ) -> int:
        """Send events and a fence in one write, and wait for the fence's answer.

        Args:
            events: The events.
            key: The document that they are about; the fence asks for another one.
            requirement: The requirement that a missing answer breaks.

        Returns:
            The mark before the effects.
        """
        other = TESTEE if key != TESTEE else SECOND
        since = self.peer.mark()
        fence = Event(f"_GET:{other}", {})
        await self.connection.send_at_once(*(event.text() for event in (*events, fence)))
        what = f"the answer to _GET:{other}"
        await self.peer.next(f"_SET:{other}", since=since, what=what, requirement=requirement)
        if other == TESTEE:
            self.model.synced()
        return since

    async def action(self, name: str, /, **arguments: JSON) -> int:
        """Call an action of TESTEE; return the mark before its effects."""
        return await self.at_once(call(name, **arguments))

    async def get(self, key: str = TESTEE, data: JSON = None) -> None:
        """Ask for a state, and demand that it equals the model and the client's copy."""
        following = key in self.connection.legality.mirror
        since = await self.at_once(Event(f"_GET:{key}", data), key=key)
        answers = self.peer.events(f"_SET:{key}", since)
        if not answers:
            expect.fail(
                requirement="state-get" if following else "state-get-unannounced",
                expected=f"_SET:{key} in answer to _GET:{key}",
                received="the answer to a later _GET without it",
                kind=Kind.MISSING_EVENT,
                event=f"_SET:{key}",
            )
        wanted = self.model.documents[key]
        requirement = "state-get" if key in self.written else "state-keys-apart"
        expect.equal(answers[-1], wanted, f"the answer to _GET:{key}", requirement=requirement)
        if key == TESTEE:
            if key not in self.crossed:
                held = self.connection.legality.mirror.before_set(key)
                self._compare(key, held, "state-converges")
            self.model.synced()
        self.crossed.discard(key)

    def note_crossing(self, key: str, names: set[str], since: int) -> None:
        """Note whether the server changed attributes while a write to them was on its way.

        A server may send a value again some time after a write (state-crossing). What the client
        holds when that crosses its next write is undefined.
        """
        for received in self.connection.received[since:]:
            event = received.event
            whole = event.type == f"_SET:{key}"
            if whole or (event.type == f"_PATCH:{key}" and touched(event.data) & names):
                self.crossed.add(key)

    # What holds after a step

    async def check(self, requirement: Callable[[str], str], *, changed: str | None) -> None:
        """Demand that nothing illegal arrived, and that the client's copies equal the model.

        Args:
            requirement: The requirement that a different copy of a key breaks.
            changed: The key that has changed since the last check. A copy of another key that is
                the same object as then is not compared again.
        """
        if illegal := self.connection.first_violation():
            raise illegal
        for key in self.model.documents:
            if key not in self.connection.legality.mirror:
                continue  # LAZY, until it is asked for
            held = self.peer.mirror(key)
            if key != changed and held is self._checked.get(key):
                continue
            if key in self.crossed and not self.holds(key, held):
                await self.get(key)
            held = self._checked[key] = self.peer.mirror(key)
            self._compare(key, held, requirement(key))

    def holds(self, key: str, held: JSON) -> bool:
        """Whether the client may hold this copy of a document now."""
        wanted = self.model.documents[key]
        if same(held, wanted):
            return True
        return key == TESTEE and all(self.model.held(name, held.get(name)) for name in wanted)

    def _compare(self, key: str, held: JSON, requirement: str) -> None:
        if not self.holds(key, held):
            what = f"{key} in the client's copy"
            expect.equal(held, self.model.documents[key], what, requirement=requirement)

    def observed(self, since: int) -> dict[str, JSON]:
        """What the client holds, and the notices that it received since a mark.

        Attributes that changed without a sync are left out, because a client may hold either value.
        """
        state = self.peer.mirror(TESTEE)
        free = self.model.unsynced.keys() | {"features"}
        seen = {key: self.peer.mirror(key) for key in self.connection.legality.mirror.known_keys()}
        seen[TESTEE] = {name: value for name, value in state.items() if name not in free}
        seen[TESTEE]["runningTasks"] = sorted(state["runningTasks"])
        for received in self.connection.received[since:]:
            if received.event.name in NOTICES:
                data = received.event.data if received.content is None else received.content.hex()
                seen.setdefault(received.event.type, []).append(data)
        return seen

    async def finish(self) -> None:
        """Compare all documents with `_GET`, and on a new connection."""
        for key in self.model.documents:
            if key in self.connection.legality.mirror:
                await self.get(key)
        await self.reconnect(Connection.close)
        await self.check(lambda _: "session-resumes", changed=None)

    # Connections

    async def reconnect(self, end: Callable[[Connection], Awaitable[Any]]) -> None:
        """End the connection, and open another one to the session."""
        await end(self.connection)
        self.replace(await self.dialogue.open(self.peer.session))

    def replace(self, peer: Peer, *, took_over: bool = False) -> None:
        """Continue on another connection of the session, whose initial state has arrived."""
        self.peer = peer
        self.took_over = took_over
        self.crossed.clear()
        self.model.synced()

    async def alive(self, requirement: str) -> None:
        """Demand that the connection still works."""
        try:
            await self.at_once(requirement=requirement)
        except ClosedEarly as error:
            raise error.restated(
                expected="a connection that stays open", requirement=requirement
            ) from error


def touched(operations: list[JSON]) -> set[str]:
    """The attributes that a patch names; all if it names the whole document."""
    pointers = [o[member] for o in operations for member in ("path", "from") if member in o]
    names = {pointer.split("/")[1] if pointer else "" for pointer in pointers}
    return {*ASSIGNABLE, *READ_ONLY} if "" in names else names


def call(name: str, /, *, key: str = TESTEE, **arguments: JSON) -> Event:
    """The event that calls an action."""
    return Event(f"_ACTION:{key}", {"type": name, **arguments})
