"""Decorators: `@sync_all` and others for `__init__` or a class, `@remote_action` for methods.

    class Notes:
        @sync_all("NOTES")
        def __init__(self):
            self.title = ""

        @remote_action("RENAME")
        async def rename(self, title: str):
            self.title = title
            await self.sync()

An object gets one `Sync`, as `self.sync`, after its outermost `__init__` has returned. The options
are those of its class, or of the nearest base class with options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from logging import Logger
from types import EllipsisType
from typing import Any, Protocol, TypeVar, Unpack, cast, overload

from ws_sync._binding.markers import CONFIGURATION, Mark, mark
from ws_sync._server.sync_options import SyncOptions, options_of_class
from ws_sync.sync import Sync
from ws_sync.synced_model import Synced

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=Callable[..., Any])

_unfinished: set[int] = set()
"""Ids of the objects whose outermost `__init__` is running."""


class RemoteTask(Protocol):
    """A method that the client can start as a task."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the method."""

    @property
    def cancel(self) -> Callable[[Any], Any]:
        """Decorator for the method that is called in the task when it is cancelled."""


def sync(
    key: str | None = None,
    sync_all: bool = False,
    *args: Any,
    **options: Unpack[SyncOptions],
) -> Callable[[T], T]:
    """Sync the objects of a class; decorates the class or its `__init__`.

    Args:
        key: the key; the name of the object's class when None.
        sync_all: whether all attributes are synced whose name does not begin with an underscore.
        args: options by position, in the order of older versions.
        options: see `SyncOptions`.

    Raises:
        TypeError: there is no such option.
    """
    given = options_of_class(sync_all, *args, **options)

    def decorate(target: T) -> T:
        if isinstance(target, type):
            _configure(target, key, given)
            return target
        return cast("T", _Initialiser(target, key, given))

    return decorate


def sync_all(
    key: str | None = None, *args: Any, **options: Unpack[SyncOptions]
) -> Callable[[T], T]:
    """Sync all attributes whose name does not begin with an underscore; see `sync`."""
    return sync(key, True, *args, **options)


def sync_only(
    _key: str | None = None,
    _toCamelCase: bool = False,  # noqa: N803  # the name that users know
    _send_on_init: bool = True,
    _expose_running_tasks: bool = False,
    _logger: Logger | None = None,
    _read_only: Iterable[str] = (),
    **attributes: str | EllipsisType,
) -> Callable[[T], T]:
    """Sync the given attributes, with their names on the wire or `...`; see `sync`."""
    return sync(
        _key,
        include=attributes,
        toCamelCase=_toCamelCase,
        send_on_init=_send_on_init,
        expose_running_tasks=_expose_running_tasks,
        logger=_logger,
        read_only=_read_only,
    )


@overload
def remote_action(key: F) -> F: ...
@overload
def remote_action(key: str | None = None) -> Callable[[F], F]: ...
def remote_action(key: Any = None) -> Any:
    """Allow the client to call a method as an action; its default name is the method's."""
    return _decorate(key, lambda method, wire: _marked(method, "remote_action", wire))


@overload
def remote_task(key: F) -> RemoteTask: ...
@overload
def remote_task(key: str | None = None) -> Callable[[F], RemoteTask]: ...
def remote_task(key: Any = None) -> Any:
    """Allow the client to start and cancel a method as a task; its default name is the method's."""

    def decorate(method: Any, wire: str) -> Any:
        method.cancel = remote_task_cancel(wire)
        return _marked(method, "remote_task", wire)

    return _decorate(key, decorate)


def remote_task_cancel(key: str) -> Callable[[F], F]:
    """Call a method in the task `key` when the task is cancelled."""

    def decorate(method: F) -> F:
        mark(method, "remote_task_cancel", key)
        return method

    return decorate


def _decorate(name: Any, decorate: Callable[[Any, str], Any]) -> Any:
    """Apply a decorator that was used with a name, with empty parentheses, or without any."""
    if callable(name):
        return decorate(name, cast("Any", name).__name__)
    return lambda method: decorate(method, name or method.__name__)


def _marked(method: Any, kind: Mark, wire: str) -> Any:
    mark(method, kind, wire)
    return method


class _Initialiser:
    """A decorated `__init__`, until its class is created."""

    def __init__(self, init: Callable[..., Any], key: str | None, options: dict[str, Any]) -> None:
        self._init = init
        self._key = key
        self._options = options

    def __set_name__(self, owner: type, name: str) -> None:
        setattr(owner, name, self._init)
        _configure(owner, self._key, self._options)


def _configure(cls: type, key: str | None, options: dict[str, Any]) -> None:
    """Store the options, and create a `Sync` for each object of a class and its subclasses."""
    inherits = hasattr(cls, CONFIGURATION)
    setattr(cls, CONFIGURATION, (key, options))
    if issubclass(cls, Synced):
        return  # a model creates its `Sync` itself
    _wrap_init(cls)
    if not inherits:
        _wrap_subclasses(cls)


def _wrap_subclasses(cls: Any) -> None:
    own = vars(cls).get("__init_subclass__")

    def init_subclass(subclass: Any, /, **kwargs: Any) -> None:
        if own is None:
            super(cls, subclass).__init_subclass__(**kwargs)
        else:
            own.__func__(subclass, **kwargs)
        if "__init__" in vars(subclass):
            _wrap_init(subclass)

    cls.__init_subclass__ = classmethod(init_subclass)


def _wrap_init(cls: Any) -> None:
    init = cls.__init__

    @wraps(init)
    def synced_init(self: Any, *args: Any, **kwargs: Any) -> None:
        if id(self) in _unfinished:  # called by the `__init__` of a subclass
            init(self, *args, **kwargs)
            return
        _unfinished.add(id(self))
        try:
            init(self, *args, **kwargs)
        finally:
            _unfinished.discard(id(self))
        key, options = getattr(self, CONFIGURATION)
        self.sync = Sync(self, key or type(self).__name__, **options)

    cls.__init__ = synced_init
