"""Tests of `ws_sync._server.invoke`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import pytest

from tests.deadlines import DEADLINE
from ws_sync import Session
from ws_sync._server import invoke
from ws_sync._server.invoke import Threads, call_hook
from ws_sync.limits import Limits


class Callable:
    async def __call__(self) -> int:
        return threading.get_ident()


async def ident() -> int:
    return threading.get_ident()


@pytest.mark.parametrize("function", [ident, Callable(), lambda: ident()])
async def test_async_function_runs_on_the_event_loop(function: Any) -> None:
    assert await Threads().call(function) == threading.get_ident()


async def test_other_function_runs_in_a_thread() -> None:
    assert await Threads().call(threading.get_ident) != threading.get_ident()


async def test_arguments_may_have_any_names() -> None:
    def plain(function: int, func: int, args: int) -> int:
        return function + func + args

    async def coroutine(function: int, func: int, args: int) -> int:
        return plain(function, func, args)

    for function in (plain, coroutine):
        assert await Threads().call(function, function=1, func=2, args=3) == 6


class Slow:
    """A function that runs until it may end, and how many run."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()
        self._began = threading.Semaphore(0)
        self._may_end = threading.Event()

    def __call__(self) -> None:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self._began.release()
        assert self._may_end.wait(DEADLINE)
        with self._lock:
            self.running -= 1

    @asynccontextmanager
    async def run(self, *owners: Threads) -> AsyncIterator[None]:
        """Start one call for each owner; wait for the first; end all."""
        calls = [asyncio.ensure_future(owner.call(self)) for owner in owners]
        assert await Threads().call(self._began.acquire, timeout=DEADLINE)
        try:
            yield
        finally:
            self._may_end.set()
            await asyncio.gather(*calls)


async def test_functions_of_one_session_use_at_most_their_share_of_threads() -> None:
    slow = Slow()
    async with slow.run(*[Session(limits=Limits(threads=3)).intake.threads] * 10):
        pass
    assert slow.most <= 3


async def test_first_function_of_a_session_waits_for_no_other_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invoke, "MAX_FURTHER", 1)
    others = [Session().intake.threads for _ in range(50)]
    async with Slow().run(*others, *others), asyncio.timeout(DEADLINE):
        await Session().intake.threads.call(threading.get_ident)
        await call_hook(threading.get_ident)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("is_async", [True, False])
async def test_function_can_not_end_the_server(error: type[BaseException], is_async: bool) -> None:
    def plain() -> NoReturn:
        raise error(3)

    async def coroutine() -> NoReturn:
        plain()

    with pytest.raises(RuntimeError, match=error.__name__) as caught:
        await Threads().call(coroutine if is_async else plain)
    assert isinstance(caught.value.__cause__, error)
