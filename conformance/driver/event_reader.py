"""What the driver of a server and that of a client have in common: reading received events."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from conformance.driver.connection import Connection, Received
from conformance.errors import ClosedEarly, Violation
from conformance.protocol.wire import JSON


class EventReader:
    """Reads the events that have arrived on a connection.

    Attributes:
        alive_means: What `alive` demands, as a phrase.
        not_alive: The violations that `alive` explains by that.
    """

    connection: Connection
    alive_means: ClassVar[str] = "a connection that stays open"
    not_alive: ClassVar[type[Violation]] = ClosedEarly

    def mark(self) -> int:
        """The current end of the received events, for `events` and `next`."""
        return len(self.connection.received)

    def events(self, type: str, since: int = 0) -> list[JSON]:
        """The data of all events of a type that arrived since a mark."""
        return [r.event.data for r in self.connection.received[since:] if r.event.type == type]

    async def next(
        self,
        type: str,
        *,
        since: int,
        where: Callable[[Received], bool] = lambda _: True,
        what: str | None = None,
        requirement: str | None = None,
    ) -> Received:
        """Wait for the first event of a type since a mark.

        Args:
            type: The event's type.
            since: The mark.
            where: A further condition.
            what: The event for people.
            requirement: The requirement that is broken without it; None for that of the case.
        """
        return await self.connection.wait(
            lambda received: received.event.type == type and where(received),
            what or f"the event {type}",
            since=since,
            requirement=requirement,
            event=type,
        )

    async def fence(self) -> object:
        """Return when everything sent so far has had its effect, and that has arrived."""
        raise NotImplementedError

    async def alive(self, requirement: str | None = None) -> None:
        """Demand that the connection still works, by a fence."""
        try:
            await self.fence()
        except self.not_alive as violation:
            raise violation.restated(
                expected=self.alive_means, requirement=requirement
            ) from violation
