"""Admission of connections to a session, by origin, by rate, and by what older ones still hold."""

from __future__ import annotations

import asyncio

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.token_bucket import Rate, TokenBucket
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.origin import Origins, admit, may_connect
from ws_sync._server.transport import Transport, reject
from ws_sync._server.undelivered import Undelivered

PATIENCE = 5.0
"""Seconds that a connection may have to wait if there are too many; others are rejected."""


class Admission(TokenBucket):
    """Admission control for one session; `left` counts the connections that need not wait.

    Attributes:
        undelivered: the states that replaced connections still have to read.
    """

    __slots__ = ("_log", "_origins", "undelivered")

    def __init__(
        self, origins: Origins, rate: Rate | None, log: Log, undelivered: Undelivered
    ) -> None:
        """Admit connections.

        Args:
            origins: the origins that the application allows.
            rate: the rate of connections; None for no limit.
            log: the log for rejected connections.
            undelivered: the states that replaced connections still have to read.
        """
        super().__init__(rate)
        self._origins = origins
        self._log = log
        self.undelivered = undelivered

    def is_foreign(self, ws: Transport) -> bool:
        """Return whether a WebSocket has an origin that may not connect; log it if so."""
        return not may_connect(ws, self._origins, self._log)

    async def admit(self, ws: Transport) -> bool:
        """Wait until a WebSocket may connect; return False if it was rejected instead."""
        return (
            await admit(ws, self._origins, self._log)
            and await self._take_turn(ws)
            and await self.find_room(ws, PATIENCE)
        )

    async def find_room(self, ws: Transport, patience: float = 0) -> bool:
        """Wait until the older connections hold little; return False if `ws` was rejected."""
        if self.undelivered.has_room or await self.undelivered.wait_for_room(patience):
            return True
        await self._reject(ws)
        return False

    async def _take_turn(self, ws: Transport) -> bool:
        self.left -= 1
        if self.left >= 0:
            return True
        wait = self.wait(asyncio.get_running_loop().time())
        if wait <= PATIENCE:
            await asyncio.sleep(wait)
            return True
        self.left += 1
        await self._reject(ws)
        return False

    async def _reject(self, ws: Transport) -> None:
        self._log.warning(
            "too many connections of one session; rejecting %s", peer_of(ws),
            extra=log_fields("too-many-connections", peer=peer_of(ws),
                             code=CloseCode.TRY_AGAIN_LATER),
        )  # fmt: skip
        await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many connections")
