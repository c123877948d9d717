"""Every limit that an application can set on what its clients may use.

`docs/limits.md` lists them with the fixed ones, and what happens when each is exceeded.
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
    """Limits; sizes in characters and bytes, times in seconds, None for no limit.

    Attributes:
        congested_units: units that may wait for a peer before state changes wait too.
        congested_size: size of these units.
        most_units: units that may wait for a peer before its connection is closed.
        most_size: size of these units.
        close_timeout: time for a peer to read what is queued when its connection is closed.
        grace: time for a handler that is running when its connection ends; then it is cancelled,
            because the events of a newer connection wait for it.
        malformed: malformed frames in a row before the connection is closed.
        frame: size of a received frame; the server may have a lower limit of its own.
        events: rate of frames from the clients of a session.
        received: rate of bytes of these frames, and of the states sent in answer.
        refused: cost, in frames, of each malformed or refused one: it costs a record of the log,
            and often a whole state in answer.
        connections: rate of connections of a session.
        tasks: running tasks of a session.
        threads: functions of a session that run in threads at the same time; others wait.
        document: size of a document after a client's write.
        operations: operations of a patch; 10,000 is a fixed upper limit.
        per_user: sessions of one user in a store whose clients identify themselves.
        per_address: sessions in a store that were begun from one address, unless `verify` is set;
            connections from this machine have none.
        unidentified: connections of a store that have not identified themselves yet.
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
    threads: int | None = 8
    document: int = 32 << 20
    operations: int = 10_000
    per_user: int | None = 100
    per_address: int | None = 200
    unidentified: int | None = 1000


LIMITS = Limits()
