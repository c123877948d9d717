"""The cost of a client's small patch into a large array, from its frame to the next `receive`.

That is decoding, the write, the snapshot, and what goes back to the client. The figure that it is
compared with is the cost of encoding the whole array once, as everything that looks at each row
must.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.websockets import WebSocket

from tools.benchmark import cases
from ws_sync._core.json.codec import JSON
from ws_sync._core.tracked.containers import SyncedList
from ws_sync.limits import Limits
from ws_sync.session import Session
from ws_sync.sync import Sync

SMALL, LARGE = 1_000, 100_000
PATCHES = 24
UNTIMED = 4  # patches at the start: the first one divides the text

Costs = dict[str, dict[int, float]]
"""Medians in seconds, by the kind of the array and the edit, and by the number of rows."""


@dataclass
class Record:
    """A row as a dataclass."""

    id: int
    title: str
    done: bool
    score: float
    tags: list[str]


class Row(BaseModel):
    """A row as a model."""

    id: int
    title: str
    done: bool
    score: float
    tags: list[str]


class Untyped:
    """An object whose rows are JSON."""

    items: Any


class Records:
    """An object whose rows are dataclasses."""

    items: list[Record]


class Rows:
    """An object whose rows are models."""

    items: list[Row]


Make = Callable[[list[dict[str, Any]]], Any]

SUBJECTS: dict[str, tuple[type[Any], Make]] = {
    "SyncedList": (Untyped, SyncedList),
    "list": (Untyped, list),
    "list[dataclass]": (Records, lambda rows: [Record(**row) for row in rows]),
    "list[model]": (Rows, lambda rows: [Row(**row) for row in rows]),
}


def leaf(number: int, size: int) -> JSON:
    """Return an operation that changes one member of a row, of another one each time."""
    path = f"/items/{number * 7919 % size}/done"
    return {"op": "replace", "path": path, "value": number % 2 == 0}


def insert(number: int, size: int) -> JSON:
    """Return an operation that inserts a row."""
    return {"op": "add", "path": f"/items/{number * 7919 % size}", "value": cases.row(number)}


EDITS = {"leaf": leaf, "insert": insert}


def measure() -> tuple[Costs, float]:
    """Return the costs, and the least seconds that encoding the larger array takes."""
    found: Costs = {}
    for name in SUBJECTS:
        for what, edit in EDITS.items():
            costs = {size: asyncio.run(_measure(name, edit, size)) for size in (SMALL, LARGE)}
            found[f"{name}, {what}"] = costs
    return found, _encoding()


def _encoding() -> float:
    rows, times = cases.rows(LARGE), []
    for _ in range(PATCHES):
        start = time.perf_counter()
        orjson.dumps(rows)
        times.append(time.perf_counter() - start)
    return min(times)


class Feed:
    """A WebSocket that delivers frames, and takes the time from each `receive` to the next."""

    def __init__(self, frames: list[str]) -> None:
        self.times: list[float] = []
        self._frames = iter(frames)
        self._start = 0.0

    async def receive(self) -> dict[str, Any]:
        """Return the next frame."""
        now = time.perf_counter()
        if not self._start:
            self._start = now
            return {"type": "websocket.connect"}
        self.times.append(now - self._start)
        await asyncio.sleep(0)  # what goes back is sent
        text = next(self._frames, None)
        self._start = time.perf_counter()
        if text is None:
            return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": text}

    async def send(self, _: Any) -> None:
        """Drop a frame."""


async def _measure(name: str, edit: Callable[[int, int], JSON], size: int) -> float:
    cls, make = SUBJECTS[name]
    subject = cls()
    subject.items = make(cases.rows(size))
    with Session(limits=Limits(document=1 << 40)) as session:
        Sync.only(subject, "K", items=...)
    patches = [orjson.dumps([edit(number, size)]).decode() for number in range(PATCHES)]
    feed = Feed(
        ['{"type":"_GET:K"}', *(f'{{"type":"_PATCH:K","data":{each}}}' for each in patches)]
    )
    scope: dict[str, Any] = {"type": "websocket", "path": "/", "headers": [], "client": None}
    gc.collect()
    await session.handle_connection(WebSocket(scope, feed.receive, feed.send))
    return statistics.median(feed.times[UNTIMED - PATCHES :])
