"""The testee of this library: the small application that the conformance kit drives.

`spec/testee.md` defines its objects, their attributes, actions and tasks. Each `{session}` of
`/ws/{session}`, and each pair of ids sent at `/auth`, is a session with its own objects.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette

from ws_sync import Sync, remote_action, remote_task, sync_all, sync_only
from ws_sync._apps.routes import Routes
from ws_sync.sessions import Sessions
from ws_sync.sync import ToastType

FEATURES = [
    "tasks",
    "binary",
    "toast",
    "download",
    "user-session",
    "client-actions",
    "typed-arguments",
    "lazy",
    "scoped-keys",
    "errors",
]
ASSIGNABLE = {"text", "number", "flag", "items", "table", "anything"}


class Counter:
    """An object with a single attribute."""

    sync: Sync

    def __init__(self) -> None:
        self.value: Any = 0


class Second(Counter):
    """The second object of a session."""

    @sync_only("SECOND", value=...)
    def __init__(self) -> None:
        super().__init__()

    @remote_action
    async def assign(self, name: str, value: Any) -> None:
        """Set the attribute."""
        if name != "value":
            raise AttributeError(name)
        self.value = value
        await self.sync()


class Nested(Counter):
    """An object whose key contains a slash."""

    @sync_only("scope/NESTED", value=...)
    def __init__(self) -> None:
        super().__init__()


class Lazy(Counter):
    """An object that the server does not announce."""

    @sync_only("LAZY", _send_on_init=False, value=...)
    def __init__(self) -> None:
        super().__init__()


class Testee:
    """The object with the actions and tasks that the kit calls."""

    sync: Sync

    @sync_all("TESTEE", toCamelCase=True, expose_running_tasks=True)
    def __init__(self) -> None:
        self._others: list[Counter] = []
        self._later: set[asyncio.Task[None]] = set()
        self._clear()

    @property
    def features(self) -> list[str]:
        """The optional features of this testee."""
        return FEATURES

    @property
    def item_count(self) -> int:
        """The length of `items`."""
        return len(self.items) if isinstance(self.items, list) else 0

    def _clear(self) -> None:
        self.text: Any = ""
        self.number: Any = 0
        self.flag: Any = False
        self.items: Any = []
        self.table: Any = {}
        self.anything: Any = None

    def _assign(self, name: str, value: Any) -> None:
        if name not in ASSIGNABLE:
            raise AttributeError(name)
        setattr(self, name, value)

    @remote_action
    async def reset(self) -> None:
        """Restore the initial state of every object of the session."""
        running = [*self.sync.running_tasks.values(), *self._later]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self._clear()
        for other in self._others:
            other.value = 0
            await other.sync()
        await self.sync()

    @remote_action
    async def assign(self, name: str, value: Any) -> None:
        """Set one attribute."""
        self._assign(name, value)
        await self.sync()

    @remote_action("assignMany")
    async def assign_many(self, values: dict[str, Any]) -> None:
        """Set several attributes, with one sync."""
        for name, value in values.items():
            self._assign(name, value)
        await self.sync()

    @remote_action("assignQuietly")
    async def assign_quietly(self, name: str, value: Any) -> None:
        """Set one attribute without a sync."""
        self._assign(name, value)

    @remote_action
    async def publish(self) -> None:
        """Sync."""
        await self.sync()

    @remote_action
    async def burst(self, count: int) -> None:
        """Count up, with a sync at each step."""
        for _ in range(count):
            self.number += 1
            await self.sync()

    @remote_action("assignLater")
    async def assign_later(self, name: str, value: Any, after_ms: float) -> None:
        """Set one attribute some time after this action has ended."""

        async def later() -> None:
            await asyncio.sleep(after_ms / 1000)
            await self.assign(name, value)

        task = asyncio.create_task(later())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    @remote_action("callBack")
    async def call_back(self, name: str, arguments: dict[str, Any]) -> None:
        """Call an action of the client."""
        await self.sync.send_action({"type": name, **arguments})
        await self.sync()

    @remote_action
    async def notify(self, message: str, level: ToastType) -> None:
        """Show a toast."""
        await self.sync.toast(message, type=level)
        await self.sync()

    @remote_action("sendFile")
    async def send_file(self, filename: str, content: str) -> None:
        """Send a file."""
        await self.sync.download(filename, base64.b64decode(content))
        await self.sync()

    @remote_action("sendBytes")
    async def send_bytes(self, metadata: dict[str, Any], content: str) -> None:
        """Call an action of the client with bytes."""
        await self.sync.send_binary(metadata, base64.b64decode(content))
        await self.sync()

    @remote_action("receiveBytes")
    async def receive_bytes(self, data: bytes, label: Any) -> None:
        """Record the size and the digest of the received bytes."""
        digest = hashlib.sha256(data).hexdigest()
        self.anything = {"label": label, "size": len(data), "sha256": digest}
        await self.sync()

    @remote_action
    async def typed(self, count: int, label: str = "none") -> None:
        """Record typed arguments."""
        self.anything = {"count": count, "label": label}
        await self.sync()

    @remote_action
    async def fail(self, message: str) -> None:
        """Fail."""
        raise RuntimeError(message)

    @remote_task
    async def count(self, steps: int, interval_ms: float) -> None:
        """Count up, with a wait after each step."""
        for _ in range(steps):
            self.number += 1
            await self.sync()
            await asyncio.sleep(interval_ms / 1000)

    @remote_task
    async def wait(self) -> None:
        """Run until cancelled."""
        await asyncio.Event().wait()

    @wait.cancel
    async def note_cancellation(self) -> None:
        """Record that `wait` was cancelled."""
        self.text = "cancelled"

    @remote_task
    async def crash(self) -> None:
        """Fail after the first step."""
        await asyncio.sleep(0)
        raise RuntimeError("crash")


def new_testee() -> Testee:
    """Create the objects of a session."""
    testee = Testee()
    testee._others = [Second(), Nested(), Lazy()]
    return testee


def make_routes(origins: Iterable[str] = ()) -> Routes:
    """Create the store of the testee's sessions, and its two endpoints."""
    sessions = Sessions(new_testee, limit=None, grace=None, origins=origins)
    return Routes(sessions, asking="/auth")


def make_app() -> Starlette:
    """Create the testee as an ASGI application."""
    return make_routes().app()
