"""Tests of `ws_sync._server.attachments`."""

from __future__ import annotations

import asyncio

from ws_sync._server.attachments import attach, attached


class Thing:
    """A session or a connection."""


async def test_task_finds_its_newest_attachment_to_each_owner() -> None:
    first, second, older, newer = Thing(), Thing(), Thing(), Thing()
    assert attached(first) is None
    attach(first, older)
    attach(second, older)
    attach(first, newer)
    found = [attached(owner) for owner in (first, second)]
    assert [each and each() for each in found] == [newer, older]


async def test_attachment_belongs_to_one_task_and_keeps_nothing_alive() -> None:
    owner, connection = Thing(), Thing()
    attach(owner, connection)

    async def other() -> object:
        return attached(owner)

    assert await asyncio.create_task(other()) is None
    del connection
    mine = attached(owner)
    assert mine is not None
    assert mine() is None


async def test_rejected_connection_is_an_attachment_without_a_connection() -> None:
    owner = Thing()
    attach(owner, None)
    mine = attached(owner)
    assert mine is not None
    assert mine() is None


def test_there_is_none_outside_of_an_event_loop() -> None:
    assert attached(Thing()) is None
