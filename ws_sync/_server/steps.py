"""The first step of a coroutine, taken at once, for a task that takes the others later.

A coroutine that has nothing to wait for is done after its first step, and no turn of the event
loop was needed. (Python 3.12 can begin a task like that; this is for one that exists already.)
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

if sys.version_info >= (3, 12):
    from asyncio.tasks import _swap_current_task  # type: ignore[attr-defined]
else:
    from asyncio.tasks import _current_tasks  # type: ignore[attr-defined]

    def _swap_current_task(loop: Any, task: Any) -> Any:
        before = _current_tasks.get(loop)
        if task is None:
            del _current_tasks[loop]
        else:
            _current_tasks[loop] = task
        return before


class Begun:
    """A coroutine that waits for something after its first step; await it once to go on."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: object) -> None:
        self._coroutine = coroutine
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        awaited = self._awaited
        while True:
            try:
                result = yield awaited
            except GeneratorExit:
                self._coroutine.close()
                raise
            except BaseException as error:  # noqa: BLE001  # a cancellation, for instance
                step = partial(self._coroutine.throw, error)
            else:
                step = partial(self._coroutine.send, result)
            try:
                awaited = step()
            except StopIteration:
                return


def begin(
    coroutine: Coroutine[Any, Any, None], task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop
) -> Begun | None:
    """Take the first step of a coroutine as a step of `task`, which does not run just now.

    Deadlines and cancel scopes that the coroutine opens belong to `task` then, which has to await
    what is returned. Called in the thread of the event loop `loop`.

    Returns:
        None when the coroutine is done.

    Raises:
        Exception: what the coroutine raised.
    """
    running = _swap_current_task(loop, task)
    try:
        for awaited in coroutine.__await__():  # a loop, since raising StopIteration costs time
            return Begun(coroutine, awaited)
    finally:
        _swap_current_task(loop, running)
    return None
