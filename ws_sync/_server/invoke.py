"""The border to the application: calls of its functions, and JSON forms of its objects.

Async functions run on the event loop, others in a thread.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic_core import to_jsonable_python
from starlette.concurrency import run_in_threadpool


async def call(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call `function` and wait for its result, without blocking the event loop.

    A function that is not async but returns an awaitable (a lambda, a factory) is awaited too.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & inspect.CO_COROUTINE:  # the usual case, at once
        return await function(*args, **kwargs)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # an object whose call is async
    ):
        return await function(*args, **kwargs)
    result = await run_in_threadpool(partial(function, *args, **kwargs))
    return await result if inspect.isawaitable(result) else result


def to_json(value: Any) -> Any:
    """Convert an object that JSON does not know: dataclasses, models, sets, dates and more.

    Raises:
        ValueError: it has no JSON form.
    """
    return to_jsonable_python(value)
