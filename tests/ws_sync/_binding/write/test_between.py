"""Writes of a client while other code changes the same containers: setters, and threads."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ws_sync._binding.write.test_only_what_is_named import op, serve
from ws_sync import SyncedList
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.write.write import Write
from ws_sync.exceptions import Refused
from ws_sync.testing import TestClient

RUNS = 100
ENTRIES = 200


class Owner:
    """An object whose setter and threads change what the client writes into."""

    def __init__(self, log: Any) -> None:
        self.log = log
        self._title = ""

    @property
    def title(self) -> str:
        return self._title

    @title.setter
    def title(self, value: str) -> None:
        self._title = value
        if value.startswith("front"):
            self.log.insert(0, {"n": -1})
        elif value == "clear":
            self.log.clear()
        else:
            self.log.append({"n": -1})


def attributes(owner: Owner) -> dict[str, Attribute]:
    return {name: Attribute.of(owner, name, name) for name in ("title", "log")}


@pytest.fixture
def _quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_quick_switches")
@pytest.mark.parametrize("kind", [list, SyncedList])
def test_entries_that_a_thread_appends_stay(kind: Any) -> None:
    """Every run counts the entries, and the elements that the client has written."""
    for _ in range(RUNS):
        owner = Owner(kind([{"n": 0} for _ in range(50)]))
        started = threading.Event()

        def append(owner: Owner = owner, started: threading.Event = started) -> None:
            started.set()
            for number in range(ENTRIES):
                owner.log.append({"n": number})

        thread = threading.Thread(target=append)
        thread.start()
        started.wait()
        for number in range(20):
            Write(attributes(owner), [op("replace", f"/log/{number}", {"n": 7})]).commit()
            Write(attributes(owner), [op("replace", f"/log/{number + 20}/n", 8)]).commit()
            Write(attributes(owner), [op("remove", "/log/40"), op("add", "/log/40", 9)]).commit()
        thread.join()
        assert len(owner.log) == 50 + ENTRIES
        assert [each["n"] for each in owner.log[:40]] == [7] * 20 + [8] * 20
        assert [each["n"] for each in owner.log[50:]] == list(range(ENTRIES))


@pytest.mark.parametrize("kind", [list, SyncedList])
@pytest.mark.parametrize("title", ["front", "append"])
async def test_entries_that_a_setter_adds_stay(kind: Any, title: str) -> None:
    owner = Owner(kind([{"n": 0}, {"n": 1}, {"n": 2}]))
    async with TestClient(serve(owner)) as client:
        for number in range(20):
            await client.patch(
                "T",
                op("replace", "/title", f"{title}{number}"),
                op("replace", "/log/0/n", number),
                op("replace", "/log/1", {"n": number}),
                op("remove", "/log/2"),
            )
            assert client.documents["T"] == {"log": owner.log, "title": f"{title}{number}"}
            assert len(owner.log) == 3  # the client has removed one, the setter has added one


def test_element_that_is_gone_meanwhile_refuses_the_write() -> None:
    owner = Owner([{"n": 0}, {"n": 1}])
    patch = [op("replace", "/title", "clear"), op("replace", "/log/1", {"n": 5, "x": 1})]
    write = Write(attributes(owner), [*patch, op("remove", "/log/0")])
    with pytest.raises(Refused, match="removed by the server"):
        write.commit()
    assert owner.title == ""
    assert owner.log == [{"n": -1}]  # what a setter does besides is its own, also in undoing


@pytest.mark.threads
async def test_task_in_a_thread_and_client_write_at_once() -> None:
    owner = Owner([{"n": 0} for _ in range(10)])
    async with TestClient(serve(owner)) as client:

        def append() -> None:
            for number in range(500):
                owner.log.append({"n": number})

        appending = asyncio.create_task(asyncio.to_thread(append))
        for number in range(10):
            await client.send("_PATCH:T", [op("replace", f"/log/{number}/n", 9)])
            await client.settle()
        await appending
        assert len(owner.log) == 510
        assert [each["n"] for each in owner.log[:10]] == [9] * 10
        assert await client.get("T") == {"log": owner.log, "title": ""}


def test_interrupt_in_a_setter_undoes_the_write_and_is_raised() -> None:
    class Interrupted(Owner):
        @property
        def last(self) -> int:
            return 0

        @last.setter
        def last(self, _: int) -> None:
            raise KeyboardInterrupt

    owner = Interrupted([{"n": 0}])
    names = {name: Attribute.of(owner, name, name) for name in ("log", "last")}
    write = Write(names, [op("replace", "/log/0/n", 5), op("replace", "/last", 1)])
    with pytest.raises(KeyboardInterrupt):
        write.commit()
    assert owner.log == [{"n": 0}]
