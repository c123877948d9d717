"""What a client may cost: every bound that an application can set, in one place.

They are read where they bind; this module only names them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of a connection; sizes in characters and bytes, times in seconds.

    Attributes:
        congested_units: more units than these are congestion.
        congested_size: more than this is congestion.
        most_units: so many units at most wait for a peer.
        most_size: when so much waits for a peer, nothing more may.
        close_timeout: how long a peer may take to read what is left for it at the end.
        grace: how long the handler of an event may still run when its connection has ended;
            then it is cancelled, because the events of a newer connection wait for it.
        malformed: so many malformed frames in a row end a connection.
    """

    congested_units: int = 100
    congested_size: int = 1 << 20
    most_units: int = 10_000
    most_size: int = 64 << 20
    close_timeout: float = 5.0
    grace: float = 10.0
    malformed: int = 100


LIMITS = Limits()
