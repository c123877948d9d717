"""Tests of `ws_sync._server.throttle`."""

from __future__ import annotations

import asyncio

from tests.deadlines import DEADLINE
from ws_sync._server.throttle import Throttle


async def test_first_sync_is_never_skipped() -> None:
    assert not Throttle().skips(60, lambda: None)
    assert not Throttle().skips(None, lambda: None)


async def test_skipped_sync_is_made_up_for_once() -> None:
    throttle, made_up = Throttle(), asyncio.Event()
    throttle.passed(asyncio.get_running_loop().time())
    assert throttle.skips(60, lambda: None)
    assert throttle.skips(0.01, made_up.set)  # the shorter interval counts
    assert throttle.skips(60, lambda: None)
    async with asyncio.timeout(DEADLINE):
        await made_up.wait()


async def test_passed_sync_makes_up_for_skipped_ones() -> None:
    throttle = Throttle()
    throttle.passed(asyncio.get_running_loop().time())
    throttle.skips(60, lambda: None)
    throttle.passed(asyncio.get_running_loop().time())
    assert throttle._later is None
