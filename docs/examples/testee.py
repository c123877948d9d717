"""The shortest testee in Python, with this library: documents and actions, no features.

uvicorn testee:app
ws-sync test 'ws://127.0.0.1:8000/ws/{session}'
"""

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ws_sync import Sessions, Sync, remote_action, sync_all


class Second:
    sync: Sync

    @sync_all("SECOND")
    def __init__(self) -> None:
        self.value: Any = 0

    @remote_action
    async def assign(self, name: str, value: Any) -> None:
        if name == "value":
            self.value = value
            await self.sync()


class Testee:
    sync: Sync
    _second: Second
    items: list[Any]
    number: Any

    @sync_all("TESTEE", toCamelCase=True, read_only=["features", "running_tasks"])
    def __init__(self) -> None:
        self.features: list[str] = []
        self.running_tasks: list[str] = []
        self._assign(self._initial())

    @property
    def item_count(self) -> int:
        return len(self.items)

    def _initial(self) -> dict[str, Any]:
        return {"text": "", "number": 0, "flag": False, "items": [], "table": {}, "anything": None}

    def _assign(self, values: dict[str, Any]) -> None:
        if values.keys() <= self._initial().keys():
            vars(self).update(values)

    @remote_action
    async def reset(self) -> None:
        self._assign(self._initial())
        await self.sync()
        await self._second.assign("value", 0)

    @remote_action
    async def assign(self, name: str, value: Any) -> None:
        self._assign({name: value})
        await self.sync()

    @remote_action("assignMany")
    async def assign_many(self, values: dict[str, Any]) -> None:
        self._assign(values)
        await self.sync()

    @remote_action("assignQuietly")
    async def assign_quietly(self, name: str, value: Any) -> None:
        self._assign({name: value})

    @remote_action
    async def publish(self) -> None:
        await self.sync()

    @remote_action
    async def burst(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            await self.sync()

    @remote_action("assignLater")
    async def assign_later(self, name: str, value: Any, after_ms: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(after_ms / 1000, lambda: loop.create_task(self.assign(name, value)))


def new_session() -> Testee:
    testee = Testee()
    testee._second = Second()  # documents are announced in the order of creation
    return testee


sessions = Sessions(new_session)


async def endpoint(ws: WebSocket) -> None:
    await sessions.handle_connection(ws, ws.path_params["session"])


app = Starlette(routes=[WebSocketRoute("/ws/{session}", endpoint)])
