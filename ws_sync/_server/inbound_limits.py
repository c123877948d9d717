"""Limits on what a session receives: size and rate of frames, and number of running tasks.

They belong to the session and not to a connection: a client gains nothing by reconnecting.
"""

from __future__ import annotations

import asyncio

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.token_bucket import Meter
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.connection import Connection
from ws_sync._server.invoke import Threads
from ws_sync._server.turns import Work
from ws_sync.exceptions import Refused
from ws_sync.limits import Limits


class Intake(Meter):
    """Counts received frames, and throttles clients that send too much.

    Attributes:
        limits: the limits of the session.
        threads: the threads of its functions.
        work: what its handlers have taken of the event loop.
        dialects: the dialects of its clients' patches.
    """

    __slots__ = ("_has_warned", "_log", "_tasks", "dialects", "limits", "threads", "work")

    def __init__(self, limits: Limits, dialects: frozenset[str], log: Log) -> None:
        super().__init__(limits.events, limits.received, limits.frame)
        self.limits = limits
        self.threads = Threads(limits.threads)
        self.work = Work()
        self.dialects = dialects
        self._log = log
        self._tasks = 0
        self._has_warned = False

    def begin_task(self, name: str) -> None:
        """Count a task that starts.

        Raises:
            Refused: the limit of running tasks is reached.
        """
        if self.limits.tasks is not None and self._tasks >= self.limits.tasks:
            raise Refused(f"too many tasks to start {name!r}: {self._tasks} are running")
        self._tasks += 1

    def end_task(self) -> None:
        """Count a task that has ended."""
        self._tasks -= 1

    def count_refusal(self, answer: int = 0) -> None:
        """Charge a refused event: the limits' `refused` frames, and the bytes of the answer."""
        self.spend(answer, self.limits.refused)

    async def throttle(self, connection: Connection, size: int) -> None:
        """Wait until more may be read; close the connection if a frame is too large."""
        if size > self.limits.frame:
            self._log.warning(
                "a frame of %d bytes exceeds the limit of %d; closing", size, self.limits.frame,
                extra=log_fields("frame-too-large", "connection-oversized", size=size,
                                 code=CloseCode.MESSAGE_TOO_BIG),
            )  # fmt: skip
            connection.close(CloseCode.MESSAGE_TOO_BIG, "too big")
            return
        wait = self.wait(connection.loop.time())
        if wait and not self._has_warned:
            self._has_warned = True
            peer = peer_of(connection.ws)
            self._log.warning(
                "%s sends too fast; reading more slowly", peer,
                extra=log_fields("held-back", peer=peer, seconds=wait),
            )  # fmt: skip
        await asyncio.sleep(wait)
