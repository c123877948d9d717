# 0.8.0
"""A program of the third generation: typed objects, pydantic models, scopes, exported schemas.

Written as a user of ws-sync 0.8.0 would.
"""

import asyncio
from datetime import date
from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, Field, PrivateAttr, computed_field, field_validator
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from typing_extensions import TypedDict

from ws_sync import (
    Session,
    SessionState,
    Sync,
    Synced,
    SyncedAsCamelCase,
    get_current_sync_key_prefix,
    remote_action,
    remote_task,
    remote_task_cancel,
    session_context,
    sync_all,
    sync_key_scope,
    sync_only,
)


class Priority(Enum):
    """The urgency of an item."""

    LOW = "low"
    HIGH = "high"


class Item(BaseModel):
    """A line of a list."""

    label: str = Field(min_length=1)
    priority: Priority = Priority.LOW
    due: date | None = None
    _touched: int = PrivateAttr(default=0)


class Options(TypedDict, total=False):
    """Options of an action."""

    loud: bool
    times: int


@sync_all()
class TodoList(SyncedAsCamelCase, BaseModel):
    """A model with constraints, validators, computed fields and nested models."""

    list_title: str = Field(default="Todo", max_length=20)
    all_items: list[Item] = []
    owner_name: str = "nobody"
    _secret: str = PrivateAttr(default="s")

    @field_validator("owner_name")
    @classmethod
    def no_blanks(cls, value: str) -> str:
        """Reject empty names, and strip others."""
        if not value.strip():
            raise ValueError("an owner has a name")
        return value.strip()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def item_count(self) -> int:
        """The number of items."""
        return len(self.all_items)

    @remote_action("ADD")
    async def add(self, new_item: Item, at_start: bool = False) -> None:
        """Add an item."""
        self.all_items.insert(0 if at_start else len(self.all_items), new_item)
        await self.sync()

    @remote_action("TOUCH")
    def touch(self, index: Annotated[int, Field(ge=0)] = 0) -> None:
        """Change an item without a sync; not async."""
        self.all_items[index]._touched += 1
        self.all_items[index].priority = Priority.HIGH

    @remote_action
    async def publish(self, options: Options) -> None:
        """Sync, with toasts."""
        for _ in range(options.get("times", 1)):
            await self.sync(toast="published", type="warning" if options.get("loud") else "info")

    @remote_action("FIND")
    async def find(self, text: str, /, limit: int = Field(default=1, gt=0)) -> None:
        """Call the client with the found labels."""
        found = [item.label for item in self.all_items if text in item.label]
        await self.sync.send_action({"type": "FOUND", "labels": found[:limit]})


@sync_all("WORKER", expose_running_tasks=True)
class Worker(Synced, BaseModel):
    """A model with tasks, and a decorator on the class."""

    steps: int = 0
    status: str = "idle"

    @remote_task
    async def work(self, count: int) -> None:
        """Count up."""
        for _ in range(count):
            self.steps += 1
            await self.sync(if_since_last=0.001)
        await self.sync()
        await self.sync.send_action({"type": "WORKED"})

    @remote_task("WAIT")
    async def wait(self) -> None:
        """Run until cancelled."""
        self.status = "waiting"
        await self.sync()
        await self.sync.send_action({"type": "WAITING"})
        await asyncio.Event().wait()

    @wait.cancel
    async def waited(self) -> None:
        """Note the cancellation."""
        self.status = "cancelled"

    @remote_task("SLEEP")
    async def sleep(self) -> None:
        """Run until cancelled, too."""
        await asyncio.Event().wait()

    @remote_task_cancel("SLEEP")
    async def slept(self) -> None:
        """Note the cancellation."""
        self.status = "woken"


@sync_all(toCamelCase=True)
class Settings:
    """A plain class with annotations; its key is its name."""

    sync: Sync
    font_size: int
    colours: dict[str, str]

    def __init__(self) -> None:
        self.font_size = 12
        self.colours = {"back": "white"}


class Panel:
    """An object with several instances, in scopes."""

    sync: Sync
    is_open: bool

    @sync_only("PANEL", is_open="isOpen")
    def __init__(self) -> None:
        self.is_open = False
        self.prefix = get_current_sync_key_prefix()

    @remote_action
    async def toggle(self) -> None:
        """Open or close."""
        self.is_open = not self.is_open
        await self.sync()


class WidePanel(Panel):
    """A subclass, which inherits the configuration."""

    @remote_action
    async def widen(self) -> None:
        """Show the width in a toast."""
        await self.sync.toast("wide", self.prefix)


