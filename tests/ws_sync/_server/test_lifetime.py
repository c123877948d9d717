"""Tests of `ws_sync._server.lifetime`: how long objects and their `Sync`s live."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from tests.deadlines import DEADLINE
from ws_sync._server.lifetime import Kept, weakly
from ws_sync.session import Session
from ws_sync.sync import Sync
from ws_sync.testing import TestClient


class Plain:
    def __init__(self) -> None:
        self.value = 1


@dataclass
class Data:
    value: int = 1


class Model(BaseModel):
    value: int = 1


class Slots:
    __slots__ = ("__weakref__", "value")

    def __init__(self) -> None:
        self.value = 1


class Owner(Plain):
    def __init__(self) -> None:
        super().__init__()
        self.sync = Sync.all(self, "K")


OWNERS: list[Any] = [Plain, Data, Model, Slots]


@pytest.mark.parametrize("make", OWNERS)
def test_sync_that_you_keep_leaves_no_trace_in_its_object(make: Callable[[], Any]) -> None:
    owner, untouched = make(), make()
    with Session():
        kept: Any = Sync.all(owner, "K")
    assert getattr(owner, "__dict__", None) == getattr(untouched, "__dict__", None)
    assert dir(owner) == dir(untouched)
    assert (owner == untouched) is isinstance(owner, Data | Model)
    assert repr(owner).partition(" at ")[0] == repr(untouched).partition(" at ")[0]
    assert pickle.loads(pickle.dumps(owner)).value == copy.deepcopy(owner).value == 1
    assert kept.obj is owner


@pytest.mark.parametrize("make", OWNERS)
def test_sync_keeps_its_object_and_the_session_keeps_neither(make: Callable[[], Any]) -> None:
    with Session() as session:
        kept: Any = Sync.all(make(), "K")
    gc.collect()
    assert kept.obj.value == 1
    del kept
    gc.collect()
    assert (session.event_handlers, session.init_handlers) == ({}, [])


@pytest.mark.parametrize("make", [Plain, Data, Model])
async def test_sync_that_nothing_refers_to_lives_as_long_as_its_object(
    make: Callable[[], Any],
) -> None:
    owner = make()
    with Session() as session:
        Sync.all(owner, "K", expose_running_tasks=True)
        Sync.only(owner, "L", value=...)
    gc.collect()
    assert pickle.loads(pickle.dumps(owner)).value == 1
    async with TestClient(session) as client:
        assert set(client.documents) == {"K", "L"}
        await client.replace("L", "/value", 2)
        assert owner.value == 2
        with session:
            Sync.all(owner, "WHILE_CONNECTED")
        await client.settle()
        assert "WHILE_CONNECTED" in client.documents
    del owner
    async with asyncio.timeout(DEADLINE):
        while session.event_handlers or session.init_handlers:  # a write settles later
            gc.collect()
            await asyncio.sleep(0)


async def test_object_that_many_sessions_share_keeps_none_of_them() -> None:
    shared = Plain()

    def serve() -> Session:
        with Session() as session:
            Sync.all(shared, "K", expose_running_tasks=True)
        return session

    session = serve()
    ended = [weakref.ref(serve()) for _ in range(20)]
    gc.collect()
    assert [reference for reference in ended if reference() is not None] == []
    async with TestClient(session) as client:
        await client.replace("K", "/value", 2)
        assert shared.value == 2
    (kept,) = (value for value in vars(shared).values() if isinstance(value, Kept))
    assert len(kept) == 1


async def test_class_keeps_its_own_syncs() -> None:
    class Settings:
        theme = "light"

    class Inherits(Settings): ...

    with Session() as session:
        Sync.all(Settings, "S")
        Sync.all(Settings, "T")
        Sync.all(Inherits, "I")
    gc.collect()
    async with TestClient(session) as client:
        assert set(client.documents) == {"S", "T", "I"}


def test_sync_of_slots_ends_when_nothing_refers_to_it() -> None:
    owner = Slots()
    with Session() as session:
        Sync.all(owner, "K")
    assert session.event_handlers == {}


def test_closed_sync_is_not_kept() -> None:
    owner = Plain()
    with Session():
        sync = Sync.all(owner, "K")
    sync.close()
    alive = weakref.ref(sync)
    del sync
    assert alive() is None
    assert vars(owner) == {"value": 1}


def test_failed_construction_leaves_nothing() -> None:
    owner = Plain()
    with Session() as session, pytest.raises(AssertionError, match="'nothing'"):
        Sync(owner, "K", include=["nothing"])
    assert (session.event_handlers, vars(owner)) == ({}, {"value": 1})


async def test_session_keeps_objects_of_the_form_with_the_key_first() -> None:
    def new() -> Session:
        with Session() as session:
            Sync("K", Plain())
        return session

    session = new()
    gc.collect()
    async with TestClient(session) as client:
        assert client.documents == {"K": {"value": 1}}
    (owner,) = {handler.owner for handler in session.event_handlers.values()}  # type: ignore[attr-defined]
    alive, session_alive = weakref.ref(owner), weakref.ref(session)
    owner.close()
    del owner
    gc.collect()
    assert alive() is None
    del session
    session = new()
    session_alive = weakref.ref(session)
    del session, client
    gc.collect()
    assert session_alive() is None


def test_session_keeps_no_object_whose_key_a_newer_one_has() -> None:
    with Session() as session:
        kept = [weakref.ref(Sync("K", Plain())) for _ in range(3)]
    gc.collect()
    assert [reference() is not None for reference in kept] == [False, False, True]
    assert len(session.init_handlers) == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
async def test_copy_has_the_sync_of_the_original(copied: Callable[[Owner], Owner]) -> None:
    with Session() as session:
        owner = Owner()
    twin = copied(owner)
    assert twin.sync is owner.sync
    async with TestClient(session) as client:
        owner.value, twin.value = 2, 3
        await twin.sync()
        await client.settle()
        assert client.documents == {"K": {"value": 2}}
        await client.replace("K", "/value", 4)
    assert (owner.value, twin.value) == (4, 3)


def test_sync_says_why_it_can_not_be_pickled() -> None:
    with Session():
        owner = Owner()
    with pytest.raises(TypeError, match=r"'K'.*__getstate__"):
        pickle.dumps(owner)


async def test_older_object_has_its_key_again_when_the_newer_one_is_gone() -> None:
    with Session() as session:
        older = Owner()
        newer = Owner()
    async with TestClient(session) as client:
        newer.value = 5
        await newer.sync()
        older.value = 2
        await older.sync()
        await client.settle()
        assert client.documents == {"K": {"value": 5}}  # the newest object has the key
        del newer
        gc.collect()
        await older.sync()
        await client.settle()
        assert client.documents == {"K": {"value": 2}}
        await client.replace("K", "/value", 3)
        assert older.value == 3
    with session:
        newer = Owner()
    newer.sync.close()
    async with TestClient(session) as client:
        assert client.documents == {"K": {"value": 3}}
        older.sync.close()
        older.value = 4
        await older.sync()
        await client.settle()
        assert client.documents == {"K": {"value": 3}}


def test_weak_call_does_not_keep_its_object() -> None:
    called: list[int] = []

    class Counter:
        def count(self) -> None:
            called.append(1)

    counter = Counter()
    call = weakly(counter.count)
    call()
    del counter
    call()
    assert called == [1]
