"""What a client may cost: every bound that an application can set, in one place.

They are read where they bind; this module only names them. `docs/limits.md` has them all in a
table, with those that can't be set, and says what happens beyond each.
"""

from __future__ import annotations

from dataclasses import dataclass

from ws_sync._core.protocol.token_bucket import Rate

__all__ = ["LIMITS", "Limits", "Rate"]

EVENTS = Rate(5_000, 20_000)
RECEIVED = Rate(32 << 20, 128 << 20)
CONNECTIONS = Rate(10, 100)


@dataclass(frozen=True)
class Limits:
    """Bounds; sizes in characters and bytes, times in seconds, None for no bound.

    Attributes:
        congested_units: more units than these that wait for a peer are congestion.
        congested_size: more than this is congestion.
        most_units: so many units at most wait for a peer.
        most_size: when so much waits for a peer, nothing more may.
        close_timeout: how long a peer may take to read what is left for it at the end.
        grace: how long the handler of an event may still run when its connection has ended;
            then it is cancelled, because the events of a newer connection wait for it.
        malformed: so many malformed frames in a row end a connection.
        frame: the largest frame that is read; a server may have a limit of its own below that.
        events: how many frames the clients of a session may send.
        received: how much they may send, and make the server answer.
        refused: for so many events counts one that is malformed or refused: it costs a line of
            the log, and often a whole state.
        connections: how often the clients of a session may connect.
        tasks: so many tasks of a session run at most.
        document: no write of a client makes a document larger than this.
        operations: so many operations of a patch at most; 10,000 are the most anyway.
        per_user: so many sessions of one user at most, in a store that asks for the user.
        unidentified: so many connections of a store wait for the answer; a newer one takes the
            place of the oldest.
    """

    congested_units: int = 100
    congested_size: int = 1 << 20
    most_units: int = 10_000
    most_size: int = 64 << 20
    close_timeout: float = 5.0
    grace: float = 10.0
    malformed: int = 100
    frame: int = 16 << 20
    events: Rate | None = EVENTS
    received: Rate | None = RECEIVED
    refused: int = 50
    connections: Rate | None = CONNECTIONS
    tasks: int | None = 100
    document: int = 32 << 20
    operations: int = 10_000
    per_user: int | None = 100
    unidentified: int | None = 1000


LIMITS = Limits()
