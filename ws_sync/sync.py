"""`Sync`: synchronises one object with a client, and lets the client call its functions.

The events of an object arrive here. `DocumentState` has the state of its document, `RemoteCalls`
its actions and tasks.

A `Sync` refers to its object, and the session refers to the `Sync` weakly. So it lives as long as
something refers to it, most often `obj.sync`. If nothing does, the object itself keeps it. The form
of 0.5.1, with the key first, lets the session keep both, as that release did.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from logging import Logger
from types import EllipsisType
from typing import Any, Literal, NoReturn, Self, TypeAlias, Unpack, overload
from weakref import proxy

from ws_sync._binding.attribute_types import attribute_of
from ws_sync._binding.attributes import Attribute, wire_names
from ws_sync._binding.wire_names import attribute_name
from ws_sync._core.json.codec import JSON
from ws_sync._core.protocol.events import (
    action_event,
    download_event,
    get_event,
    patch_event,
    set_event,
    task_cancel_event,
    task_start_event,
    toast_event,
)
from ws_sync._log import Log, log_fields
from ws_sync._older.sync_names import SyncNames
from ws_sync._server.connection import Connection
from ws_sync._server.document_state import DocumentState
from ws_sync._server.handler_registry import Registration
from ws_sync._server.json_socket import is_fake
from ws_sync._server.key_scope import get_current_sync_key_prefix, scoped, sync_key_scope
from ws_sync._server.lifetime import keep, weakly
from ws_sync._server.remote_calls import RemoteCalls
from ws_sync._server.stand_in import StandIn
from ws_sync._server.sync_options import (
    Configuration,
    Functions,
    Pair,
    SyncOptions,
    configure,
    options_by_name,
)
from ws_sync._server.throttle import Throttle
from ws_sync.exceptions import escape_control_chars
from ws_sync.session import Session, get_global_session, has_own_send

__all__ = [
    "Sync",
    "ToastType",
    "action_event",
    "download_event",
    "get_current_sync_key_prefix",
    "get_event",
    "patch_event",
    "set_event",
    "sync_key_scope",
    "task_cancel_event",
    "task_start_event",
    "toast_event",
]

ToastType: TypeAlias = Literal["default", "message", "info", "success", "warning", "error"]


def _nothing() -> None:
    """Ignore a change of the running tasks."""


def _host_of(session: Session) -> Any:
    """Return the session, or a stand-in for one whose `send` is the application's."""
    if not issubclass(type(session), Session):  # `isinstance` is true for a mock
        return StandIn(session, is_fake=True)
    return StandIn(session, is_fake=False) if has_own_send(session) else session


class ObjectOptions(SyncOptions, total=False):
    """The options of `Sync`.

    Attributes:
        actions: functions that the client can call, by name, besides the marked methods.
        tasks: functions that the client can start, by name; or a pair of functions that start and
            cancel, called with the whole data.
        task_cancels: functions that are called in a task when it is cancelled, by name.
        session: the session to join; by default that of the `with session:` around the call.
    """

    actions: Functions | None
    tasks: Functions | Pair | None
    task_cancels: Functions | None
    session: Session | None


