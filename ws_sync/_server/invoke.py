"""Calls of the application's functions: async ones on the event loop, others in a thread.

A thread can't be taken from a slow function. So each session has its share of threads, and its
first one comes from a pool that has a thread for each session of a store: it does not wait for the
functions of other sessions. Hooks that run before a session is known have a pool of their own.

A function that raises SystemExit or KeyboardInterrupt would end the event loop and the server.
`call` raises RuntimeError instead.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

MAX_SESSIONS = 1024
"""Sessions that can each have a first thread at the same time."""

MAX_FURTHER = 64
"""Threads of all sessions besides the first one of each."""

MAX_HOOKS = 64
"""Threads of all hooks that identify or verify clients."""

FAILURES = (Exception, SystemExit, KeyboardInterrupt)
"""What the application's code may raise without ending more than itself."""


class _Pools:
    """The threads of the sessions and the hooks of one event loop."""

    def __init__(self) -> None:
        self.first = CapacityLimiter(MAX_SESSIONS)
        self.further = CapacityLimiter(MAX_FURTHER)
        self.hooks = Threads(MAX_HOOKS)


class Threads:
    """The threads that the functions of one session may use at the same time."""

    __slots__ = ("_free", "_most", "_running")

    def __init__(self, most: int | None = None) -> None:
        """Allow `most` threads; None for no share of its own."""
        self._most = most or MAX_SESSIONS
        self._running = 0
        self._free: asyncio.Semaphore | None = None  # most sessions use no thread

    async def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call `function` and return its result, without blocking the event loop.

        A function that is not async and returns an awaitable (a lambda, a factory) is awaited too.

        Raises:
            RuntimeError: it has raised SystemExit or KeyboardInterrupt.
        """
        try:
            code = getattr(function, "__code__", None)
            if code is not None and code.co_flags & inspect.CO_COROUTINE:  # the common case
                return await function(*args, **kwargs)
            if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
                getattr(function, "__call__", None)  # noqa: B004  # an object with an async __call__
            ):
                return await function(*args, **kwargs)
            result = await self._run(partial(function, *args, **kwargs))
            return await result if inspect.isawaitable(result) else result
        except (SystemExit, KeyboardInterrupt) as error:
            raise RuntimeError(f"{function!r} raised {error!r}") from error

    async def _run(self, function: Callable[[], Any]) -> Any:
        if self._free is None:
            self._free = asyncio.Semaphore(self._most)
        async with self._free:
            limiter = _pools().further if self._running else _pools().first
            self._running += 1
            try:
                return await to_thread.run_sync(function, limiter=limiter)
            finally:
                self._running -= 1


_of_loop: RunVar[_Pools] = RunVar("ws_sync_threads")


def _pools() -> _Pools:
    try:
        return _of_loop.get()
    except LookupError:
        pools = _Pools()
        _of_loop.set(pools)
        return pools


async def call_hook(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook that identifies or verifies a client; see `Threads.call`."""
    return await _pools().hooks.call(hook, *args)


def takes_argument(function: Callable[..., Any]) -> bool:
    """Return whether a function needs one argument; False if it can be called without any.

    Raises:
        TypeError: it needs more than one.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # some functions written in C have none
        return False
    try:
        signature.bind()
    except TypeError:
        signature.bind(None)
        return True
    return False