class State(SessionState):
    """The state of a session."""

    def __init__(self) -> None:
        self.objects: list[object] = []
        self.connections = 0

    async def on_connect(self) -> None:
        """Count."""
        self.connections += 1
        await session_context.get().send("hello", self.connections)

    async def on_disconnect(self) -> None:
        """Nothing to do."""

    async def on_terminate(self) -> None:
        """Release the objects."""
        self.objects.clear()


def make_session() -> Session:
    """Create a session with its objects."""
    with Session() as session:
        state = State()
        session.state = state
        state.objects = [TodoList(owner_name=" me "), Worker(), Settings()]
        with sync_key_scope("left"):
            state.objects.append(Panel())
            with sync_key_scope("inner"):
                state.objects.append(WidePanel())
    return session
session = make_session()


async def endpoint(ws: WebSocket) -> None:
    """Serve the session."""
    await session.handle_connection(ws)


app = Starlette(routes=[WebSocketRoute("/ws", endpoint)])

DIALOGUE = r"""
connect
    _SET:TodoList {"allItems": [], "itemCount": 0, "listTitle": "Todo", "ownerName": "me"}
    _SET:WORKER {"running_tasks": [], "status": "idle", "steps": 0}
    _SET:Settings {"colours": {"back": "white"}, "fontSize": 12}
    _SET:left/PANEL {"isOpen": false}
    _SET:left/inner/PANEL {"isOpen": false}
    hello 1
_GET:TodoList
    _SET:TodoList {"allItems": [], "itemCount": 0, "listTitle": "Todo", "ownerName": "me"}
_ACTION:TodoList ADD {"newItem": {"label": "tea", "due": null}}
    _PATCH:TodoList {"allItems": [{"due": null, "label": "tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_GET:TodoList
    _SET:TodoList {"allItems": [{"due": null, "label": "tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_PATCH:TodoList /allItems/0/label "green tea"
_GET:TodoList
    _SET:TodoList {"allItems": [{"due": null, "label": "green tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_PATCH:TodoList /allItems/0/due "2026-01-02"
_GET:TodoList
    _SET:TodoList {"allItems": [{"due": "2026-01-02", "label": "green tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_ACTION:TodoList publish {"options": {"loud": true}}
    _TOAST {"message": "published", "type": "warning"}
_GET:TodoList
    _SET:TodoList {"allItems": [{"due": "2026-01-02", "label": "green tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_ACTION:TodoList FIND {"text": "tea"}
    _ACTION:TodoList {"labels": ["green tea"], "type": "FOUND"}
_GET:TodoList
    _SET:TodoList {"allItems": [{"due": "2026-01-02", "label": "green tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
_ACTION:left/PANEL toggle
    _PATCH:left/PANEL {"isOpen": true}
_GET:left/PANEL
    _SET:left/PANEL {"isOpen": true}
_ACTION:left/inner/PANEL widen
    _TOAST {"message": "wide left/inner", "type": "default"}
_GET:left/PANEL
    _SET:left/PANEL {"isOpen": true}
_TASK_START:WORKER work {"count": 50}
until WORKER {"running_tasks": ["work"]}
    _PATCH:WORKER {"running_tasks": ["work"], "status": "idle", "steps": 0}
until WORKER {"running_tasks": []}
    _PATCH:WORKER {"running_tasks": ["work"], "status": "idle", "steps": 50}
    _ACTION:WORKER {"type": "WORKED"}
    _PATCH:WORKER {"running_tasks": [], "status": "idle", "steps": 50}
_GET:WORKER
    _SET:WORKER {"running_tasks": [], "status": "idle", "steps": 50}
_TASK_START:WORKER WAIT
until _ACTION:WORKER
    _PATCH:WORKER {"running_tasks": ["WAIT"], "status": "waiting", "steps": 50}
    _ACTION:WORKER {"type": "WAITING"}
_GET:WORKER
    _SET:WORKER {"running_tasks": ["WAIT"], "status": "waiting", "steps": 50}
disconnect
connect
    _SET:TodoList {"allItems": [{"due": "2026-01-02", "label": "green tea", "priority": "low"}], "itemCount": 1, "listTitle": "Todo", "ownerName": "me"}
    _SET:WORKER {"running_tasks": ["WAIT"], "status": "waiting", "steps": 50}
    _SET:Settings {"colours": {"back": "white"}, "fontSize": 12}
    _SET:left/PANEL {"isOpen": true}
    _SET:left/inner/PANEL {"isOpen": false}
    hello 2
_GET:WORKER
    _SET:WORKER {"running_tasks": ["WAIT"], "status": "waiting", "steps": 50}
_TASK_CANCEL:WORKER WAIT
until _PATCH:WORKER
    _PATCH:WORKER {"running_tasks": [], "status": "cancelled", "steps": 50}
_GET:WORKER
    _SET:WORKER {"running_tasks": [], "status": "cancelled", "steps": 50}
"""
