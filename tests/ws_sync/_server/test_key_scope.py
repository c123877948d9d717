"""Tests of `ws_sync._server.key_scope`."""

from __future__ import annotations

import asyncio

import pytest

from ws_sync import Session, Sync, get_current_sync_key_prefix, sync_key_scope
from ws_sync.testing import TestClient


class Thing:
    def __init__(self) -> None:
        self.value = 0


async def test_keys_made_in_a_scope_have_its_prefix_for_ever() -> None:
    things = [Thing(), Thing(), Thing()]
    with Session() as session:
        with sync_key_scope("user1"):
            Sync(things[0], "T", sync_all=True)
            with sync_key_scope("left/inner"):
                Sync("T", things[1])
                assert get_current_sync_key_prefix() == "user1/left/inner"
        Sync("T", things[2])
    async with TestClient(session) as client:
        assert list(client.documents) == ["user1/T", "user1/left/inner/T", "T"]
        await client.replace("user1/T", "/value", 5)
    assert [thing.value for thing in things] == [5, 0, 0]


def test_scope_ends_with_its_block() -> None:
    with pytest.raises(RuntimeError), sync_key_scope("a"):
        raise RuntimeError
    assert get_current_sync_key_prefix() is None


@pytest.mark.parametrize("prefix", ["", None])
def test_empty_prefix_adds_nothing(prefix: str | None) -> None:
    with sync_key_scope(prefix):
        assert get_current_sync_key_prefix() is None
        with sync_key_scope("a"), sync_key_scope(prefix), sync_key_scope("b"):
            assert get_current_sync_key_prefix() == "a/b"


def test_scope_is_an_object_that_can_be_used_again_and_inside_itself() -> None:
    with sync_key_scope("a") as scope:
        assert (type(scope), scope.prefix) == (sync_key_scope, "a")
        with scope:
            assert get_current_sync_key_prefix() == "a/a"
        assert get_current_sync_key_prefix() == "a"
    with scope:
        assert get_current_sync_key_prefix() == "a"
    assert get_current_sync_key_prefix() is None


async def test_scope_that_tasks_share_is_open_in_each_of_them_alone() -> None:
    scope = sync_key_scope("a")
    entered, left = asyncio.Event(), asyncio.Event()

    async def first() -> str | None:
        with scope:
            entered.set()
            await left.wait()
            return get_current_sync_key_prefix()

    async def second() -> str | None:
        await entered.wait()
        with scope:
            pass
        left.set()
        return get_current_sync_key_prefix()

    inside, outside = await asyncio.gather(first(), second())
    assert (inside, outside) == ("a", None)
