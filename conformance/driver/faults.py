"""How a fault of one connection is judged: by what it costs the others, and what is left of it.

A fault may end its own connection. What it must not do is to keep another session waiting, to
change a state that it has no right to, or to leave a session that serves nobody any more.
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
"""So many connections of a crowd are opened at the same time: a deadline holds for each."""
SPARE = 3
"""So many places of a full server are made free again."""
DEEP_CALLS = 50_000
"""Calls inside each other that walking through a deep value takes, with room to spare."""


class Bystander:
    """A client of another session, which has to be served whatever goes on beside it."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._numbers = itertools.count(1)

    async def fence(self, requirement: str = "connection-isolation") -> None:
        """Demand an answer.

        Raises:
            Violation: It does not come.
        """
        with blamed(requirement):
            await self.peer.fence()

    async def served(self, requirement: str = "connection-isolation") -> float:
        """Demand that an action has its effect; how many seconds that takes.

        Raises:
            Violation: It has not, or not before the deadline.
        """
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
    """Blame a silence or a closed connection on a requirement, unless it says itself on which."""
    try:
        yield
    except (Silence, ClosedEarly) as violation:
        violation.requirement = violation.requirement or requirement
        raise


class Scene:
    """A client that a fault befalls, and another one beside it.

    Attributes:
        dialogue: The connections of the case.
        peer: The client with the fault, or the one in its place since `go_on`.
        bystander: The other.
    """

    def __init__(self, dialogue: Dialogue, peer: Peer, bystander: Bystander) -> None:
        self.dialogue = dialogue
        self.peer = peer
        self.bystander = bystander

    @classmethod
    async def open(cls, dialogue: Dialogue) -> Scene:
        """Two sessions; the first has a state that can be recognised: its text is "kept".

        Raises:
            NotTestable: The URL names one session for all.
        """
        bystander = Bystander(await dialogue.open_other_session())
        scene = cls(dialogue, await dialogue.open(), bystander)
        await scene.peer.assign("text", "kept")
        await scene.peer.fence()
        return scene

    async def take_over(self) -> float:
        """Let a newer connection replace the peer's own; how many seconds that takes."""
        began = time.perf_counter()
        self.peer = await self.dialogue.take_over(self.peer)
        return time.perf_counter() - began

    async def go_on(self, requirement: str = "transport-any-end") -> None:
        """Return when everything sent was handled, with a connection on which it goes on.

        One on which nothing is answered any more has ended, too.

        Raises:
            Violation: There is none, which breaks the requirement.
        """
        try:
            await self.peer.fence()
        except (ClosedEarly, Silence):
            await self.begin_again(requirement)

    async def begin_again(self, requirement: str = "transport-any-end") -> None:
        """End the peer's connection, and go on with a fresh one to its session.

        It is opened anew when the server closes it: whether the clean-up of an older connection
        may do that is judged by the cases of session-takeover.

        Raises:
            Violation: It does not come about, which breaks the requirement.
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
        """Demand that the session works on a fresh connection, and the other one beside it.

        Args:
            text: The text that it has to have kept.
            requirement: What is not met if it has not.

        Returns:
            The state of TESTEE as the fresh connection finds it.

        Raises:
            Violation: One of them does not.
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
        """Assign a value that the server may find too large; whether it was taken.

        Raises:
            Violation: It was taken in part, or another session had to wait for it.
        """
        held = self.peer.mirror()[name]
        with suppress(ClosedEarly):  # the server may give up in the middle
            await self.peer.assign(name, value)
        await self.bystander.served()
        await self.go_on()
        found = self.peer.mirror()[name]
        taken = same(found, value)
        expect.true(
            taken or same(found, held),
            expected=f"{name} as it was, or the whole value",
            received=show_json(found),
        )
        return taken


async def largest(
    taken: Callable[[int], Awaitable[bool]], sizes: Sequence[int], step: int = 0
) -> int:
    """The largest size that is taken, 0 if none is.

    Args:
        taken: Tries one.
        sizes: What is tried, growing, until one is refused.
        step: How exactly the limit is found between two sizes; 0: not at all.
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
    """Lets this process walk through deep values, so that its own limit is not the server's."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEP_CALLS))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


async def crowd(dialogue: Dialogue, most: int) -> tuple[list[Peer], int]:
    """Peers on sessions of their own, all connected, and how many the server took.

    They are `most`, or as many as it takes. Where it is full, some leave again, so that there is
    place for what comes behind: how many a server takes is its own measure (security.md).

    Raises:
        Violation: One that was accepted is not served.
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
