"""Times syncs in one environment; the benchmark runs it with the Python of that environment.

Reads the letter of a case per line, and answers with a line: a JSON array of seconds. The argument
selects what is timed: `sync`, `tracked` (the same with tracked containers), or `limit` (encode
every attribute, compare bytes, send a fixed text).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.websockets import WebSocket

from tools.benchmark import cases

SYNCS = 0.03  # the least seconds of a round, which has at most MOST syncs
MOST = 300


class Subject:
    """A synced object."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.__dict__.update(attributes)


async def main() -> None:
    """Answer until the end of the input."""
    make = {"sync": synced, "tracked": synced_tracked, "limit": limit}[sys.argv[1]]
    ready: dict[str, tuple[Callable[[], object], Callable[[], Awaitable[object]]]] = {}
    for line in sys.stdin:
        case = line.strip()
        if case not in ready:
            ready[case] = await make(case)
            await timed(*ready[case])
        print(json.dumps(await timed(*ready[case])), flush=True)


async def timed(edit: Callable[[], object], sync: Callable[[], Awaitable[object]]) -> list[float]:
    """Edit and sync repeatedly; return the seconds of each sync."""
    times: list[float] = []
    while sum(times) < SYNCS and len(times) < MOST:
        edit()
        start = time.perf_counter()
        await sync()
        times.append(time.perf_counter() - start)
    return times


async def socket() -> WebSocket:
    """Return a WebSocket that accepts every frame and never receives any."""
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)
        del sent[:-1]

    ws = WebSocket({"type": "websocket", "path": "/", "headers": [], "client": None}, receive, send)
    await ws.accept()
    return ws


async def synced(case: str, tracked: Callable[[Any], Any] = lambda value: value) -> Any:
    """Connect an object of a case; return the functions that edit and sync it."""
    from ws_sync import Session, Sync

    attributes, edit = cases.build(case, tracked)
    subject = Subject(attributes)
    names: dict[str, Any] = dict.fromkeys(attributes, ...)
    with Session() as session:
        sync: Any = getattr(Sync, "only", None)
        sync = Sync("K", subject, **names) if sync is None else sync(subject, "K", **names)
    await session.new_connection(await socket())
    await asyncio.sleep(0)
    return (lambda: edit(subject.__dict__)), sync


async def synced_tracked(case: str) -> Any:
    """Return the same with tracked containers."""
    from ws_sync import SyncedDict, SyncedList

    def track(value: Any) -> Any:
        return SyncedList(value) if isinstance(value, list) else SyncedDict(value)

    return await synced(case, track)


async def limit(case: str) -> Any:
    """Return the minimal design that looks at the whole state."""
    import orjson

    attributes, edit = cases.build(case)
    subject = Subject(attributes)
    names = list(attributes)
    known: list[bytes] = []
    ws = await socket()

    async def sync() -> None:
        nonlocal known
        texts = [orjson.dumps(getattr(subject, name)) for name in names]
        if texts != known:
            known = texts
            await ws.send_text("a fixed text")

    return (lambda: edit(subject.__dict__)), sync


if __name__ == "__main__":
    asyncio.run(main())
