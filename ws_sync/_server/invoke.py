"""Calls of the application's functions: async ones on the event loop, others in a thread."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool


async def call(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call `function` and return its result, without blocking the event loop.

    A function that is not async and returns an awaitable (a lambda, a factory) is awaited too.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & inspect.CO_COROUTINE:  # the common case, quickly
        return await function(*args, **kwargs)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # an object with an async __call__
    ):
        return await function(*args, **kwargs)
    result = await run_in_threadpool(partial(function, *args, **kwargs))
    return await result if inspect.isawaitable(result) else result


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
