"""Judges how a server closes connections, apart from the effect that a case judges.

A server may refuse an event as required and still close the connection with the wrong code. Each
gets a verdict of its own, so that neither hides the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.driver.connection import NO_FRAME, Connection
from conformance.errors import Silence

CLOSE_CODE = "connection-close-code"
TOLD = "session-takeover-disconnect"
GOODBYE = "_DISCONNECT"
NORMAL = 1000


@dataclass(frozen=True, slots=True)
class ConnectionEnd:
    """The end of one connection, judged."""

    requirement: str
    how: str
    expected: str
    met: bool


def after_errors(connections: Iterable[Connection]) -> Iterator[ConnectionEnd]:
    """Judge the connections that the server has closed after an error.

    Those that a newer connection has replaced are left out, and those without a close frame: they
    were lost, and not closed.
    """
    opened = list(connections)
    for place, one in enumerate(opened):
        closing = one.closing
        if closing is None or one.ended_by_kit or closing.code == NO_FRAME:
            continue
        replaced = any(_takes_over(later, one) for later in opened[place + 1 :])
        if replaced or _last_event(one) == GOODBYE:
            continue
        met = closing.code != NORMAL
        yield ConnectionEnd(CLOSE_CODE, str(closing), "a code other than 1000 after an error", met)


def _takes_over(later: Connection, older: Connection) -> bool:
    return later.url == older.url and later.opened < older.ended


async def taken_over(older: Connection) -> ConnectionEnd:
    """Wait for the end of a connection that a newer one has replaced, and judge it."""
    expected = "_DISCONNECT as the last event, then the end of the connection"
    try:
        closing = await older.wait_closed()
    except Silence as silence:
        return ConnectionEnd(TOLD, silence.received, expected, met=False)
    last = _last_event(older)
    return ConnectionEnd(TOLD, f"{closing}, after {last}", expected, met=last == GOODBYE)


def _last_event(connection: Connection) -> str:
    return connection.received[-1].event.type if connection.received else "nothing"
