"""`Sync`: synchronises one object with a client, and lets the client call its functions.

A `Sync` refers to its object, and the session refers to the `Sync` weakly. So it lives as long as
something refers to it, most often `obj.sync`. If nothing does, the object itself keeps it. The form
of 0.5.1, with the key first, lets the session keep both, as that release did.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from logging import Logger
from types import EllipsisType
from typing import Any, Literal, NoReturn, Self, TypeAlias, Unpack, cast, overload
from weakref import proxy

from ws_sync._binding.attributes import wire_names
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
from ws_sync._server.key_scope import get_current_sync_key_prefix, sync_key_scope
from ws_sync._server.lifetime import keep, weakly
from ws_sync._server.stand_in import StandIn
from ws_sync._server.sync_options import Functions, Pair, SyncOptions, configure, options_by_name
from ws_sync._server.synced_object import SyncedObject
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

_LEVELS = {
    "message": logging.INFO,
    "info": logging.INFO,
    "success": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


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
        config = configure(args, kwargs)
        self.session = config.session or get_global_session()
        changed = weakly(self._sync_alone) if config.running_tasks is not None else _nothing
        self._synced = synced = SyncedObject(config, self.session, _host_of, changed)
        self.key = synced.key
        self.obj = config.obj
        self.send_on_init = config.send_on_init
        self.sync_attributes = synced.names
        if config.everything:
            synced.add(config.obj, config.others(lambda value: isinstance(value, Sync)))
        synced.add(config.obj, config.include)
        synced.register(self if config.keep else None)

    def __del__(self) -> None:
        synced = getattr(self, "_synced", None)
        if synced is None or not synced.is_current or self.declaration is not None:
            return  # incomplete, not in the session, garbage with its object, or kept by `obj.sync`
        session = self.session
        if synced.host is session:  # the object must not keep the session
            self.session = synced.session = synced.host = cast("Session", proxy(session))
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
        return self._synced.running_tasks

    @property
    def state_snapshot(self) -> dict[str, JSON]:
        """The document that the client holds; before any client, the state at construction.

        Assign it in order to let the next sync send the difference from another document.
        """
        return self._synced.state.snapshot()

    @state_snapshot.setter
    def state_snapshot(self, document: Mapping[str, JSON]) -> None:
        self._synced.state.replace(self._synced.host.connection, document)

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
        else:  # not `await self.sync()`: a coroutine costs time
            errors = self._synced.publish(if_since_last, self._sync_alone)
            if self._synced.host.should_yield() or errors:
                await self._synced.ending(errors)
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
        errors = self._synced.publish(if_since_last, self._sync_alone)
        if self._synced.host.should_yield() or errors:
            await self._synced.ending(errors)

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
        if (logger := logger or self._synced.config.logger) is not None:
            log = Log(logger, self._synced.host.log_context, self.key)
            level = _LEVELS.get(type, logging.DEBUG)
            log.log(level, "%s", escape_control_chars(text), extra=log_fields("toast", name=type))
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
        usual = partial(attribute_name, type(obj), self._synced.config.camel)
        self._synced.add(obj, wire_names(attributes, usual))
        self._synced.state.restart()

    def close(self) -> None:
        """Leave the session: send nothing more, and ignore events for this object."""
        self._synced.close()

    def _sync_alone(self) -> None:
        """Sync without a caller; log what goes wrong."""
        if self._overrides_sync():
            self._syncing = asyncio.ensure_future(self._call_sync())
        else:
            self._synced.publish_alone()

    async def _call_sync(self) -> None:
        try:
            await self.sync()
        except Exception as error:  # noqa: BLE001  # the application's
            self._synced.state.report([error])

    def _overrides_sync(self) -> bool:
        """Return whether `sync` is that of a subclass, or of a unit test."""
        return getattr(self.sync, "__func__", None) is not Sync.sync
