"""Tests of `ws_sync._server.invoke`."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ws_sync._server.invoke import call


class Callable:
    async def __call__(self) -> int:
        return threading.get_ident()


async def ident() -> int:
    return threading.get_ident()


@pytest.mark.parametrize("function", [ident, Callable(), lambda: ident()])
async def test_async_function_runs_on_the_event_loop(function: Any) -> None:
    assert await call(function) == threading.get_ident()


async def test_other_function_runs_in_a_thread() -> None:
    assert await call(threading.get_ident) != threading.get_ident()


async def test_arguments_may_have_any_names() -> None:
    def plain(function: int, func: int, args: int) -> int:
        return function + func + args

    async def coroutine(function: int, func: int, args: int) -> int:
        return plain(function, func, args)

    for function in (plain, coroutine):
        assert await call(function, function=1, func=2, args=3) == 6
