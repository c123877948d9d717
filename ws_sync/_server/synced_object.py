"""One object in its session: sends its changes, and handles the events of its client.

`DocumentState` has the state of the object's document, `RemoteCalls` its actions and tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ws_sync._binding.attribute_types import attribute_of
from ws_sync._binding.attributes import Attribute
from ws_sync._core.json.codec import JSON
from ws_sync._core.protocol.events import (
    action_event,
    get_event,
    patch_event,
    set_event,
    task_cancel_event,
    task_start_event,
)
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync._server.document_state import DocumentState
from ws_sync._server.handler_registry import Registration
from ws_sync._server.json_socket import is_fake
from ws_sync._server.key_scope import scoped
from ws_sync._server.lifetime import weakly
from ws_sync._server.remote_calls import RemoteCalls
from ws_sync._server.stand_in import StandIn
from ws_sync._server.sync_options import Configuration
from ws_sync._server.throttle import Throttle


class SyncedObject:
    """An object under a key of a session.

    Attributes:
        key: the key.
        config: how the object is synced.
        names: the name on the wire of each attribute, by its name in the object.
        session: the session.
        host: the session, or the stand-in for one whose `send` is the application's.
        state: the state of the document.
        calls: the actions and tasks.
    """

    __slots__ = (
        "__weakref__",
        "_host_of",
        "_registration",
        "_throttle",
        "calls",
        "config",
        "host",
        "key",
        "names",
        "session",
        "state",
    )

    def __init__(
        self,
        config: Configuration,
        session: Any,
        host_of: Callable[[Any], Any],
        tasks_changed: Callable[[], None],
    ) -> None:
        """Prepare an object; the caller adds its attributes, and calls `register`.

        Args:
            config: how it is synced.
            session: its session.
            host_of: returns the host of a session.
            tasks_changed: called when a task that the client sees has started or ended.
        """
        self.key = scoped(config.key)
        self.config = config
        self.names: dict[str, str] = {}
        self.session = session
        self._host_of = host_of
        self.host = host = host_of(session)
        log = Log(config.logger or host.logger, host.log_context, self.key)
        self.calls = RemoteCalls(config, tasks_changed, log, host.counters, host.intake)
        limits, dialects = host.intake.limits, host.intake.dialects
        self.state = DocumentState(self.key, log, host.counters, limits, dialects)
        self._throttle = Throttle()
        self._registration: Registration | None = None

    def add(self, owner: object, names: Mapping[str, str]) -> None:
        """Add attributes of an object to the document.

        Raises:
            UnknownAttribute: the object has no such attribute.
            ValueError: two attributes have the same name on the wire.
        """
        for name, wire in names.items():
            attribute = attribute_of(owner, name, wire, name in self.config.read_only)
            self._add(attribute)
            self.names[name] = wire

    def _add(self, attribute: Attribute) -> None:
        if attribute.wire in self.state.attributes:
            raise ValueError(f"two attributes of {self.key!r} are called {attribute.wire!r}")
        self.state.attributes[attribute.wire] = attribute

    def register(self, kept: object | None) -> None:
        """Join the session; it keeps `kept` alive."""
        if self.config.running_tasks is not None:
            self._add(Attribute.of(self.calls.tasks, "names", self.config.running_tasks))
        handlers = {
            get_event(self.key): self._on_get,
            set_event(self.key): self._on_set,
            patch_event(self.key): self._on_patch,
            action_event(self.key): self.on_action,
            task_start_event(self.key): self.on_task_start,
            task_cancel_event(self.key): self.on_task_cancel,
        }
        initialise = self._announce if self.config.send_on_init else None
        is_fake_session = isinstance(self.host, StandIn) and self.host.is_fake
        registry: Any = self.host if is_fake_session else self.session
        self._registration = Registration(registry, self, handlers, initialise, kept)
        self.state.is_current = self._registration.is_current
        connection = self.host.connection
        if connection is None or is_fake(connection.ws):
            self.state.remember()
        elif self.config.send_on_init:
            connection.loop.call_soon_threadsafe(weakly(self._announce_now))

    @property
    def is_current(self) -> bool:
        """Whether the object is in its session, and no newer one has its key."""
        return self._registration is not None and self._registration.is_current()

    @property
    def running_tasks(self) -> dict[str, asyncio.Task[None]]:
        """The running tasks, by name."""
        return self.calls.tasks.running

    def close(self) -> None:
        """Leave the session."""
        self._throttle.cancel()
        self.state.stop()
        if self._registration is not None:
            self._registration.remove()

    def publish_alone(self) -> None:
        """Send the changes without a caller; log what goes wrong."""
        self.state.report(self.publish(None, self.publish_alone))

    def ending(self, errors: list[Exception]) -> Awaitable[None]:
        """Return what ends a sync: it lets others continue, or raises the first error."""
        if errors or self.host is not self.session:
            return self._end(errors)
        return asyncio.sleep(0)

    async def _end(self, errors: list[Exception]) -> None:
        await self._flush()
        if errors:
            raise errors[0]

    def publish(self, if_since_last: float | None, later: Callable[[], None]) -> list[Exception]:
        """Send the changes, or the whole state if none was sent yet.

        Args:
            if_since_last: seconds that must have passed since the last patch.
            later: called when they have.

        Returns:
            The errors of attributes that could not be sent.
        """
        connection, state = self.host.connection, self.state
        if connection is None or not self._has_key():
            return []
        if if_since_last and self._throttle.skips(if_since_last, later):
            return []
        if state.is_known(connection) or self._is_assumed(connection):
            sent, errors = state.publish(self.host.connection)
        elif self.config.send_on_init or state.is_followed(connection):
            sent, errors = True, state.announce(connection)  # connection-state-before-patch
        else:
            return []  # state-unannounced-silent
        if sent:
            self._throttle.passed(state.sent_at)
        return errors

    def _has_key(self) -> bool:
        """Return whether no newer object has the key; take it back from one that is gone."""
        registration = self._registration
        if registration is None or registration.is_current():
            return registration is not None
        if regained := registration.regain():
            self.state.restart()  # the peer holds the state of the newer object
        return regained

    def _is_assumed(self, connection: Connection) -> bool:
        """Take a fake of a unit test to hold the state at construction; else return False."""
        if not is_fake(connection.ws):
            return False
        self.host = self._host_of(self.session)  # the test may have assigned `session.send`
        self.state.assume(self.host.connection)
        return True

    def _announce_now(self, again: bool = False) -> None:
        connection = self.host.connection
        if connection is None or (self.state.is_known(connection) and not again):
            return  # connection-initial-once
        if self._has_key():
            self.state.report(self.state.announce(connection))

    async def _announce(self) -> None:
        connection = self.host.connection
        self._announce_now(again=connection is not None and connection.has_initial_states)
        await self._flush()

    async def _on_get(self, _: JSON) -> None:
        self.host.counters.received_gets += 1
        if (connection := self.host.connection) is not None:
            self.host.intake.spend(self.state.size, 0)
            self.state.report(self.state.announce(connection))
        await self._flush()

    async def _on_set(self, state: JSON) -> None:
        self.host.counters.received_states += 1
        self._write(self.state.receive_state, state)
        await self._flush()

    async def _on_patch(self, patch: JSON) -> None:
        self.host.counters.received_patches += 1
        self._write(self.state.receive_patch, patch)
        await self._flush()

    def _write(self, receive: Callable[[Connection | None, JSON], None], data: JSON) -> None:
        connection = self.host.connection
        if not self.state.write(receive, connection, data) and connection is not None:
            self.host.intake.count_refusal(self.state.size)
            self.state.resync(connection)

    def on_action(self, data: JSON) -> Awaitable[None]:
        """Handle `_ACTION`."""
        return self.calls.act(data)

    def on_task_start(self, data: JSON) -> Awaitable[None]:
        """Handle `_TASK_START`."""
        return self._flushed(self.calls.start(data))

    def on_task_cancel(self, data: JSON) -> Awaitable[None]:
        """Handle `_TASK_CANCEL`."""
        return self._flushed(self.calls.cancel(data))

    def _flushed(self, call: Awaitable[None]) -> Awaitable[None]:
        """Return a call that ends when what it sends without awaiting it was sent."""
        return call if self.host is self.session else self._then_flush(call)

    async def _then_flush(self, call: Awaitable[None]) -> None:
        await call
        await self._flush()

    async def _flush(self) -> None:
        """Call the application's `send`, if it has its own, with what is queued for it."""
        if self.host is not self.session:
            await self.host.flush()
