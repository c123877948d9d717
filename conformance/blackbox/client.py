"""A client of any application: it receives the announced documents, and requests their states."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from conformance.blackbox.differences import Differences, attribute, differences, without
from conformance.driver.application import Call
from conformance.driver.connection import Connection
from conformance.driver.peer import Peer
from conformance.driver.target import Target
from conformance.errors import ClosedEarly, NotTestable
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import JSON

NOTHING: JSON = {}
"""The data of a `_GET`; it has no meaning."""
NEEDS_WRITES = (
    "--allow-writes",
    "needs --allow-writes: it writes to the documents, and restores their values",
)


class BlackBoxClient(Peer):
    """One client on one connection.

    Attributes:
        keys: The documents that were announced on the connection, in order.
    """

    def __init__(self, connection: Connection, session: str, target: Target) -> None:
        super().__init__(connection, session, target)
        self.keys: tuple[str, ...] = ()
        self.application = target.application
        self._may_write = target.may_write
        self._questions: list[tuple[int, str]] = []
        self._edits: list[tuple[int, str, list[JSON]]] = []
        self._writes = Counter[str]()

    # Looking

    async def ask(
        self, key: str, data: JSON = NOTHING, *, requirement: str | None = "state-get"
    ) -> int:
        """Send `_GET:KEY`; return the position of the next `_SET:KEY` among the received events."""
        since = self.mark()
        self._questions.append((since, key))
        await self.send(f"_GET:{key}", data)
        what = f"_SET:{key} in answer to _GET:{key}"
        try:
            await self.next(f"_SET:{key}", since=since, what=what, requirement=requirement)
        except ClosedEarly as error:
            error.requirement = None  # a server that closes breaks the requirement of the case
            raise
        types = [received.event.type for received in self.connection.received]
        return types.index(f"_SET:{key}", since)

    def asked(self, key: str, since: int = 0) -> int:
        """The number of questions for a document since a mark."""
        return sum(asked == key and mark >= since for mark, asked in self._questions)

    def at(self, position: int) -> JSON:
        """The data of the received event at a position."""
        return self.connection.received[position].event.data

    async def fence(self, key: str = "") -> None:
        """Return when everything sent so far has had its effect (connection-order)."""
        await self.get(key)

    async def get(self, key: str = "", *, requirement: str | None = "state-get") -> JSON:
        """Return the state that the server reports.

        A refused write is answered with a `_SET` too. So one more question is sent for each write,
        and the last answer certainly answers a current question.
        """
        key = key or self.keys[0]
        position = await self.ask(key, requirement=requirement)
        for _ in range(self._writes[key]):
            position = await self.ask(key)
        return self.at(position)

    async def states(self) -> dict[str, JSON]:
        """Return the reported state of each document."""
        return {key: await self.get(key) for key in self.keys}

    def held(self, key: str, before: int | None = None) -> JSON:
        """The client's copy of a document, now or before the event at a position."""
        mirror = Mirror()
        edits = list(self._edits)
        received = self.connection.received[:before]
        for position, item in enumerate([*received, None]):
            while edits and edits[0][0] <= position:
                _, edited, operations = edits.pop(0)
                if edited == key:
                    _follow(mirror, key, operations)
            if item is not None and item.event.type == f"_SET:{key}":
                mirror.set(key, item.event.data)
            elif item is not None and item.event.type == f"_PATCH:{key}":
                _follow(mirror, key, item.event.data)
        return mirror[key]

    async def disagreements(self) -> Differences:
        """The differences between the client's copies and the server's answers."""
        found: Differences = {}
        for key in self.keys:
            found |= await self.disagreement(key)
        return found

    async def disagreement(self, key: str) -> Differences:
        """The differences between the client's copy and the server's answer.

        Attributes that change between two questions without a patch are left out.
        """
        first = await self.ask(key)
        second = await self.ask(key)
        if not self.events(f"_PATCH:{key}", first):
            quiet = differences(key, self.at(first), self.at(second)).keys()
            self.application.quiet |= quiet
            self.application.restless |= quiet
        found = differences(key, self.held(key, first), self.at(first))
        return without(found, self.application.quiet)

    async def at_rest(self) -> dict[str, JSON]:
        """Ask twice, to find what changes by itself; return the state of each document."""
        earlier, now = await self.states(), await self.states()
        for key in self.keys:
            self.application.restless |= differences(key, earlier[key], now[key]).keys()
        return now

    async def sent_again(self, key: str, since: int) -> None:
        """Demand a `_SET:KEY` since a mark that answers no question (state-refused-resync).

        All questions since then must be asked through this client.
        """
        await self.fence()
        answers = self.asked(key, since)
        await self.connection.wait(
            lambda _: len(self.events(f"_SET:{key}", since)) > answers,
            f"_SET:{key} in answer to a write that had no effect",
            since=since,
            requirement="state-refused-resync",
        )

    # Writing

    async def write(self, key: str, *operations: JSON) -> None:
        """Apply a patch to the client's copy, and send it."""
        self._note_write(key, list(operations))
        await self.patch(*operations, key=key)
        self.connection.stimulate()

    async def call(self, call: Call) -> None:
        """Call an action."""
        await self.send(f"_ACTION:{call.key}", call.data)

    def _note_write(self, key: str, operations: list[JSON]) -> None:
        if not self._may_write:
            raise NotTestable(*NEEDS_WRITES)
        self._edits.append((self.mark(), key, operations))
        self._writes[key] += 1
        self.application.written |= {(key, attribute(one["path"])) for one in operations}


def _follow(mirror: Mirror, key: str, operations: list[JSON]) -> None:
    with suppress(Inapplicable):  # the judge of the frames reports it
        mirror.patch(key, operations)
