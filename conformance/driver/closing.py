"""How a server closes connections, judged apart from what it did.

A server may refuse rightly and close wrongly. A case judges the effect; how the connection ended is
noted beside it and gets a verdict of its own, so that neither hides the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.driver.connection import Connection
from conformance.errors import Silence

CLOSE_CODE = "connection-close-code"
TOLD = "session-takeover-disconnect"
NORMAL, NO_FRAME = 1000, 1006


@dataclass(frozen=True, slots=True)
class ConnectionEnd:
    """How one connection ended.

    Attributes:
        requirement: The id of the requirement that it is judged by.
        how: What the server did.
        expected: What the requirement wants.
        met: Whether that is so.
    """

    requirement: str
    how: str
    expected: str
    met: bool


def after_errors(connections: Iterable[Connection]) -> Iterator[ConnectionEnd]:
    """The endings by the server's own will of connections that nothing has taken over.

    One without a close frame is a loss and no manner.
    """
    opened = list(connections)
    for place, one in enumerate(opened):
        closing = one.closing
        if closing is None or one.ended_by_kit or closing.code == NO_FRAME:
            continue
        if one.told_to_go or any(_takes_over(later, one) for later in opened[place + 1 :]):
            continue
        met = closing.code != NORMAL
        yield ConnectionEnd(CLOSE_CODE, str(closing), "another code than 1000 after an error", met)


def _takes_over(later: Connection, older: Connection) -> bool:
    """Whether a connection was opened to the same session before the older one had ended."""
    return later.url == older.url and later.opened < older.ended


async def taken_over(older: Connection) -> ConnectionEnd:
    """How a connection ended that a newer one has replaced; waits for it."""
    expected = "_DISCONNECT as its last event, and then its end"
    try:
        closing = await older.wait_closed()
    except Silence as silence:
        return ConnectionEnd(TOLD, silence.received, expected, met=False)
    last = older.received[-1].event.type if older.received else "nothing"
    how = f"{closing}, behind {last}"
    return ConnectionEnd(TOLD, how, expected, met=older.told_to_go)
