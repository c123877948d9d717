"""The place of an object's handlers in a session, held weakly.

A session lives long; it must not keep alive what belongs to it. So it holds an object's handlers
by weak references, and when the object is gone they go too. Handlers that a newer object has
registered under the same key are left alone.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from ws_sync.codec import JSON
from ws_sync.session import Session


class WeakHandler:
    """A callback that calls an async method of an object for as long as that lives."""

    __slots__ = ("__code__", "_function", "_owner")

    def __init__(self, method: Callable[..., Any]) -> None:
        self._owner = weakref.ref(method.__self__)  # type: ignore[attr-defined]  # it is bound
        self._function = method.__func__  # type: ignore[attr-defined]
        self.__code__ = method.__code__  # tells `call` at once that it is async

    @property
    def owner(self) -> object | None:
        """The object; None when it is gone."""
        return self._owner()

    def __call__(self, *data: JSON) -> Awaitable[None]:
        """Pass an event's data on."""
        owner = self._owner()
        return _nothing() if owner is None else self._function(owner, *data)


async def _nothing() -> None:
    """Do nothing."""


def owners(session: Session) -> set[object]:
    """Return the living objects that have handlers in a session."""
    handlers = [*session.event_handlers.values(), *session.init_handlers]
    found = {handler.owner for handler in handlers if isinstance(handler, WeakHandler)}
    return found - {None}


class Registration:
    """The handlers of one object in its session."""

    def __init__(
        self,
        session: Session,
        owner: object,
        events: dict[str, Callable[..., Any]],
        initialise: Callable[..., Any] | None,
    ) -> None:
        """Register handlers.

        Args:
            session: where.
            owner: the object whose end is the end of the handlers.
            events: its method for each event.
            initialise: its method for each new connection.
        """
        self._session = session
        self._events = {event: WeakHandler(method) for event, method in events.items()}
        self._initialise = None if initialise is None else WeakHandler(initialise)
        for event, handler in self._events.items():
            session.register_event(event, handler)
        if self._initialise is not None:
            session.register_init(self._initialise)
        weakref.finalize(owner, self.remove).atexit = False

    def holds(self, event: str) -> bool:
        """Tell whether the handler of `event` is still the one registered here."""
        return self._session.event_handlers.get(event) is self._events[event]

    def remove(self) -> None:
        """Remove the handlers, but none that has replaced one of them."""
        for event in self._events:
            if self.holds(event):
                self._session.deregister_event(event)
        if self._initialise in self._session.init_handlers:
            self._session.init_handlers.remove(self._initialise)
