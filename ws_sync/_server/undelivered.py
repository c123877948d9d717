"""The states that replaced connections of one session still have to read.

A server keeps a frame until its peer has read it. A peer that never reads costs as much memory as
the states that its connection begins with, and the next one costs the same again. So a session
accepts no further connection while the replaced ones hold more than its limit.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ws_sync._server.connection import Connection

HELD = 60.0
"""Seconds for which the frames of a connection count after it was cut: a server may keep them until
the operating system gives up the peer."""


class Undelivered:
    """Counts what the replaced connections of one session hold."""

    __slots__ = ("_most", "_size", "_waiting")

    def __init__(self, most: int) -> None:
        """Have room for another connection while at most `most` characters are counted."""
        self._most = most
        self._size = 0
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def has_room(self) -> bool:
        """Whether another connection may begin."""
        return self._size <= self._most

    def add(self, connection: Connection) -> None:
        """Count the states of a connection that is closing, until they are read or given up."""
        size = connection.begun_size
        if size:
            self._size += size
            connection.when_closed(lambda: self._closed(connection, size))

    async def wait_for_room(self, patience: float) -> bool:
        """Wait until another connection may begin; return False after `patience` seconds."""
        if self.has_room:
            return True
        freed = asyncio.get_running_loop().create_future()
        self._waiting.append(freed)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await freed
        self._waiting = [each for each in self._waiting if each is not freed]
        return self.has_room

    def _closed(self, connection: Connection, size: int) -> None:
        if connection.was_cut:
            connection.loop.call_later(HELD, self._free, size)
        else:
            self._free(size)

    def _free(self, size: int) -> None:
        self._size -= size
        if self.has_room:
            for each in self._waiting:
                if not each.done():
                    each.set_result(None)
