"""The place of an object's handlers in a session, held weakly.

A session lives long; it must not keep alive what belongs to it. So it holds an object's handlers
by weak references, and when the object is gone they go too. Handlers that a newer object has
registered under the same key are left alone.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from ws_sync._core.json.codec import JSON
from ws_sync.session import Session


class WeakHandler:
    """A callback that calls an async method of an object for as long as that lives."""

    __slots__ = ("__code__", "_function", "place")

    def __init__(self, method: Callable[..., Any], place: weakref.ref[object]) -> None:
        """Call a method.

        Args:
            method: a bound one.
            place: a weak reference to its object, which all of its handlers share.
        """
        self.place = place
        self._function = method.__func__  # type: ignore[attr-defined]  # it is bound
        self.__code__ = method.__code__  # tells `call` at once that it is async

    @property
    def owner(self) -> object | None:
        """The object; None when it is gone."""
        return self.place()

    def __call__(self, *data: JSON) -> Awaitable[None]:
        """Pass an event's data on."""
        owner = self.place()
        return _nothing() if owner is None else self._function(owner, *data)


async def _nothing() -> None:
    """Do nothing."""


def owners(session: Session) -> set[object]:
    """Return the living objects that have handlers in a session."""
    handlers = [*session.event_handlers.values(), *session.init_handlers]
    found = {handler.owner for handler in handlers if isinstance(handler, WeakHandler)}
    return found - {None}


class Registration:
    """The handlers of one object in its session; the object keeps it."""

    __slots__ = ("_first", "_place", "_session")

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
        self._first = next(iter(events))
        self._place = weakref.ref(owner, _Removal(session, tuple(events)))
        for event, method in events.items():
            session.register_event(event, WeakHandler(method, self._place))
        if initialise is not None:
            session.register_init(WeakHandler(initialise, self._place))

    def is_current(self) -> bool:
        """Tell whether no newer object has registered itself in this one's place."""
        return self.holds(self._first)

    def holds(self, event: str) -> bool:
        """Tell whether the handler of `event` is still the one registered here."""
        handler = self._session.event_handlers.get(event)
        return type(handler) is WeakHandler and handler.place is self._place

    def remove(self) -> None:
        """Remove the handlers, but none that has replaced one of them."""
        removal = self._place.__callback__
        if removal is not None:  # the object is alive
            removal(self._place)


class _Removal:
    """Removes what was registered of an object, when that is gone or wants it."""

    __slots__ = ("_events", "_session")

    def __init__(self, session: Session, events: tuple[str, ...]) -> None:
        self._session = weakref.ref(session)
        self._events = events

    def __call__(self, place: weakref.ref[object]) -> None:
        session = self._session()
        if session is None:
            return
        for event in self._events:
            handler = session.event_handlers.get(event)
            if type(handler) is WeakHandler and handler.place is place:
                session.deregister_event(event)
        for index, handler in enumerate(session.init_handlers):
            if type(handler) is WeakHandler and handler.place is place:
                del session.init_handlers[index]
                return
