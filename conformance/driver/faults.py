"""Judges the effects of a fault on one connection: on other sessions, and on its own session.

A fault may end its own connection. It must not delay another session, change the state of one, or
leave a session to which no client can connect again.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.errors import ClosedEarly, Silence, Violation
from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON, same

ATTEMPTS = 3
BATCH = 20
"""The connections of a crowd that are opened at the same time, because each has a deadline."""
SPARE = 3
"""The connections of a full server that are closed again."""
DEEP_CALLS = 50_000
"""The recursion limit for deep values."""


class Bystander:
    """A client of another session, which the server has to serve during the fault."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._numbers = itertools.count(1)

    async def fence(self, requirement: str = "connection-isolation") -> None:
        """Demand an answer."""
        with blamed(requirement):
            await self.peer.fence()

    async def served(self, requirement: str = "connection-isolation") -> float:
        """Demand the effect of an action; the seconds until it arrived."""
        began = time.perf_counter()
        number = next(self._numbers)
        with blamed(requirement):
            await self.peer.assign("number", number)
            await self.peer.until(
                lambda state: state["number"] == number, f"number {number} in another session"
            )
        return time.perf_counter() - began


@contextmanager
def blamed(requirement: str) -> Iterator[None]:
    """Give a `Silence` or `ClosedEarly` in the block this requirement, if it has none."""
    try:
        yield
    except (Silence, ClosedEarly) as violation:
        violation.requirement = violation.requirement or requirement
        raise


class Scene:
    """A client with a fault, and one of another session.

    Attributes:
        peer: The client with the fault; after `go_on` it may have a new connection.
        bystander: The client of the other session.
    """

    def __init__(self, dialogue: Dialogue, peer: Peer, bystander: Bystander) -> None:
        self.dialogue = dialogue
        self.peer = peer
        self.bystander = bystander

    @classmethod
    async def open(cls, dialogue: Dialogue) -> Scene:
        """Open both sessions; the text of the first is "kept", so that the state is recognised.

        Raises:
            NotTestable: The URL has no place for a session.
        """
        bystander = Bystander(await dialogue.open_other_session())
        scene = cls(dialogue, await dialogue.open(), bystander)
        await scene.peer.assign("text", "kept")
        await scene.peer.fence()
        return scene

    async def take_over(self) -> float:
        """Replace the peer's connection by a newer one; the seconds that this took."""
        began = time.perf_counter()
        self.peer = await self.dialogue.take_over(self.peer)
        return time.perf_counter() - began

    async def go_on(self, requirement: str = "transport-any-end") -> None:
        """Wait until everything sent so far was handled; reconnect if the connection is broken."""
        try:
            await self.peer.fence()
        except (ClosedEarly, Silence):
            await self.begin_again(requirement)

    async def begin_again(self, requirement: str = "transport-any-end") -> None:
        """Abort the peer's connection, and open a new one to its session.

        If the server closes that one, it is opened again: the cases of session-takeover judge
        whether the clean-up of an older connection may close a newer one.
        """
        await self.peer.connection.release()
        for _ in range(ATTEMPTS - 1):
            with suppress(ClosedEarly):
                return await self._open(requirement)
        return await self._open(requirement)

    async def _open(self, requirement: str) -> None:
        with blamed(requirement):
            self.peer = await self.dialogue.open(self.peer.session, requirement)
            await self.peer.fence()

    async def intact(self, text: JSON = "kept", requirement: str | None = None) -> JSON:
        """Demand that the session works on a new connection, and that the other session works.

        Args:
            text: The text that the session has to have.
            requirement: The requirement that is broken by another text.

        Returns:
            The state of TESTEE on the new connection.
        """
        await self.begin_again()
        found = await self.peer.get()
        expect.equal(found["text"], text, "text after the fault", requirement=requirement)
        with blamed("transport-any-end"):
            await self.peer.assign("flag", not found["flag"])
            state = await self.peer.in_sync(requirement="state-converges")
        wanted = {**found, "flag": not found["flag"]}
        expect.equal(state, wanted, "the state after another action")
        await self.bystander.served()
        return found

    async def offer(self, name: str, value: JSON) -> bool:
        """Assign a value that may be too large for the server; whether it was accepted.

        Raises:
            Violation: It was accepted in part, or it delayed the other session.
        """
        held = self.peer.mirror()[name]
        with suppress(ClosedEarly):  # the server may close in the middle
            await self.peer.assign(name, value)
        await self.bystander.served()
        await self.go_on()
        found = self.peer.mirror()[name]
        taken = same(found, value)
        expect.true(
            taken or same(found, held),
            expected=f"the old {name}, or the whole new one",
            received=show_json(found),
        )
        return taken


async def largest(
    taken: Callable[[int], Awaitable[bool]], sizes: Sequence[int], step: int = 0
) -> int:
    """The largest size that is accepted, 0 if none is.

    Args:
        taken: Tries a size; whether it is accepted.
        sizes: The sizes to try, in ascending order, until one is refused.
        step: The precision of the limit between two sizes; 0 to leave it at the smaller one.
    """
    low = 0
    for high in sizes:
        if await taken(high):
            low = high
            continue
        while step and high - low > step:
            middle = (low + high) // 2
            low, high = (middle, high) if await taken(middle) else (low, middle)
        break
    return low


@contextmanager
def deep_values() -> Iterator[None]:
    """Raise the recursion limit of this process for deep values."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEP_CALLS))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


async def crowd(dialogue: Dialogue, most: int) -> tuple[list[Peer], int]:
    """Open connections to new sessions; the peers, and the number that the server accepted.

    These are `most`, or fewer if the server reaches its limit (security.md). Then some are closed
    again, so that the case can open others.
    """
    peers: list[Peer] = []
    while len(peers) < most:
        opening = (dialogue.open() for _ in range(BATCH))
        full = False
        for found in await asyncio.gather(*opening, return_exceptions=True):
            if isinstance(found, Violation) and found.requirement == "connection-accept":
                full = True
            elif isinstance(found, BaseException):
                raise found
            else:
                peers.append(found)
        if full:
            await asyncio.gather(*(peer.connection.release() for peer in peers[-SPARE:]))
            return peers[:-SPARE], len(peers)
    return peers, len(peers)
