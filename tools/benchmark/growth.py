"""The cost of a sync and of a client's patch of one leaf, by the size of the document."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

from tools.benchmark import cases
from tools.benchmark.worker import Subject, socket
from ws_sync._binding.attributes import Attribute
from ws_sync._core.tracked.containers import SyncedList
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync._server.document_state import DocumentState

SIZES = (10, 100, 1_000, 3_000, 10_000, 30_000)
TIMES = 30

Points = dict[int, float]
"""Medians in seconds, by the number of objects."""


def measure() -> dict[str, Points]:
    """Return the costs by operation."""
    found: dict[str, Points] = {}
    for size in SIZES:
        for name, container in {"list": list, "SyncedList": SyncedList}.items():
            sync, patch = asyncio.run(_measure(container, size))
            found.setdefault(f"sync, {name}", {})[size] = sync
            found.setdefault(f"client's patch, {name}", {})[size] = patch
    return found


async def _measure(container: Callable[[Any], Any], size: int) -> tuple[float, float]:
    subject: Any = Subject({"items": container(cases.rows(size)), "others": cases.rows(size)})
    state = DocumentState("K", Log())
    for name in ("items", "others"):
        state.attributes[name] = Attribute.of(subject, name, name)
    connection = Connection(await socket(), state._log)
    state.announce(connection)
    await asyncio.sleep(0)
    syncs, patches = [], []
    gc.collect()
    for number in range(TIMES):
        index = number * 7919 % size
        subject.items[index]["score"] = number + 0.25
        start = time.perf_counter()
        state.publish(connection, {"items"})
        syncs.append(time.perf_counter() - start)
        path = f"/items/{index}/done"
        patch = [{"op": "replace", "path": path, "value": number % 2 == 0}]
        start = time.perf_counter()
        state.receive_patch(connection, patch)
        patches.append(time.perf_counter() - start)
    state.stop()
    connection.close()
    await connection.closed()
    return statistics.median(syncs[3:]), statistics.median(patches[3:])
