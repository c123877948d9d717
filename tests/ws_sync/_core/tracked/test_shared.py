"""Tests of tracked containers that are in several places, and are changed by several threads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import jsonpatch
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ws_sync._core.tracked.test_containers import Peer, containers, edit
from tests.ws_sync.strategies import values
from ws_sync._binding.attributes import Attribute
from ws_sync._core.json.codec import JSON, dump
from ws_sync._core.json.diff import diff
from ws_sync._core.json.equality import equal
from ws_sync._core.snapshot import tracked_snapshot
from ws_sync._core.snapshot.document import PeerSnapshot
from ws_sync._core.tracked import change_log
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync._log import Log
from ws_sync._server.document_state import DocumentState
from ws_sync.exceptions import Refused

NO_CONNECTION: Any = object()


class Tree:
    """An object with two attributes, in which the same containers are in several places."""

    def __init__(self, start: list[Any]) -> None:
        self.a = SyncedDict(rows=SyncedList(start))
        self.b = SyncedList([self.a["rows"], self.a["rows"]])


class Program:
    """A server with a tree, and a client that edits its copy of it."""

    def __init__(self, start: list[Any]) -> None:
        self.tree = Tree(start)
        self.state = DocumentState("K", Log())
        self.state.attributes = {name: Attribute.of(self.tree, name, name) for name in "ab"}
        self.readers = [(each.wire, each.reader()) for each in self.state.attributes.values()]
        self.peer = self.live()
        self.snapshot = PeerSnapshot({name: dump(value) for name, value in self.peer.items()})
        self.state._document = self.snapshot

    def live(self) -> Any:
        return orjson.loads(orjson.dumps({"a": self.tree.a, "b": self.tree.b}))

    def sync(self) -> None:
        found = self.snapshot.advance(self.readers, None, {})
        patch = orjson.loads(found.patch) if found else []
        self.peer = jsonpatch.apply_patch(self.peer, patch)

    def write(self, edited: JSON) -> None:
        """Apply the client's edit of its copy; a refused one is undone at the client too."""
        patch = diff(self.peer, edited)
        with suppress(Refused):
            self.state.receive_patch(NO_CONNECTION, patch)
            self.peer = edited


STEPS = st.sampled_from(["share", "edit", "write", "write", "sync"])


def share(data: st.DataObject, tree: Tree) -> None:
    """Put a container of one attribute in a place in another one, without a cycle."""
    value = data.draw(st.sampled_from(containers(tree.a)))
    tree.b.insert(data.draw(st.integers(0, len(tree.b))), value)


@pytest.mark.parametrize("small", [2, 1024], ids=["divided", "whole"])
@settings(deadline=None)  # each example is slow
@given(data=st.data())
def test_client_has_every_place_of_a_container(small: int, data: st.DataObject) -> None:
    """After the client's patch, the snapshot is what the client holds, and no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracked_snapshot, "SMALL", small)
        patch.setattr(change_log, "MIN_ENTRIES", 4)
        program = Program(data.draw(st.lists(values, max_size=3)))
        program.sync()
        for step in data.draw(st.lists(STEPS)):
            if step == "share":
                share(data, program.tree)
            elif step == "edit":
                edit(data, data.draw(st.sampled_from([program.tree.a, program.tree.b])))
            elif step == "write":
                edited = orjson.loads(orjson.dumps(program.peer))
                edit(data, edited[data.draw(st.sampled_from("ab"))])
                program.write(orjson.loads(orjson.dumps(edited)))  # as JSON, nothing is shared
            else:
                program.sync()
                assert equal(program.peer, program.live())
            assert equal(program.snapshot.value(), program.peer)
        program.sync()
        assert equal(program.peer, program.live())


@contextmanager
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


CHANGES = 150


def append(rows: Any, number: int) -> None:
    rows["log"].append({"id": number, "text": "x" * (number % 7 * 200)})


def insert(rows: Any, number: int) -> None:
    rows["log"].insert(number // 3, {"id": number})


def change_leaf(rows: Any, number: int) -> None:
    rows["log"][number % 3]["n"] = number


def put(rows: Any, number: int) -> None:
    rows["names"][f"{number}"] = [number]


def take(rows: Any, number: int) -> None:
    rows["names"].setdefault("gone", number)
    rows["names"].pop("gone", None)
    rows["log"].append(number)
    rows["log"].pop()


JOBS: dict[str, tuple[list[Callable[[Any, int], None]], int, int]] = {
    "appends": ([append, append], 2 * CHANGES, 0),
    "both ends": ([append, insert], 2 * CHANGES, 0),
    "leaves": ([insert, change_leaf, put], CHANGES, CHANGES),
    "taken out": ([take, put, take], 0, CHANGES),
}
"""By name: what each thread does, and how many entries and names there are in the end."""


@pytest.mark.threads
@pytest.mark.parametrize(("jobs", "entries", "names"), JOBS.values(), ids=JOBS)
def test_threads_lose_no_change_and_the_client_has_all(
    jobs: list[Callable[[Any, int], None]], entries: int, names: int
) -> None:
    with switching_often():
        for _ in range(25):
            rows = SyncedDict(log=[{"id": -1}] * 3, names={}, text="x" * 2000)
            peer = Peer(rows)
            threads = [Thread(target=repeat, args=(job, rows)) for job in jobs]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                sync(peer, rows)
            sync(peer, rows)
            assert (len(rows["log"]) - 3, len(rows["names"])) == (entries, names)
            assert peer.state["a"] == rows


def repeat(job: Callable[[Any, int], None], rows: Any) -> None:
    for number in range(CHANGES):
        job(rows, number)


def sync(peer: Peer, rows: Any) -> None:
    found = peer.document.advance([("a", lambda: rows)], None, {})
    assert not (found and found.errors)
    peer.state = jsonpatch.apply_patch(peer.state, orjson.loads(found.patch) if found else [])


def test_change_while_a_value_is_encoded_is_sent_with_the_next_sync() -> None:
    rows = SyncedDict(log=["x" * 2000, object()])
    document = PeerSnapshot({"a": dump({})})

    def default(_: object) -> str:
        if len(rows["log"]) < 4:
            rows["log"].append("later")
        return "an object"

    for _ in range(3):
        document.advance([("a", lambda: rows)], default, {})
    assert document.value() == {"a": {"log": ["x" * 2000, "an object", "later", "later"]}}


def test_sort_refuses_a_list_that_changes_meanwhile() -> None:
    rows = SyncedList([3, 1, 2])

    def key(number: int) -> int:
        if len(rows) == 3:
            rows.append(0)
        return number

    with pytest.raises(ValueError, match="list modified during sort"):
        rows.sort(key=key)
    assert rows == [3, 1, 2, 0]
