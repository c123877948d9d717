"""How a fault of one connection is judged: by what it costs the others, and what is left of it.

A fault may end its own connection. What it must not do is to keep another session waiting, to
change a state that it has no right to, or to leave a session that serves nobody any more.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from conformance import expect
from conformance.client import Connection
from conformance.expect import ClosedEarly, Silence
from conformance.peer import Dialogue, Peer
from conformance.wire import JSON, same

ATTEMPTS = 3
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

    async def served(self, requirement: str = "connection-isolation") -> None:
        """Demand that an action has its effect.

        Raises:
            Violation: It has not, or not before the deadline.
        """
        number = next(self._numbers)
        with blamed(requirement):
            await self.peer.assign("number", number)
            await self.peer.until(
                lambda state: state["number"] == number, f"number {number} in another session"
            )


@contextmanager
def blamed(requirement: str) -> Iterator[None]:
    """Blame a silence or a closed connection on a requirement, unless it says itself on which."""
    try:
        yield
    except (Silence, ClosedEarly) as violation:
        violation.requirement = violation.requirement or requirement
        raise


async def again(dialogue: Dialogue, peer: Peer, requirement: str = "transport-any-end") -> Peer:
    """A fresh connection to a peer's session, which serves; the peer's own is ended.

    It is opened anew when the server closes it: whether the clean-up of an older connection may do
    that is judged by the cases of session-takeover.

    Raises:
        Violation: It does not come about, which breaks the requirement.
    """
    await peer.connection.release()
    for _ in range(ATTEMPTS - 1):
        with suppress(ClosedEarly):
            return await _served_anew(dialogue, peer.session, requirement)
    return await _served_anew(dialogue, peer.session, requirement)


async def _served_anew(dialogue: Dialogue, session: str, requirement: str) -> Peer:
    with blamed(requirement):
        peer = await dialogue.open(session, requirement)
        await peer.fence()
    return peer


async def going_on(dialogue: Dialogue, peer: Peer, requirement: str = "transport-any-end") -> Peer:
    """Who can go on when everything sent so far was handled: this peer, or one in its place.

    A connection on which nothing is answered any more has ended, too.
    """
    with suppress(ClosedEarly, Silence):
        await peer.fence()
        return peer
    return await again(dialogue, peer, requirement)


async def intact(dialogue: Dialogue, peer: Peer, bystander: Bystander) -> JSON:
    """Demand that a session works on a fresh connection, and another one beside it.

    Returns:
        The state of TESTEE as the fresh connection finds it.

    Raises:
        Violation: One of them does not.
    """
    newer = await again(dialogue, peer)
    found = await newer.get()
    with blamed("transport-any-end"):
        await newer.assign("flag", not found["flag"])
        state = await newer.in_sync(requirement="state-converges")
    expect.equal(state, {**found, "flag": not found["flag"]}, "the state after another action")
    await bystander.served()
    return found


async def offered(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, name: str, value: JSON
) -> tuple[Peer, bool]:
    """Assign a value that the server may find too large.

    Returns:
        Who can go on, and whether the value was taken.

    Raises:
        Violation: It was taken in part, or another session had to wait for it.
    """
    held = peer.mirror()[name]
    with suppress(ClosedEarly):  # the server may give up in the middle
        await peer.assign(name, value)
    await bystander.served()
    peer = await going_on(dialogue, peer)
    found = peer.mirror()[name]
    taken = same(found, value)
    expect.true(
        taken or same(found, held),
        expected=f"{name} as it was, or the whole value",
        received=expect.text(found),
    )
    return peer, taken


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


async def sole_survivor(rivals: Iterable[Connection]) -> Connection:
    """The one of several connections of a session that stays open, when all others are closed.

    Raises:
        Violation: There is none, or more than one.
    """
    rivals = list(rivals)
    closings = [asyncio.create_task(rival.wait_closed()) for rival in rivals]
    for finished in asyncio.as_completed(closings):
        await finished
        if sum(rival.closing is None for rival in rivals) == 1:
            break
    for task in closings:
        task.cancel()
    await asyncio.gather(*closings, return_exceptions=True)
    served = [rival for rival in rivals if rival.closing is None]
    expect.equal(len(served), 1, "the number of connections that stay open")
    return served[0]
