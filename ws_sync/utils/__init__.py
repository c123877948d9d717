"""Functions that programs for PyPI's `ws-sync` import; new programs need none of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

__all__ = ["nonblock_call", "toCamelCase", "uncapitalize"]


async def nonblock_call(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function and return its result; one that is not async runs in a thread."""
    if inspect.iscoroutinefunction(func):
        return await func(*args, **kwargs)
    return await run_in_threadpool(func, *args, **kwargs)


def toCamelCase(snake_case: str) -> str:  # noqa: N802  # the name that users know
    """Return `hello_world` as `helloWorld`, as 0.6.9 did; a `Sync` uses pydantic's `to_camel`."""
    return uncapitalize(snake_case.title().replace("_", ""))


def uncapitalize(s: str) -> str:
    """Return a text with its first character in lower case."""
    return s[:1].lower() + s[1:]
