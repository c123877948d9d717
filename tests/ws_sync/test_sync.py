"""Tests of `ws_sync.sync`: the effects of an object's events, as a client sees them."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import math
import tracemalloc
import weakref
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, computed_field

from tests.ws_sync.harness import DEADLINE, Client, Server
from ws_sync._core.json.codec import MAX_DEPTH, MAX_VALUE_DEPTH
from ws_sync._core.json.patch import apply
from ws_sync._core.protocol import events
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import NoSession, NotJSON, UnknownAttribute
from ws_sync.limits import LIMITS, Limits
from ws_sync.session import Session
from ws_sync.sync import Sync
from ws_sync.testing import TestClient

pytestmark = pytest.mark.io


class Notes:
    def __init__(self) -> None:
        self.title = "My Notes"
        self.items: list[Any] = []
        self._secret = 1

    @property
    def total(self) -> int:
        return len(self.items)


def make(limits: Limits = LIMITS, **options: Any) -> tuple[Session, Notes, Sync]:
    with Session(limits=limits) as session:
        notes = Notes()
        sync = Sync(notes, "NOTES", sync_all=True, **options)
    return session, notes, sync


def replace(path: str, value: Any) -> tuple[str, Any]:
    return "_PATCH:NOTES", [{"op": "replace", "path": path, "value": value}]


async def test_sync_sends_all_changes_as_one_patch() -> None:
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        assert await client.receive() == (
            "_SET:NOTES",
            {"title": "My Notes", "items": [], "total": 0},
        )
        notes.title, notes.items = "x", [1]
        await sync()
        await sync()
        frames, _ = await client.fence("NOTES")
        assert len(frames) == 1
        paths = {operation["path"] for operation in frames[0][1]}
        assert paths == {"/title", "/items/0", "/total"}


async def test_sync_without_a_client_does_nothing() -> None:
    _, notes, sync = make()
    notes.title = "x"
    await sync(toast="it is never seen")
    assert sync.state_snapshot["title"] == "My Notes"


async def test_sync_with_an_interval_sends_the_last_value_when_it_has_passed() -> None:
    """S-08: a throttled sync has a trailing edge."""
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        for number in range(50):
            notes.title = str(number)
            await sync(if_since_last=0.1)
        assert await client.receive() == replace("/title", "0")
        assert await client.receive() == replace("/title", "49")


async def test_sync_without_an_interval_makes_up_for_skipped_ones() -> None:
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        for title in ("a", "b", "c"):
            notes.title = title
            await sync(if_since_last=60)
        await sync(if_since_last=30)
        await sync()
        assert (await client.fence("NOTES"))[0] == [replace("/title", "a"), replace("/title", "c")]


async def test_changes_while_nobody_is_connected_are_in_the_next_state() -> None:
    session, notes, sync = make()
    async with Server(session) as server:
        async with server.connect() as client:
            await client.receive()
        notes.title = "offline"
        await sync()
        async with server.connect() as client:
            assert (await client.receive())[1]["title"] == "offline"
            assert (await client.fence("NOTES"))[0] == []


async def test_value_without_json_form_is_reported_and_the_others_are_sent() -> None:
    """S-05: NaN never leaves the server; the client keeps the last value that has a JSON form."""
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        notes.title, notes.items = "x", [math.nan]
        with pytest.raises(NotJSON, match="nan"):
            await sync()
        assert await client.receive() == (
            "_PATCH:NOTES",
            [
                {"op": "replace", "path": "/title", "value": "x"},
                {"op": "replace", "path": "/total", "value": 1},
            ],
        )
        notes.items = [2]
        await sync()
        added = {"op": "add", "path": "/items/0", "value": 2}
        assert await client.receive() == ("_PATCH:NOTES", [added])


async def test_lone_surrogate_of_the_application_does_not_poison_the_state() -> None:
    """S-03: the other attributes still reach the client, on a new connection too."""
    session, notes, sync = make()
    notes.title = "\ud83d"
    async with Server(session) as server, server.connect() as client:
        assert (await client.receive())[1] == {"title": None, "items": [], "total": 0}
        notes.title = "good"
        await sync()
        assert await client.receive() == (
            "_PATCH:NOTES",
            [{"op": "replace", "path": "/title", "value": "good"}],
        )


async def test_property_that_raises_is_logged_when_a_client_connects(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken:
        value = 1

        @property
        def broken(self) -> int:
            raise RuntimeError("not yet")

    with Session() as session:
        obj = Broken()
        Sync.all(obj, "B")
    async with Server(session) as server, server.connect() as client:
        assert await client.receive() == ("_SET:B", {"broken": None, "value": 1})
    assert "can't be sent" in caplog.text


async def test_object_made_while_connected_is_announced() -> None:
    session, _, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        with session:
            other = Notes()
            sync = Sync.only(other, "OTHER", title="name")
        other.title = "later"
        await sync()
        assert await client.receive() == ("_SET:OTHER", {"name": "later"})
        with session:
            third = Notes()
            Sync.only(third, "THIRD", title=...)
        assert await client.receive() == ("_SET:THIRD", {"title": "My Notes"})


async def test_object_that_is_not_announced_is_silent_until_asked_for() -> None:
    session, notes, sync = make(send_on_init=False)
    async with Server(session) as server, server.connect() as client:
        notes.title = "a"
        await sync()
        assert (await client.fence("NOTES"))[0] == []
        notes.title = "b"
        await sync()
        assert await client.receive() == replace("/title", "b")


async def test_write_to_a_silent_object_is_applied_without_an_answer() -> None:
    session, _notes, _ = make(send_on_init=False)
    async with Server(session) as server, server.connect() as client:
        await client.patch("NOTES", "add", "/items/-", value=1)
        assert await client.fence("NOTES") == (
            [],
            {"title": "My Notes", "items": [1], "total": 1},
        )


async def test_silent_object_that_a_client_has_written_to_is_sent_with_the_next_sync() -> None:
    session, notes, sync = make(send_on_init=False)
    handled = asyncio.Event()

    async def on_handled(_: object) -> None:
        handled.set()

    session.register_event("HANDLED", on_handled)
    async with Server(session) as server, server.connect() as client:
        await client.patch("NOTES", "add", "/items/-", value=1)
        await client.send("HANDLED")
        await asyncio.wait_for(handled.wait(), DEADLINE)
        notes.title = "a"
        await sync()
        assert await client.receive() == ("_SET:NOTES", {"title": "a", "items": [1], "total": 1})
        notes.title = "b"
        await sync()
        assert await client.receive() == replace("/title", "b")


async def test_init_by_the_application_sends_all_states_again() -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        assert (await client.receive())[0] == "_SET:NOTES"
        notes.title = "a"
        await session.init()
        assert (await client.receive())[1]["title"] == "a"


async def test_write_is_not_echoed_and_what_is_derived_follows_at_once() -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "replace", "/title", value="mine")
        await client.patch("NOTES", "add", "/items/-", value="a")
        frames, state = await client.fence("NOTES")
        assert frames == [replace("/total", 1)]
        assert (notes.title, notes.items) == ("mine", ["a"])
        assert state == {"title": "mine", "items": ["a"], "total": 1}


async def test_write_keeps_unsynced_changes_and_the_identity_of_objects() -> None:
    """S-07: a patch of one element keeps the other elements, and the identity of all objects."""
    session, notes, _ = make()
    notes.items = items = [first := {"x": 1}, second := {"x": 2}]
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        second["x"] = 777
        notes.title = "quiet"
        await client.patch("NOTES", "replace", "/items/0/x", value=5)
        frames, _ = await client.fence("NOTES")
    assert notes.items is items
    assert items[0] is first
    assert items[1] is second
    assert (first, second, notes.title) == ({"x": 5}, {"x": 777}, "quiet")
    assert frames == [replace("/items/1/x", 777)]  # only the changed attribute, not the title


async def test_write_to_an_attribute_that_was_changed_quietly_is_completed() -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        notes.items = [1, 2, 3]
        await client.patch("NOTES", "remove", "/items/2")  # not in the client's document
        frames, _ = await client.fence("NOTES")
    assert notes.items == [1, 2]
    assert frames[0][1][0] == {"op": "replace", "path": "/items", "value": [1, 2]}


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("_SET", {"title": "x", "unknown": 1}),
        ("_SET", {"title": "x", "_secret": 2}),
        ("_SET", {"title": "x", "sync": 2}),
        ("_SET", None),
        ("_SET", []),
        ("_PATCH", None),
        ("_PATCH", [{"op": "replace", "path": "/title", "value": "x"}, {"op": "x"}]),
        ("_PATCH", [{"op": "remove", "path": "/title"}]),
        ("_PATCH", [{"op": "add", "path": "/new", "value": 1}]),
        ("_PATCH", [{"op": "replace", "path": "/total", "value": 1}]),
        ("_PATCH", [{"op": "replace", "path": "", "value": 5}]),
        ("_PATCH", [{"op": "replace", "path": "", "value": {"title": ""}}]),
    ],
)
async def test_refused_write_changes_nothing_and_is_answered_with_the_state(
    event: str, data: Any
) -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        _, state = await client.until("_SET:NOTES")
        await client.send(f"{event}:NOTES", data)
        assert await client.receive() == ("_SET:NOTES", state)
        assert await client.fence("NOTES") == ([], state)
    assert (notes.title, notes._secret) == ("My Notes", 1)


async def test_root_may_be_replaced_by_a_full_state() -> None:
    session, notes, _ = make()
    full = {"title": "t", "items": [], "total": 0}
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "replace", "", value=full)
        assert await client.fence("NOTES") == ([], full)
    assert notes.title == "t"


async def test_state_of_the_client_is_merged_and_read_only_members_are_corrected() -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.send("_SET:NOTES", {"items": [1, 2], "total": 99})
        frames, _ = await client.fence("NOTES")
    assert frames == [replace("/total", 2)]
    assert (notes.items, notes.title) == ([1, 2], "My Notes")


async def settled(client: Client, attribute: str) -> Any:
    """Return the value of an attribute that the server repeats."""
    while True:
        event, data = await client.receive()
        if event == "_PATCH:NOTES" and data[0]["path"] == attribute:
            return data[0]["value"]


async def test_crossing_edits_end_with_the_same_value_on_both_sides() -> None:
    """S-06: client and server change one list at the same time."""
    session, notes, sync = make()
    notes.items = ["a", "b"]
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        notes.items.pop(0)
        await sync()  # in transit while the client, which holds ["a", "b"], changes "b"
        await client.patch("NOTES", "add", "/items/1", value="c")
        await client.until("_PATCH:NOTES")
        assert await settled(client, "/items") == notes.items == ["b", "c"]


async def test_edits_that_do_not_cross_are_never_repeated() -> None:
    session, _notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "replace", "/title", value="typing")
        await client.fence("NOTES")
        state = sync._synced.state
        assert state._concurrent_edits.next_due() is None


async def test_crossing_that_outlives_its_connection_is_forgotten() -> None:
    session, notes, sync = make()
    async with Server(session) as server:
        async with server.connect() as client:
            await client.receive()
            notes.title = "server"
            await sync()
            await client.patch("NOTES", "replace", "/title", value="client")
            await client.fence("NOTES")
        async with server.connect() as client:
            await client.receive()
            sync._synced.state._settle(sync._synced.state._connection)  # type: ignore[arg-type]
            assert (await client.fence("NOTES"))[0] == []


async def test_actions_of_all_kinds_are_called() -> None:
    calls: list[Any] = []

    def plain(text: str) -> None:
        calls.append(text)

    async def coroutine(number: int) -> None:
        calls.append(number)

    session, _, _ = make(actions={"plain": plain, "coroutine": coroutine})
    async with Server(session) as server, server.connect() as client:
        await client.act("NOTES", "plain", text="S-12", extra=1)
        await client.act("NOTES", "coroutine", number="3")
        await client.act("NOTES", "coroutine", number=None)
        await client.act("NOTES", "missing")
        await client.send("_ACTION:NOTES", None)
        await client.send("_TASK_START:NOTES", {"type": "missing"})
        await client.send("_TASK_CANCEL:NOTES", {"type": "missing"})
        assert (await client.fence("NOTES"))[0][1:] == []
    assert calls == ["S-12", 3]


async def test_first_generation_takes_whole_calls() -> None:
    calls: list[tuple[str, Any]] = []
    with Session() as session:
        notes = Notes()
        sync = Sync(
            "NOTES",
            notes,
            title=...,
            total="totalLength",
            on_action=lambda data: calls.append(("action", data)),
            tasks=(
                lambda data: calls.append(("start", data)),
                lambda data: calls.append(("cancel", data)),
            ),
            expose_running_tasks=True,
        )
    assert sync.sync_attributes == {"title": "title", "total": "totalLength"}
    async with Server(session) as server, server.connect() as client:
        assert (await client.receive())[1] == {
            "title": "My Notes",
            "totalLength": 0,
            "runningTasks": [],
        }
        call = {"type": "x", "a": 1}
        for event in ("_ACTION", "_TASK_START", "_TASK_CANCEL"):
            await client.send(f"{event}:NOTES", call)
        await client.fence("NOTES")
    assert calls == [("action", call), ("start", call), ("cancel", call)]


async def test_task_cancelled_right_after_its_start_leaves_nothing_behind() -> None:
    """S-09: start and cancellation at once; the task can be started again."""
    ended: list[str] = []

    async def work() -> None:
        await asyncio.Event().wait()

    async def cancelled() -> None:
        ended.append("work")

    session, _, sync = make(
        tasks={"work": work}, task_cancels={"work": cancelled}, expose_running_tasks=True
    )
    async with Server(session) as server, server.connect() as client:
        for _ in range(2):
            await client.send("_TASK_START:NOTES", {"type": "work"})
            await client.send("_TASK_CANCEL:NOTES", {"type": "work"})
            assert (await client.until("_PATCH:NOTES"))[1][0]["op"] == "add"
            assert (await client.until("_PATCH:NOTES"))[1][0]["op"] == "remove"
    assert ended == ["work", "work"]
    assert sync.running_tasks == {}


async def test_notices_and_calls_reach_the_client(caplog: pytest.LogCaptureFixture) -> None:
    session, _, sync = make()
    caplog.set_level(logging.INFO)
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        assert await sync.toast("a", 1, type="warning", logger=logging.getLogger("x")) == "a 1"
        await sync.download("f.txt", b"abc")
        await sync.send_action({"type": "show", "n": 1})
        await sync.send_binary({"type": "show"}, b"1")
        assert [await client.receive() for _ in range(5)] == [
            ("_TOAST", {"type": "warning", "message": "a 1"}),
            ("_DOWNLOAD", {"filename": "f.txt", "data": "YWJj"}),
            ("_ACTION:NOTES", {"type": "show", "n": 1}),
            ("_BIN_META", {"type": "_ACTION:NOTES", "metadata": {"type": "show"}}),
            b"1",
        ]
    assert ("x", logging.WARNING, "a 1") in caplog.record_tuples


async def test_observe_adds_attributes_of_another_object() -> None:
    session, _, sync = make()
    other = Notes()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        sync.observe(other, title="otherTitle")
        await sync()
        assert (await client.receive())[1]["otherTitle"] == "My Notes"
        await client.patch("NOTES", "replace", "/otherTitle", value="x")
        await client.fence("NOTES")
    assert other.title == "x"


async def test_closed_sync_is_silent() -> None:
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        sync.close()
        notes.title = "x"
        await sync()
        await client.send("_GET:NOTES")
        await session.send("end")
        assert await client.receive() == ("end", None)


async def test_newer_sync_takes_the_key_over() -> None:
    session, older, older_sync = make()
    with session:
        newer = Notes()
        Sync(newer, "NOTES", include=["title"])
    older_sync.close()
    async with Server(session) as server, server.connect() as client:
        assert await client.receive() == ("_SET:NOTES", {"title": "My Notes"})
        older.title = "x"
        await older_sync()
        assert (await client.fence("NOTES"))[0] == []


def test_handlers_vanish_with_the_object() -> None:
    session, notes, sync = make()
    alive = weakref.ref(notes)
    del sync
    gc.collect()
    assert session.event_handlers  # the object keeps its Sync alive
    del notes
    gc.collect()
    assert alive() is None
    assert (session.event_handlers, session.init_handlers) == ({}, [])


def test_sync_needs_a_session() -> None:
    with pytest.raises(NoSession):
        Sync("NOTES", Notes())
    assert Sync("NOTES", Notes(), session=Session()).key == "NOTES"


def test_attributes_are_checked() -> None:
    with Session(), pytest.raises(UnknownAttribute, match="'nothing'"):
        Sync(Notes(), "NOTES", include=["nothing"])
    with Session(), pytest.raises(UnknownAttribute, match="'secrets'"):
        Sync(Notes(), "NOTES", sync_all=True, exclude=["secrets"])
    with Session(), pytest.raises(UnknownAttribute, match="'secrets'"):
        Sync(Notes(), "NOTES", sync_all=True, read_only=["secrets"])
    with Session(), pytest.raises(ValueError, match="'same'"):
        Sync("NOTES", Notes(), title="same", items="same")


def test_readable_attributes() -> None:
    session, notes, sync = make(toCamelCase=True, exclude=["items"], expose_running_tasks=True)
    assert (sync.key, sync.obj, sync.session, sync.send_on_init) == ("NOTES", notes, session, True)
    assert sync.sync_attributes == {"title": "title", "total": "total"}
    assert sync.state_snapshot == {"title": "My Notes", "total": 0, "runningTasks": []}


async def test_setter_that_refuses_undoes_the_whole_write() -> None:
    class Account:
        def __init__(self) -> None:
            self.name = "a"
            self._age = 1

        @property
        def age(self) -> int:
            return self._age

        @age.setter
        def age(self, value: int) -> None:
            if value < 0:
                raise ValueError("negative")
            self._age = int(value)

    with Session() as session:
        account = Account()
        Sync.all(account, "A")
    async with Server(session) as server, server.connect() as client:
        state = {"name": "a", "age": 1}
        assert (await client.receive())[1] == state
        await client.send("_SET:A", {"name": "b", "age": -1})
        assert await client.receive() == ("_SET:A", state)
        await client.send("_SET:A", {"name": "b", "age": 2.5})
        assert await client.receive() == (
            "_PATCH:A",
            [{"op": "replace", "path": "/age", "value": 2}],
        )
    assert (account.name, account.age) == ("b", 2)


async def test_patch_never_precedes_the_state_when_an_init_callback_waits() -> None:
    session = Session()
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        waiting.set()
        await go_on.wait()

    session.register_init(wait)
    with session:
        notes = Notes()
        sync = Sync(notes, "NOTES", sync_all=True)
    async with Server(session) as server, server.connect() as client:
        async with asyncio.timeout(DEADLINE):
            await waiting.wait()
        for title in ("a", "b"):
            notes.title = title
            await sync()
        go_on.set()
        assert (await client.receive())[0] == "_SET:NOTES"
        assert (await client.fence("NOTES"))[0] == [replace("/title", "b")]


@pytest.mark.parametrize("asked", [False, True], ids=["initial state", "answer"])
async def test_write_that_a_state_crosses_is_repeated_at_rest(asked: bool) -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        if asked:
            await client.send("_GET:NOTES")
            await client.patch("NOTES", "replace", "/title", value="mine")
        else:  # only a state may be sent so early (state-client-base)
            await client.send("_SET:NOTES", {"title": "mine"})
        assert await settled(client, "/title") == notes.title == "mine"


async def test_crossing_right_after_a_takeover_is_settled() -> None:
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as old:
        await old.receive()
        notes.title = "first"
        await sync()
        await old.patch("NOTES", "replace", "/title", value="a")
        await old.fence("NOTES")
        async with server.connect() as client:
            await client.receive()
            notes.title = "server"
            await sync()
            await client.patch("NOTES", "replace", "/title", value="client")
            await client.until("_PATCH:NOTES")
            assert await settled(client, "/title") == "client"


@pytest.mark.parametrize("closed", [False, True], ids=["replaced", "closed"])
async def test_sync_that_has_lost_its_key_repeats_nothing(closed: bool) -> None:
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        notes.items = ["server"]
        await sync()
        await client.until("_PATCH:NOTES")
        await client.patch("NOTES", "add", "/items/-", value="client")
        await client.until("_PATCH:NOTES")  # the number of items
        assert (timer := sync._synced.state._timer) is not None
        if closed:
            sync.close()
            assert timer.cancelled()
        with session:
            newer = Sync(notes, "NOTES", include=["items"])
        await client.until("_SET:NOTES")
        if sync._synced.state._connection is not None:
            sync._synced.state._settle(sync._synced.state._connection)
        items = {"items": ["server", "client"]}
        assert await client.fence("NOTES") == ([], items)
        assert newer.state_snapshot == items


async def test_write_that_breaks_a_derived_attribute_is_refused_as_a_whole() -> None:
    class Readme:
        def __init__(self) -> None:
            self.items: Any = [1, 2]
            self.title = "t"

        @property
        def total(self) -> int:
            return sum(self.items)

    with Session() as session:
        obj = Readme()
        Sync.all(obj, "R")
    items = obj.items
    async with Server(session) as server, server.connect() as client:
        _, before = await client.until("_SET:R")
        await client.send("_SET:R", {"items": ["a"], "title": "x"})
        assert await client.receive() == ("_SET:R", before)
        await client.patch("R", "add", "/items/-", value="a")
        assert await client.receive() == ("_SET:R", before)
        await client.patch("R", "add", "/items/-", value=3)
        assert (await client.fence("R"))[1] == {"items": [1, 2, 3], "title": "t", "total": 6}
    assert obj.items is items


async def test_attribute_that_can_not_be_read_keeps_its_last_good_value() -> None:
    session, notes, _ = make()
    async with Server(session) as server:
        async with server.connect() as client:
            await client.receive()
        notes.items = None  # type: ignore[assignment]  # `total` raises from now on
        async with server.connect() as client:
            state = {"title": "My Notes", "items": None, "total": 0}
            assert await client.receive() == ("_SET:NOTES", state)
            await client.patch("NOTES", "replace", "/title", value="still possible")
            assert (await client.fence("NOTES"))[1]["title"] == "still possible"


async def test_failure_in_a_write_refuses_it(caplog: pytest.LogCaptureFixture) -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        del notes.title
        await client.send("_SET:NOTES", {"title": "x", "items": [1]})
        _, state = await client.until("_SET:NOTES")
        assert state == {"title": "My Notes", "items": [], "total": 0}
    assert "a write failed" in caplog.text
    assert notes.items == []


async def test_document_does_not_grow_without_end() -> None:
    session, notes, _ = make(Limits(document=1000))
    notes.items = ["x" * 400]
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "copy", "/items/-", **{"from": "/items/0"})
        await client.patch("NOTES", "copy", "/title", **{"from": "/items/0"})
        await client.until("_SET:NOTES")
        assert len(notes.items) == 2
        notes.items.append("x" * 400)
        await client.patch("NOTES", "remove", "/items/0")
        await client.fence("NOTES")
        assert len(notes.items) == 2


async def test_patch_has_no_more_operations_than_it_may() -> None:
    session, notes, _ = make(Limits(operations=2))
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        operation = {"op": "add", "path": "/items/-", "value": 1}
        await client.send("_PATCH:NOTES", [operation] * 3)
        assert await client.until("_SET:NOTES")
        await client.send("_PATCH:NOTES", [operation] * 2)
        assert (await client.fence("NOTES"))[1]["items"] == [1, 1]
    assert notes.items == [1, 1]


async def test_no_more_tasks_of_a_session_run_than_may(caplog: pytest.LogCaptureFixture) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with Session(limits=Limits(tasks=2)) as session:
        both = [Notes(), Notes()]
        tasks: Any = {"one": wait, "two": wait}
        first, second = (
            Sync(each, key, tasks=tasks, expose_running_tasks=True)
            for each, key in zip(both, ("A", "B"), strict=True)
        )
    async with TestClient(session) as client:
        await client.start("A", "one")
        await client.start("B", "one")
        await client.start("B", "two")
        assert "too many tasks to start 'two'" in caplog.text
        await client.send("_TASK_CANCEL:A", {"type": "one"})
        await client.until(lambda documents: not documents["A"]["running_tasks"])
        await client.start("B", "two")
        await client.until(lambda documents: documents["B"]["running_tasks"] == ["one", "two"])
    for task in [*first.running_tasks.values(), *second.running_tasks.values()]:
        task.cancel()
    await asyncio.sleep(0)


async def test_state_of_very_many_elements_is_taken() -> None:
    session, notes, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.send("_SET:NOTES", {"items": list(range(20_000))})
        await client.fence("NOTES")
    assert notes.items == list(range(20_000))


@dataclass
class Hiding:
    deep: Any


@pytest.mark.parametrize("bad", ["names", "depth"])
async def test_object_that_hides_what_is_no_json_does_not_stop_the_others(bad: str) -> None:
    deep: Any = []
    for _ in range(MAX_VALUE_DEPTH):
        deep = [deep]
    session, notes, sync = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        notes.items = [{1: "a", "1": "b"}] if bad == "names" else [Hiding(deep)]
        notes.title = "x"
        with pytest.raises(NotJSON):
            await sync()
        assert (await client.receive())[1][0] == replace("/title", "x")[1][0]


async def test_observed_object_that_was_asked_for_is_followed_on() -> None:
    session, _, sync = make(send_on_init=False)
    other = Notes()
    async with Server(session) as server, server.connect() as client:
        await client.fence("NOTES")
        sync.observe(other, title="otherTitle")
        await sync()
        assert (await client.receive())[1]["otherTitle"] == "My Notes"


async def test_argument_of_any_depth_can_be_sent_back() -> None:
    session, notes, sync = make(actions={})
    depth = MAX_DEPTH - 2
    value = json.loads("[" * depth + "]" * depth)

    async def assign(value: Any) -> None:
        notes.title = value
        await sync()

    sync._synced.calls.actions["assign"] = assign
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.act("NOTES", "assign", value=value)
        assert await client.receive() == replace("/title", value)


async def test_tracked_attribute_is_followed_in_both_directions() -> None:
    session, notes, sync = make(exclude=["total"])
    rows = notes.items = SyncedList({"x": number, "text": "a" * 20} for number in range(200))
    async with Server(session) as server, server.connect() as client:
        state = (await client.receive())[1]
        rows[7]["x"] = "server"
        await sync()
        assert await client.receive() == replace("/items/7/x", "server")
        row = rows[9]
        await client.patch("NOTES", "replace", "/items/9/x", value="client")
        await client.patch("NOTES", "add", "/items/-", value={"x": [1]})
        assert (await client.fence("NOTES"))[0] == []
        assert (notes.items is rows, rows[9] is row, row["x"]) == (True, True, "client")
        rows[200]["x"].append(2)
        await sync()
        assert await client.receive() == (
            "_PATCH:NOTES",
            [{"op": "add", "path": "/items/200/x/1", "value": 2}],
        )
        await client.patch("NOTES", "replace", "/items", value=[{"x": 1}])
        _, state = await client.fence("NOTES")
    assert isinstance(notes.items, SyncedList)
    assert notes.items == state["items"] == [{"x": 1}]


async def test_client_write_into_one_place_of_a_container_is_sent_at_the_others() -> None:
    session, notes, _ = make(exclude=["total"])
    rows = SyncedList([{"x": 1}, {"x": 2}])
    items: Any = SyncedDict(a=rows, b=rows)
    notes.items = items
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "remove", "/items/a/0")
        event, patch = await client.receive()
        state = apply({"items": {"a": [{"x": 2}], "b": [{"x": 1}, {"x": 2}]}}, patch)
        assert event == "_PATCH:NOTES"
        assert state["items"] == items == {"a": [{"x": 2}], "b": [{"x": 2}]}


async def test_write_to_a_part_leaves_other_types_beside_it_alone() -> None:
    session, notes, _ = make()
    notes.items = [Hiding(1), {"x": 1}]
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.patch("NOTES", "replace", "/items/1/x", value=2)
        assert (await client.fence("NOTES"))[0] == []
        await client.patch("NOTES", "replace", "/items/0", value=2)
        await client.until("_SET:NOTES")
    assert notes.items == [Hiding(1), {"x": 2}]


@pytest.mark.parametrize("connected", [False, True], ids=["no client", "a client"])
async def test_loop_of_syncs_starves_nobody(connected: bool) -> None:
    session, _, sync = make()
    others = 0

    async def count() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    async with AsyncExitStack() as stack:
        if connected:
            await stack.enter_async_context(TestClient(session))
        others = 0
        for _ in range(100):
            await sync()
            await sync(if_since_last=60)
            await sync.toast("x")
            await sync.send_binary({"type": "x"}, b"")
        assert others >= 5  # of 400 calls
    counting.cancel()


async def test_property_that_raises_ends_neither_connection_nor_session() -> None:
    class Fragile:
        def __init__(self) -> None:
            self.value = 1
            self.error: BaseException | None = None
            self.publish: Any = None

        @property
        def fragile(self) -> int:
            if self.error is not None:
                raise self.error
            return self.value

    with Session() as session:
        obj = Fragile()
        sync = Sync(
            obj,
            "F",
            include=["value", "fragile"],
            actions={"publish": lambda: obj.publish()},
            tasks={"work": lambda: obj.publish()},
            expose_running_tasks=True,
        )
        obj.publish = sync
    for error in (RuntimeError("no"), asyncio.CancelledError(), RecursionError()):
        obj.error = error
        async with TestClient(session) as client:
            await client.act("F", "publish")
            await client.start("F", "work")
            await client.replace("F", "/value", 2)
            await client.get("F")
            obj.error = None
            await client.replace("F", "/value", 3)
            await client.act("F", "publish")
            assert client.documents["F"]["fragile"] == obj.value == 3
            assert client.close_code is None


async def test_action_takes_positional_only_arguments_by_their_names() -> None:
    seen: list[Any] = []

    def act(first: int, second: int = 2, /, *, third: int = 3, **rest: Any) -> None:
        seen.append((first, second, third, rest))

    async def task(only: str, /) -> None:
        seen.append(only)

    session, _, _ = make(actions={"act": act}, tasks={"task": task})
    async with TestClient(session) as client:
        await client.act("NOTES", "act", first="1", more=4)
        await client.act("NOTES", "act", first=1, second=5, third=6)
        await client.act("NOTES", "act", second=1)
        await client.start("NOTES", "task", only="x")
        await client.act("NOTES", "act", first=0)
    assert seen == [(1, 2, 3, {"more": 4}), (1, 5, 6, {}), "x", (0, 2, 3, {})]


def test_objects_that_come_and_go_leave_nothing_in_a_long_session() -> None:
    session = Session()

    def come_and_go(times: int) -> None:
        for number in range(times):
            with session:
                notes = Notes()
                Sync(notes, f"N{number}", sync_all=True)
            del notes
        gc.collect()

    come_and_go(50)
    tracemalloc.start()
    try:
        come_and_go(200)
        # Event names are interned, and the interpreter's table of them may grow at any time.
        others = [tracemalloc.Filter(inclusive=False, filename_pattern=events.__file__)]
        kept = tracemalloc.take_snapshot().filter_traces(others)
    finally:
        tracemalloc.stop()
    assert (session.event_handlers, session.init_handlers) == ({}, [])
    size = sum(trace.size for trace in kept.traces)
    assert size < 20_000  # bytes: less than a tenth of the objects


async def test_object_that_goes_away_while_connected_is_forgotten() -> None:
    session = Session()
    async with TestClient(session) as client:
        with session:
            notes = Notes()
            sync = Sync(notes, "NOTES", sync_all=True, tasks={"wait": lambda: asyncio.sleep(0)})
        notes.title = "x"
        await sync()
        await client.start("NOTES", "wait")
        await client.replace("NOTES", "/title", "y")
        await sync(if_since_last=60)
        sync._synced._throttle.cancel()
        alive = weakref.ref(notes), weakref.ref(sync)
        del notes, sync
        await client.settle()
        async with asyncio.timeout(DEADLINE):
            while any(ref() is not None for ref in alive):  # tasks end one by one
                gc.collect()
                await asyncio.sleep(0)
        assert session.event_handlers == {}


class Exiting:
    def __init__(self) -> None:
        self.error: type[BaseException] | None = None

    @property
    def value(self) -> int:
        if self.error is not None:
            raise self.error
        return 0


class ExitingModel(BaseModel):
    error: Annotated[Any, Field(exclude=True)] = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> int:
        if self.error is not None:
            raise self.error
        return 0


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("kind", [Exiting, ExitingModel])
async def test_property_can_not_end_the_event_loop(
    kind: Any, error: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """The callback that makes up for a throttled sync has no caller that could catch it."""
    session, exiting = Session(), kind()
    with session:
        sync = Sync(exiting, "EXITING", include=["value"])
    async with TestClient(session) as client:
        exiting.error = error
        with pytest.raises(RuntimeError, match=error.__name__):
            await sync()
        sync._sync_alone()
        await client.settle()
    assert "can't be sent" in caplog.text


async def test_spellings_of_older_generations_work() -> None:
    session, notes, sync = make()
    async with TestClient(session) as client:
        notes.title = "x"
        await sync("saved", "success")
        await sync("again", type="info")
        await sync.download(filename="f", binary=b"abc")
        toasts = [await client.receive("_TOAST") for _ in range(2)]
        assert [toast["type"] for toast in toasts] == ["success", "info"]
        assert [toast["message"] for toast in toasts] == ["saved", "again"]
        assert (await client.receive("_DOWNLOAD"))["data"] == "YWJj"
        assert client.documents["NOTES"]["title"] == "x"


async def test_calling_a_subclass_calls_the_sync_that_it_overrides() -> None:
    intervals: list[float | None] = []

    class Counting(Sync):
        async def sync(self, if_since_last: float | None = None) -> None:
            intervals.append(if_since_last)
            await super().sync(if_since_last)

    with Session() as session:
        notes = Notes()
        sync = Counting.all(notes, "NOTES")
    async with TestClient(session) as client:
        notes.title = "x"
        await sync()
        await sync(if_since_last=60, toast="saved")
        assert (await client.receive("_TOAST"))["message"] == "saved"
        assert client.documents["NOTES"]["title"] == "x"
    assert intervals == [None, 60]


@pytest.mark.parametrize("fails", [False, True])
async def test_tasks_call_the_sync_that_a_subclass_overrides(
    fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    class Hidden(Sync):
        async def sync(self, if_since_last: float | None = None) -> None:
            if fails:
                raise RuntimeError("hidden")
            if "hidden" not in self.running_tasks:
                await super().sync(if_since_last)

    ends = asyncio.Event()
    with Session() as session:
        notes = Notes()
        sync = Hidden.all(
            notes,
            "NOTES",
            expose_running_tasks=True,
            tasks={"hidden": ends.wait, "shown": ends.wait},
        )
    async with TestClient(session) as client:
        await client.start("NOTES", "hidden")
        await client.settle()
        assert client.documents["NOTES"]["running_tasks"] == []
        ends.set()
        async with asyncio.timeout(DEADLINE):
            await asyncio.gather(*sync.running_tasks.values())
        ends.clear()
        await client.settle()
        await client.start("NOTES", "shown")
        await client.settle()
        assert client.documents["NOTES"]["running_tasks"] == ([] if fails else ["shown"])
        sync.running_tasks["shown"].cancel()
    assert ("hidden" in caplog.text) is fails


def test_subclass_may_add_options() -> None:
    class Named(Sync):
        def __init__(self, obj: object, key: str, name: str = "", **options: Any) -> None:
            super().__init__(obj, key, **options)
            self.name = name

    notes = Notes()
    with Session():
        assert Named.all(notes, "A").state_snapshot == {
            "title": "My Notes",
            "items": [],
            "total": 0,
        }
        assert Named.only(notes, "B", title=...).state_snapshot == {"title": "My Notes"}
        assert Named.all(notes, "C", ["title"], ["items"]).state_snapshot.keys() == {
            "title",
            "total",
        }


@pytest.mark.parametrize(
    ("include", "exclude"),
    [(["nothing"], []), ([], ["nothing"]), (["title"], ["title"]), ({"title": "t"}, ["title"])],
    ids=["unknown", "unknown excluded", "both", "both, renamed"],
)
def test_wrong_attributes_fail_an_assertion_as_in_older_versions(
    include: Any, exclude: list[str]
) -> None:
    with Session() as session, pytest.raises(AssertionError, match=r"title|nothing"):
        Sync.all(Notes(), "NOTES", include=include, exclude=exclude)
    assert session.event_handlers == {}


def test_class_hides_attributes_by_its_dir() -> None:
    class Hiding(Notes):
        def __dir__(self) -> list[str]:
            return [name for name in super().__dir__() if name not in ("title", "total")]

    class Showing:
        def __dir__(self) -> list[str]:
            return ["first", "second", "_third"]

        def __getattr__(self, name: str) -> int:
            if name in dir(self):
                return len(name)
            raise AttributeError(name)

    with Session():
        assert list(Sync.all(Hiding(), "H").state_snapshot) == ["items"]
        assert Sync.all(Showing(), "S").state_snapshot == {"first": 5, "second": 6}


async def test_throttled_sync_is_made_up_for_by_an_overridden_sync() -> None:
    made_up = asyncio.Event()

    class Watched(Sync):
        async def sync(self, if_since_last: float | None = None) -> None:
            await super().sync(if_since_last)
            if if_since_last is None:
                made_up.set()

    session, notes = Session(), Notes()
    with session:
        sync = Watched(notes, "NOTES", include=["title"])
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        for title in ("first", "last"):
            notes.title = title
            await sync(if_since_last=0.05)
        async with asyncio.timeout(DEADLINE):
            await made_up.wait()
        assert (await client.fence("NOTES"))[1] == {"title": "last"}


def test_object_that_takes_a_key_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes()
    with Session():
        older, newer = (Sync(notes, "NOTES", sync_all=True) for _ in range(2))
    assert [record.getMessage() for record in caplog.records] == [
        "a newer handler of '_GET:NOTES' replaces an older one"
    ]
    assert not older._synced.is_current
    assert newer._synced.is_current
