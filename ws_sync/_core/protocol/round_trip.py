"""What a server knows of the round trip to a client, and the times that follow from it.

The protocol has no acknowledgements, and the pings of a WebSocket are out of reach. But a client
sends a few events only after it has received one: the identification after the request for it
(session-identify-answer), and the first patch of a document on a connection after the document's
state (state-client-base). The time from one to the other is at least one round trip. It may be much
longer, because a person may have thought in between. So the shortest of these times is an upper
bound of the round trip at that moment, and no other event gives a lower or a better one: a client
may have sent any other frame before the server's last one arrived.

A later round trip may take longer, because of a lost packet or a busy line. So it is assumed to
take up to `FACTOR` times the bound, and both times below have a constant part and a limit. The
limits hold if nothing is known. All times are in seconds.
"""

from __future__ import annotations

FACTOR = 4.0
"""The longest round trip of a connection, as a multiple of the shortest one."""

DELAY = 3.0
"""Seconds for which a frame may be late on any line.

It is long, because a crossing that the server does not notice is never repaired.
"""

WINDOW = 5.0
"""Most seconds after a frame of the server in which a write may have crossed it."""

SETTLE = 0.25
"""Seconds between two keystrokes. A client that answers each frame writes once in a round trip."""

LONGEST_SETTLE = 1.5
"""Most seconds for which an attribute must be at rest before it is repeated for the first time."""


class RoundTrip:
    """The round trip of one connection.

    Attributes:
        window: seconds after a frame of the server in which a write of the client may have crossed
            it.
        settle: seconds without a write after which the client is expected not to write.
    """

    __slots__ = ("_bound", "settle", "window")

    def __init__(self, bound: float = float("inf")) -> None:
        self._bound = float("inf")
        self.window, self.settle = WINDOW, LONGEST_SETTLE
        self.answered(bound)

    def answered(self, seconds: float) -> None:
        """Record the time from an event to one that the client can only have sent after it."""
        if seconds < self._bound:
            self._bound = seconds
            self.window = min(DELAY + FACTOR * seconds, WINDOW)
            self.settle = min(SETTLE + FACTOR * seconds, LONGEST_SETTLE)
