"""The first step of a coroutine, taken at once, for a task that takes the others later.

A coroutine that has nothing to wait for is done after its first step, and no turn of the event
loop was needed. (Python 3.12 can begin a task like that; this is for one that exists already.)
"""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any


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
    running = asyncio.current_task(loop)
    if running is not None:
        _leave_task(loop, running)
    _enter_task(loop, task)
    try:
        return Begun(coroutine, coroutine.send(None))
    except StopIteration:
        return None
    finally:
        _leave_task(loop, task)
        if running is not None:
            _enter_task(loop, running)
