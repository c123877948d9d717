"""The application under test: every way to sync an object, and attributes of every kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field, computed_field

from ws_sync import (
    Session,
    Sync,
    Synced,
    SyncedAsCamelCase,
    SyncedDict,
    SyncedList,
    remote_action,
    remote_task,
    sync_all,
    sync_only,
)


class OnPurpose(Exception):
    """The error that the application raises. Any other logged error is a finding."""


class Plain:
    """An object without types, with everything that a client can call."""

    sync: Sync

    @sync_all("PLAIN", expose_running_tasks=True, read_only=["fixed"])
    def __init__(self) -> None:
        self.text: Any = "text"
        self.number: Any = 0
        self.items: Any = [1, "two", [3, {"four": 4}]]
        self.table: Any = {"a": 1, "b/~": {"": [None, True]}}
        self.rows = SyncedList([{"id": n, "tags": ["x"]} for n in range(4)])
        self.members = SyncedDict({"a": {"n": 1}, "b": []})
        self.odd: Any = (1, [2])
        self.fixed = 7
        self._even = 2

    @property
    def derived(self) -> Any:
        """Depends on what the client writes; some values make it raise."""
        return len(self.items)

    @property
    def even(self) -> int:
        """A property that accepts even numbers only."""
        return self._even

    @even.setter
    def even(self, value: Any) -> None:
        if value % 2:
            raise OnPurpose
        self._even = value

    @remote_action("assign")
    async def assign(self, name: str, value: Any) -> None:
        """Change an attribute."""
        if name not in ("text", "number", "items", "table", "odd"):
            raise OnPurpose
        setattr(self, name, value)
        await self.sync()

    @remote_action("append")
    async def append(self, value: Any, times: int = 1) -> None:
        """Change tracked attributes in place."""
        self.rows.extend([value] * min(times, 3))
        self.members["new"] = value
        await self.sync()

    @remote_action("assign_only")
    async def assign_only(self, value: Any) -> None:
        """Change an attribute without a sync."""
        self.number = value

    @remote_action("bytes")
    async def bytes(self, data: bytes, name: str = "") -> None:
        """Receive bytes and send them back."""
        self.text = f"{name} {len(data)}"
        await self.sync.send_binary({"type": "bytes", "name": name}, data)
        await self.sync()

    @remote_action("fail")
    async def fail(self) -> None:
        """Raise an error after a change."""
        self.number = -1
        raise OnPurpose

    @remote_action("assign_nan")
    async def assign_nan(self) -> None:
        """Assign a value that has no JSON form."""
        self.text = float("nan")
        await self.sync()

    @remote_task("work")
    async def work(self, steps: int = 1) -> None:
        """Change an attribute a few times."""
        for step in range(min(steps, 5)):
            self.number = step
            await self.sync()
            await asyncio.sleep(0)

    @remote_task("wait")
    async def wait(self) -> None:
        """Run until it is cancelled."""
        await asyncio.Event().wait()

    @wait.cancel
    async def waited(self) -> None:
        """Record the cancellation."""
        self.text = "cancelled"
        await self.sync()


@dataclass
class Point:
    """A nested dataclass."""

    x: int = 0
    y: float | None = None


@sync_all("scope/TYPED", toCamelCase=True)
class Typed:
    """A class with types."""

    sync: Sync
    whole_number: int
    some_texts: list[str]
    point: Point
    maybe: dict[str, int] | None

    def __init__(self) -> None:
        self.whole_number = 1
        self.some_texts = ["a", "b"]
        self.point = Point()
        self.maybe = None


class Part(BaseModel):
    """A nested model."""

    name: str = Field(default="part", max_length=8)
    weights: list[float] = [1.0]


@sync_all()
class Model(Synced, BaseModel):
    """A model with constraints, nested models and a computed field."""

    title: str = Field(default="title", min_length=1)
    size: int = Field(default=5, ge=0, le=100)
    parts: list[Part] = Field(default_factory=lambda: [Part(), Part(name="b")])
    choice: int | str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> int:
        """The computed field."""
        return self.size + len(self.parts)


@sync_all()
class Camel(SyncedAsCamelCase, BaseModel):
    """A model whose names differ on the wire."""

    first_name: str = "Ann"
    inner_part: Part = Part()


class Lazy:
    """An object that is sent only after `_GET`."""

    sync: Sync

    @sync_only("LAZY", _send_on_init=False, value=...)
    def __init__(self) -> None:
        self.value: Any = 0


@dataclass
class Application:
    """The objects of one session."""

    plain: Plain = field(default_factory=Plain)
    typed: Typed = field(default_factory=Typed)
    model: Model = field(default_factory=Model)
    camel: Camel = field(default_factory=Camel)
    lazy: Lazy = field(default_factory=Lazy)

    def objects(self) -> list[Any]:
        """Return all objects."""
        return [self.plain, self.typed, self.model, self.camel, self.lazy]

    def dump(self) -> str:
        """Return the whole state as text."""
        return repr([
            {name: value for name, value in vars(each).items() if not isinstance(value, Sync)}
            for each in self.objects()
        ])  # fmt: skip

    async def stop(self) -> None:
        """Cancel the tasks."""
        tasks = list(self.plain.sync.running_tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def make_in(session: Session) -> Application:
    """Create the objects in a session."""
    with session:
        return Application()
