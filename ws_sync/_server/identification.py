"""Connections that are asked which session they want, a bounded number at a time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeAlias

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.counters import outside
from ws_sync._server.invoke import call_hook
from ws_sync._server.transport import Transport, reject

Identify: TypeAlias = Callable[[Transport], Hashable | Awaitable[Hashable | None] | None]
"""Returns the identity of the session that a connection wants; None if it was rejected."""

_log = Log()


class Identification:
    """Asks connections for their identity; if there are too many, the oldest is rejected."""

    def __init__(self, identify: Identify, most: int | None) -> None:
        """Ask with `identify`; at most `most` connections may wait, None for any number."""
        self._identify = identify
        self._most = math.inf if most is None else most
        self._waiting: dict[asyncio.Timeout, None] = {}  # the oldest first

    async def ask(self, ws: Transport) -> Hashable | None:
        """Return the identity that a connection gives; None if it was rejected."""
        if len(self._waiting) >= self._most:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.reschedule(0)
        try:
            async with asyncio.timeout(None) as waiting:
                self._waiting[waiting] = None
                try:
                    identity: Hashable | None = await call_hook(self._identify, ws)
                finally:
                    self._waiting.pop(waiting, None)
        except TimeoutError:
            if not waiting.expired():
                raise
            outside.without_identity += 1
            _log.warning(
                "too many unidentified connections; closing the oldest",
                extra=log_fields("too-many-unidentified", peer=peer_of(ws),
                                 code=CloseCode.TRY_AGAIN_LATER),
            )  # fmt: skip
            await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many connections")
            return None
        return identity
