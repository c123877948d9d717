"""Tests of `ws_sync._server.undelivered`: what replaced connections hold, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.deadlines import DEADLINE
from ws_sync._server import undelivered
from ws_sync._server.undelivered import Undelivered


class Closing:
    """A connection that ends when the test says so."""

    def __init__(self, size: int) -> None:
        self.begun_size = size
        self.was_cut = False
        self.loop = asyncio.get_running_loop()

    def when_closed(self, callback: Callable[[], None]) -> None:
        self.end = callback


def closing(counted: Undelivered, size: int) -> Any:
    connection: Any = Closing(size)
    counted.add(connection)
    return connection


async def test_room_is_there_again_when_a_connection_has_closed() -> None:
    counted = Undelivered(10)
    first, second = closing(counted, 10), closing(counted, 1)
    assert not counted.has_room
    waiting = [asyncio.ensure_future(counted.wait_for_room(DEADLINE)) for _ in range(2)]
    await asyncio.sleep(0)
    second.end()
    assert await asyncio.gather(*waiting) == [True, True]
    first.end()
    assert counted.has_room


async def test_waiting_for_room_ends() -> None:
    counted = Undelivered(10)
    closing(counted, 11)
    assert not await counted.wait_for_room(0)


async def test_connection_that_was_cut_counts_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server keeps its frames until the operating system gives up the peer."""
    monkeypatch.setattr(undelivered, "HELD", 0.01)
    counted = Undelivered(10)
    cut = closing(counted, 11)
    cut.was_cut = True
    cut.end()
    assert not counted.has_room
    assert await counted.wait_for_room(DEADLINE)
