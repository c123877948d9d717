"""The handlers that an object has in its session.

A session lives long and must not keep its objects alive. So it holds their handlers by weak
references, and the handlers are removed when the object is gone. Only on request it keeps the
object, until a newer one takes its events.

The newest object has the events of a key. When it is gone, an older one can take them back.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from ws_sync._core.json.codec import JSON
from ws_sync._server.invoke import Threads


class Handlers(Protocol):
    """The part of a session that holds handlers."""

    init_handlers: list[Callable[[], Any]]

    @property
    def event_handlers(self) -> dict[str, Callable[..., Any]]:
        """The handler of each event."""

    def register_event(self, event: str, callback: Callable[..., Any]) -> None:
        """Register the handler of an event."""

    def register_init(self, callback: Callable[[], Any]) -> None:
        """Register a function for new connections."""


class WeakHandler:
    """Calls an async method of an object while the object lives.

    By this type `call_handler` knows that the result is awaitable.
    """

    __slots__ = ("_function", "kept", "owner_ref")

    def __init__(
        self,
        method: Callable[..., Awaitable[None]],
        owner_ref: weakref.ref[object],
        kept: list[object] | None = None,
    ) -> None:
        """Wrap a bound method.

        Args:
            method: an async method of the object.
            owner_ref: a weak reference to the object, shared by all of its handlers.
            kept: what the handlers keep alive; shared by all of them.
        """
        self.owner_ref = owner_ref
        self.kept = [] if kept is None else kept
        self._function = method.__func__  # type: ignore[attr-defined]  # it is bound

    @property
    def owner(self) -> object | None:
        """The object; None when it is gone."""
        return self.owner_ref()

    def __call__(self, *data: JSON) -> Awaitable[None]:
        """Call the method with the data of an event."""
        owner = self.owner_ref()
        if owner is None:
            return _nothing()
        called: Awaitable[None] = self._function(owner, *data)
        return called


async def _nothing() -> None:
    """Do nothing."""


def call_handler(threads: Threads, handler: Callable[..., Any], *data: JSON) -> Awaitable[Any]:
    """Call a handler of this library or of the application; see `Threads.call`."""
    return handler(*data) if type(handler) is WeakHandler else threads.call(handler, *data)


@runtime_checkable
class _HasTasks(Protocol):
    """A `SyncedObject`."""

    @property
    def running_tasks(self) -> dict[str, asyncio.Task[None]]:
        """The running tasks by name."""


def cancel_tasks(session: Handlers) -> list[asyncio.Task[None]]:
    """Cancel the running tasks of a session's objects, except this one, and return them."""
    handlers = [*session.event_handlers.values(), *session.init_handlers]
    owners = {handler.owner for handler in handlers if isinstance(handler, WeakHandler)}
    syncs = [owner for owner in owners if isinstance(owner, _HasTasks)]
    running = [task for sync in syncs for task in sync.running_tasks.values()]
    tasks = [task for task in running if task is not asyncio.current_task()]
    for task in tasks:
        if not task.cancelling():  # a running cancel function is not interrupted
            # After its first step, without which it could not handle the cancellation.
            asyncio.get_running_loop().call_soon(task.cancel)
    return tasks


class Registration:
    """The handlers of one object in its session; the object keeps it."""

    __slots__ = ("_first", "_handlers", "_own", "_owner_ref")

    def __init__(
        self,
        session: Handlers,
        owner: object,
        events: Mapping[str, Callable[..., Awaitable[None]]],
        initialise: Callable[..., Awaitable[None]] | None,
        kept: object | None = None,
    ) -> None:
        """Register handlers.

        Args:
            session: where to register them.
            owner: the object; its handlers are removed when it is gone.
            events: its async method for each event.
            initialise: its async method to call for each new connection.
            kept: what the session keeps alive, until a newer object takes the events.
        """
        self._handlers = session.event_handlers
        self._first = next(iter(events))
        self._owner_ref = weakref.ref(owner, _Removal(session, tuple(events)))
        shared = [] if kept is None else [kept]
        self._own = {
            event: WeakHandler(method, self._owner_ref, shared) for event, method in events.items()
        }
        for event, handler in self._own.items():
            if type(older := self._handlers.get(event)) is WeakHandler:
                older.kept.clear()
                if event != self._first:  # one warning for each object is enough
                    del self._handlers[event]
            session.register_event(event, handler)
        if initialise is not None:
            session.register_init(WeakHandler(initialise, self._owner_ref, shared))

    def is_current(self, event: str | None = None) -> bool:
        """Return whether no newer object has taken `event`, or by default the first event."""
        handler = self._handlers.get(event or self._first)
        return type(handler) is WeakHandler and handler.owner_ref is self._owner_ref

    def regain(self) -> bool:
        """Take the events back if the newer object is gone; return whether it is."""
        if self._handlers.get(self._first) is not None:
            return False
        for event, handler in self._own.items():
            self._handlers.setdefault(event, handler)
        return bool(self._own)

    def remove(self) -> None:
        """Remove the handlers that no newer object has replaced."""
        self._own = {}
        removal = self._owner_ref.__callback__
        if removal is not None:  # the object is alive
            removal(self._owner_ref)


class _Removal:
    """Removes the handlers of an object when it is gone, or on demand."""

    __slots__ = ("_events", "_session")

    def __init__(self, session: Handlers, events: tuple[str, ...]) -> None:
        self._session = weakref.ref(session)
        self._events = events

    def __call__(self, owner_ref: weakref.ref[object]) -> None:
        session = self._session()
        if session is None:
            return
        for event in self._events:
            handler = session.event_handlers.get(event)
            if type(handler) is WeakHandler and handler.owner_ref is owner_ref:
                del session.event_handlers[event]
        for index, handler in enumerate(session.init_handlers):
            if type(handler) is WeakHandler and handler.owner_ref is owner_ref:
                del session.init_handlers[index]
                return
