"""Tasks that write to connections: one of each event loop waits until a connection needs it.

A frame that the server takes at once needs no task of its own: its sending is stepped through in
the name of the spare writer (see `steps`), which notices nothing. Where the server makes a
connection wait, the connection engages that writer to finish; the next one that needs a writer
finds a new spare. So a connection to which nothing is being written has no task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context


class Writer:
    """A task that waits for its work.

    Attributes:
        task: the task.
    """

    __slots__ = ("_engaged", "_loop", "task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._engaged: asyncio.Future[Callable[[], Awaitable[None]]] = loop.create_future()
        # Whoever needs the first writer of a loop is not to be kept alive by its context.
        self.task = loop.create_task(self._run(), name="ws_sync writer", context=Context())
        self.task.add_done_callback(self._forget)  # a loop that ends cancels it
        # One that nobody has engaged when the loop ends has nothing left to do.
        self.task._log_destroy_pending = False  # type: ignore[attr-defined]

    def engage(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` in the task, which ends with it. The writer is no longer the spare one."""
        self._engaged.set_result(work)
        self.task._log_destroy_pending = True  # type: ignore[attr-defined]
        self._forget()

    def _forget(self, _: object = None) -> None:
        if _spare.get(self._loop) is self:
            del _spare[self._loop]

    async def _run(self) -> None:
        work = await self._engaged
        del self._engaged  # what is to be done may lead here, and shall be gone when it is done
        await work()


_spare: dict[asyncio.AbstractEventLoop, Writer] = {}


def spare(loop: asyncio.AbstractEventLoop) -> Writer:
    """Return the writer of an event loop that nobody has engaged."""
    writer = _spare.get(loop)
    if writer is None:
        for other in [each for each in _spare if each.is_closed()]:
            del _spare[other]
        writer = _spare[loop] = Writer(loop)
    return writer
