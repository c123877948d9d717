"""What a session takes from its clients: how much, how fast, and how many tasks.

It counts for the session, and not for a connection: who connects again has not more.
"""

from __future__ import annotations

import asyncio

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.token_bucket import Meter
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.connection import Connection
from ws_sync.exceptions import Refused
from ws_sync.limits import Limits


class Intake(Meter):
    """Counts what comes in, and holds back what is too much.

    Attributes:
        limits: what clients may cost.
        dialects: those in which their patches are read.
    """

    __slots__ = ("_log", "_tasks", "_was_told", "dialects", "limits")

    def __init__(self, limits: Limits, dialects: frozenset[str], log: Log) -> None:
        super().__init__(limits.events, limits.received, limits.frame)
        self.limits = limits
        self.dialects = dialects
        self._log = log
        self._tasks = 0
        self._was_told = False

    def begin_task(self, name: str) -> None:
        """Count a task that begins to run.

        Raises:
            Refused: it is one too many, and may not.
        """
        if self.limits.tasks is not None and self._tasks >= self.limits.tasks:
            raise Refused(f"the task {name!r} is one too many: {self._tasks} run")
        self._tasks += 1

    def end_task(self) -> None:
        """Count a task that has ended."""
        self._tasks -= 1

    def count_refusal(self, answer: int = 0) -> None:
        """Note that an event was refused: it costs more than others, and the size of an answer."""
        self.spend(answer, self.limits.refused)

    async def throttle(self, connection: Connection, size: int) -> None:
        """Read no more for a while; a frame that is too large ends the connection."""
        if size > self.limits.frame:
            self._log.warning(
                "a frame has a size of %d; %d may be", size, self.limits.frame,
                extra=log_fields("frame-too-large", "connection-oversized", size=size,
                                 code=CloseCode.MESSAGE_TOO_BIG),
            )  # fmt: skip
            connection.close(CloseCode.MESSAGE_TOO_BIG, "too big")
            return
        wait = self.wait(connection.loop.time())
        if wait and not self._was_told:
            self._was_told = True
            peer = peer_of(connection.ws)
            self._log.warning(
                "%s sends too fast: it is read more slowly", peer,
                extra=log_fields("held-back", peer=peer, seconds=wait),
            )  # fmt: skip
        await asyncio.sleep(wait)