class Sync(SyncNames):
    """Registers an object under a key of a session; call it to send the changes.

    Attributes:
        key: the key.
        obj: the object.
        session: the session.
        send_on_init: whether the state is sent on each new connection.
        sync_attributes: the name on the wire of each attribute, by its name in the object.
        declaration: what a decorator asked for; None if the application created it.

    A copy of the object, shallow or deep, has the same `Sync`, which goes on syncing the original.
    """

    declaration: Any = None
    session: Session
    _host: Any
    _registration: Registration | None = None

    @overload
    def __init__(
        self,
        key: str,
        obj: object,
        session: Session | None = None,
        on_action: Callable[..., Any] | Functions | None = None,
        tasks: Functions | Pair | None = None,
        on_task_cancel: Functions | None = None,
        send_on_init: bool = True,
        expose_running_tasks: bool = False,
        logger: Logger | None = None,
        **sync_attributes: str | EllipsisType,
    ) -> None: ...

    @overload
    def __init__(
        self,
        obj: object,
        key: str,
        sync_all: bool = False,
        *args: Any,  # options by position, in the order of older versions
        **options: Unpack[ObjectOptions],
    ) -> None: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Register an object, with the key first (0.5.1) or the object first.

        Args:
            args: the key and the object, in either order, and options.
            kwargs: options, see `ObjectOptions`. With the key first, `on_action` and
                `on_task_cancel` instead of `actions` and `task_cancels`, and the attributes with
                their names on the wire or `...`.

        Raises:
            NoSession: there is no `session`, and none around this call.
            UnknownAttribute: the object has no such attribute.
            ExcludedAttribute: an attribute is both included and excluded.
            TypeError: the arguments fit neither form.
        """
        self._setup(configure(args, kwargs))

    def __del__(self) -> None:
        registration = self._registration
        if registration is None or not registration.is_current():
            return  # incomplete, closed, replaced, or garbage together with its object
        if self.declaration is None:  # otherwise only `obj.sync` keeps it
            session = self.session
            if self._host is session:  # the object must not keep the session
                weak: Any = proxy(session)
                self.session = self._host = weak
            keep(self.obj, self, until=session)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"cannot pickle the `Sync` of {self.key!r}: leave it out in the `__getstate__` of"
            " its object, and create another one in `__setstate__`"
        )

    @classmethod
    def all(cls, obj: object, key: str, *args: Any, **options: Unpack[ObjectOptions]) -> Self:
        """Sync all attributes and properties whose name does not begin with an underscore."""
        named = options_by_name(True, *args, **options)
        return cls(obj=obj, key=key, **named)

    @classmethod
    def only(
        cls,
        _obj: object,
        _key: str,
        _toCamelCase: bool = False,  # noqa: N803  # the name that users know
        _send_on_init: bool = True,
        _expose_running_tasks: bool = False,
        _logger: Logger | None = None,
        _actions: Functions | None = None,
        _tasks: Functions | Pair | None = None,
        _task_cancels: Functions | None = None,
        _read_only: Iterable[str] = (),
        **attributes: str | EllipsisType,
    ) -> Self:
        """Sync the attributes that are given as keywords, with their names on the wire or `...`."""
        return cls(
            obj=_obj,
            key=_key,
            include=attributes,
            toCamelCase=_toCamelCase,
            send_on_init=_send_on_init,
            expose_running_tasks=_expose_running_tasks,
            logger=_logger,
            actions=_actions,
            tasks=_tasks,
            task_cancels=_task_cancels,
            read_only=_read_only,
        )

    @property
    def running_tasks(self) -> dict[str, asyncio.Task[None]]:
        """The running tasks, by name."""
        return self._calls.tasks.running

    @property
    def state_snapshot(self) -> dict[str, JSON]:
        """The document that the client holds; before any client, the state at construction.

        Assign it in order to let the next sync send the difference from another document.
        """
        return self._state.snapshot()

    @state_snapshot.setter
    def state_snapshot(self, document: Mapping[str, JSON]) -> None:
        self._state.replace(self._host.connection, document)

    @overload
    async def __call__(
        self,
        if_since_last: float | None = None,
        toast: str | None = None,
        type: ToastType = "default",
    ) -> None: ...

    @overload
    async def __call__(
        self, if_since_last: str, toast: ToastType = "default", type: ToastType = "default"
    ) -> None: ...

    async def __call__(
        self, if_since_last: Any = None, toast: Any = None, type: Any = "default"
    ) -> None:
        """Sync, and show a toast if one is given; see `sync` and `toast`.

        In 0.5.1 the toast was the first argument and its type the second. A text as the first
        argument has that meaning.
        """
        if isinstance(if_since_last, str):
            if_since_last, toast, type = None, if_since_last, toast or type
        if self._overrides_sync():
            await self.sync(if_since_last=if_since_last)
        else:
            errors = self._publish(if_since_last)  # not `await self.sync()`: a coroutine costs time
            if self._host.should_yield():
                await (asyncio.sleep(0) if self._host is self.session else self._host.flush())
            if errors:
                raise errors[0]
        if toast:
            await self.toast(toast, type=type)

    async def sync(self, if_since_last: float | None = None) -> None:
        """Send the changes since the last sync, as one patch.

        Sends nothing if nothing has changed, or if no client is connected.

        Args:
            if_since_last: seconds that must have passed since the last patch; a sync that comes
                earlier is made up for when they have.

        Raises:
            Exception: raised by a property, or NotJSON; the other attributes were sent.
        """
        errors = self._publish(if_since_last)
        if self._host.should_yield():
            await (asyncio.sleep(0) if self._host is self.session else self._host.flush())
        if errors:
            raise errors[0]

    async def toast(
        self, *parts: object, type: ToastType = "default", logger: Logger | None = None
    ) -> str:
        """Show a line of text to the person at the client.

        Args:
            parts: the text; they are joined with spaces.
            type: the kind of the toast, for its appearance and the level of its record.
            logger: logs the text too; None for the logger that the object was registered with.

        Returns:
            The text.
        """
        text = " ".join(map(str, parts))
        if (logger := logger or self._config.logger) is not None:
            log = Log(logger, self._host.log_context, self.key)
            levels = {"message": log.info, "info": log.info, "success": log.info}
            levels |= {"warning": log.warning, "error": log.error}
            say = levels.get(type, log.debug)
            say("%s", escape_control_chars(text), extra=log_fields("toast", name=type))
        await self.session.send(toast_event(), {"type": type, "message": text})
        return text

    async def send_action(self, action: dict[str, Any]) -> None:
        """Call an action of the client: `{"type": name, …arguments}`."""
        await self.session.send(action_event(self.key), action)

    async def send_binary(self, metadata: dict[str, Any], data: bytes) -> None:
        """Call an action of the client with bytes: `{"type": name, …arguments}` and the bytes."""
        await self.session.send_binary(action_event(self.key), metadata, data)

    @overload
    async def download(self, filename: str, data: bytes) -> None: ...

    @overload
    async def download(self, filename: str, *, binary: bytes) -> None: ...

    async def download(self, filename: str, data: bytes = b"", *, binary: bytes = b"") -> None:
        """Offer a file to the person at the client; `binary` is the older name of `data`."""
        content = base64.b64encode(data or binary).decode()
        await self.session.send(download_event(), {"filename": filename, "data": content})

    def observe(self, obj: object, **attributes: str | EllipsisType) -> None:
        """Sync more attributes, of this object or of another one.

        A connected client gets the whole state again with the next sync.
        """
        self._add(
            obj, wire_names(attributes, partial(attribute_name, type(obj), self._config.camel))
        )
        self._state.restart()

    def close(self) -> None:
        """Leave the session: send nothing more, and ignore events for this object."""
        self._throttle.cancel()
        self._state.stop()
        if self._registration is not None:
            self._registration.remove()

    def _setup(self, config: Configuration) -> None:
        self.key = scoped(config.key)
        self.obj = config.obj
        self.session = config.session or get_global_session()
        self._host = _host_of(self.session)
        self.send_on_init = config.send_on_init
        self.sync_attributes: dict[str, str] = {}
        self._config = config
        self._throttle = Throttle()
        self._log = Log(config.logger or self._host.logger, self._host.log_context, self.key)
        counters, intake = self._host.counters, self._host.intake
        changed = weakly(self._sync_tasks) if config.running_tasks is not None else _nothing
        self._calls = RemoteCalls(config, changed, self._log, counters, intake)
        self._state = DocumentState(self.key, self._log, counters, intake.limits, intake.dialects)
        if config.everything:
            self._add(config.obj, config.others(lambda value: isinstance(value, Sync)))
        self._add(config.obj, config.include)
        if config.running_tasks is not None:
            tasks = Attribute.of(self._calls.tasks, "names", config.running_tasks)
            self._state.attributes[tasks.wire] = tasks
        self._register(config.keep)

    def _add(self, owner: object, names: Mapping[str, str]) -> None:
        for name, wire in names.items():
            if wire in self._state.attributes:
                raise ValueError(f"two attributes of {self.key!r} are called {wire!r}")
            attribute = attribute_of(owner, name, wire, name in self._config.read_only)
            self._state.attributes[wire] = attribute
            self.sync_attributes[name] = wire

    def _register(self, kept: bool) -> None:
        handlers = {
            get_event(self.key): self._on_get,
            set_event(self.key): self._on_set,
            patch_event(self.key): self._on_patch,
            action_event(self.key): self._on_action,
            task_start_event(self.key): self._on_task_start,
            task_cancel_event(self.key): self._on_task_cancel,
        }
        initialise = self._announce if self.send_on_init else None
        is_session = issubclass(type(self.session), Session)
        registry = self.session if is_session else self._host
        self._registration = Registration(registry, self, handlers, initialise, kept)
        self._state.is_current = self._registration.is_current
        connection = self._host.connection
        if connection is None or is_fake(connection.ws):
            self._state.remember()
        elif self.send_on_init:
            connection.loop.call_soon_threadsafe(weakly(self._announce_now))

    def _has_key(self) -> bool:
        """Return whether no newer object has the key; take it back from one that is gone."""
        registration = self._registration
        if registration is None or registration.is_current():
            return registration is not None
        if regained := registration.regain():
            self._state.restart()  # the peer holds the state of the newer object
        return regained

    def _publish(self, if_since_last: float | None = None) -> list[Exception]:
        """Send the changes, or the whole state if none was sent yet; return what went wrong."""
        connection, state = self._host.connection, self._state
        if connection is None or not self._has_key():
            return []
        if if_since_last and self._throttle.skips(if_since_last, self._sync_late):
            return []
        if state.is_known(connection) or self._is_assumed(connection):
            sent, errors = state.publish(self._host.connection)
        elif self.send_on_init or state.is_followed(connection):
            sent, errors = True, state.announce(connection)  # connection-state-before-patch
        else:
            return []  # state-unannounced-silent
        if sent:
            self._throttle.passed(state.sent_at)
        return errors

    def _is_assumed(self, connection: Connection) -> bool:
        """Take a fake of a unit test to hold the state at construction; else return False."""
        if not is_fake(connection.ws):
            return False
        self._host = _host_of(self.session)  # maybe the test has assigned `session.send` meanwhile
        self._state.assume(self._host.connection)
        return True

    def _overrides_sync(self) -> bool:
        """Return whether `sync` is that of a subclass, or of a unit test."""
        return getattr(self.sync, "__func__", None) is not Sync.sync

    def _sync_late(self) -> None:
        """Sync without a caller; log what goes wrong."""
        self._throttle.cancel()
        self._state.report(self._publish())

    def _sync_tasks(self) -> None:
        """Sync after a task has started or ended."""
        if self._overrides_sync():
            self._syncing = asyncio.ensure_future(self._call_sync())
        else:
            self._sync_late()

    async def _call_sync(self) -> None:
        try:
            await self.sync()
        except Exception as error:  # noqa: BLE001  # the application's
            self._state.report([error])

    def _announce_now(self, again: bool = False) -> None:
        connection = self._host.connection
        if connection is None or (self._state.is_known(connection) and not again):
            return  # connection-initial-once
        if self._has_key():
            self._state.report(self._state.announce(connection))

    async def _announce(self) -> None:
        connection = self._host.connection
        self._announce_now(again=connection is not None and connection.has_initial_states)
        await self._flush()

    async def _flush(self) -> None:
        """Call the application's `send`, if it has its own, with what is queued for it."""
        if self._host is not self.session:
            await self._host.flush()

    async def _on_get(self, _: JSON) -> None:
        self._host.counters.received_gets += 1
        if (connection := self._host.connection) is not None:
            self._host.intake.spend(self._state.size, 0)
            self._state.report(self._state.announce(connection))
        await self._flush()

    async def _on_set(self, state: JSON) -> None:
        self._host.counters.received_states += 1
        self._write(self._state.receive_state, state)
        await self._flush()

    async def _on_patch(self, patch: JSON) -> None:
        self._host.counters.received_patches += 1
        self._write(self._state.receive_patch, patch)
        await self._flush()

    def _write(self, receive: Callable[[Connection | None, JSON], None], data: JSON) -> None:
        connection = self._host.connection
        if not self._state.write(receive, connection, data) and connection is not None:
            self._host.intake.count_refusal(self._state.size)
            self._state.resync(connection)

    def _on_action(self, data: JSON) -> Awaitable[None]:
        return self._calls.act(data)

    def _on_task_start(self, data: JSON) -> Awaitable[None]:
        return self._flushed(self._calls.start(data))

    def _on_task_cancel(self, data: JSON) -> Awaitable[None]:
        return self._flushed(self._calls.cancel(data))

    def _flushed(self, call: Awaitable[None]) -> Awaitable[None]:
        """Return a call that ends when what it sends without awaiting it was sent."""
        return call if self._host is self.session else self._then_flush(call)

    async def _then_flush(self, call: Awaitable[None]) -> None:
        await call
        await self._flush()
