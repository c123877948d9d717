"""Tests of `ws_sync._server.handler_registry`."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from ws_sync._server.handler_registry import Registration, WeakHandler
from ws_sync.session import Session


class Owner:
    def __init__(self) -> None:
        self.calls: list[Any] = []

    async def note(self, data: Any) -> None:
        self.calls.append(data)


async def test_handler_calls_its_object_while_that_lives() -> None:
    owner = Owner()
    handler = WeakHandler(owner.note, weakref.ref(owner))
    await handler(1)
    assert owner.calls == [1]
    del owner
    gc.collect()
    await handler(2)  # the object is gone


def test_remove_leaves_the_handlers_of_a_newer_object() -> None:
    session, older, newer = Session(), Owner(), Owner()
    first = Registration(session, older, {"a": older.note, "b": older.note}, older.note)
    second = Registration(session, newer, {"a": newer.note}, None)
    assert (first.is_current("a"), first.is_current("b"), second.is_current("a")) == (
        False,
        True,
        True,
    )
    first.remove()
    assert list(session.event_handlers) == ["a"]
    assert session.init_handlers == []
