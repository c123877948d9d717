"""Decorators: `@sync_all` and others for `__init__` or a class, `@remote_action` for methods.

    class Notes:
        @sync_all("NOTES")
        def __init__(self):
            self.title = ""

        @remote_action("RENAME")
        async def rename(self, title: str):
            self.title = title
            await self.sync()

The decorated function may be any one, such as `model_post_init` or `__post_init__`. When it
returns, the object gets its `Sync`, as `self.sync`. A decorator of a class decorates its
`__init__`, or the `model_post_init` of a `Synced` model; it has no effect on the objects of a
subclass with a decorator of its own. If several decorated functions return, `self.sync` is the
`Sync` of the last one, and the older ones end unless you keep them.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from logging import Logger
from types import EllipsisType
from typing import Any, Protocol, TypeVar, Unpack, cast, overload

from pydantic import BaseModel

from ws_sync._binding.markers import CONFIGURATION, Mark, mark
from ws_sync._older.finders import (
    find_remote_actions,
    find_remote_task_cancellers,
    find_remote_tasks,
)
from ws_sync._server.sync_options import SyncOptions, options_of_class
from ws_sync.synced_model import Declaration, Synced

__all__ = [
    "RemoteTask",
    "find_remote_actions",
    "find_remote_task_cancellers",
    "find_remote_tasks",
    "remote_action",
    "remote_task",
    "remote_task_cancel",
    "sync",
    "sync_all",
    "sync_only",
]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=Callable[..., Any])


class RemoteTask(Protocol):
    """A method that the client can start as a task."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the method."""

    @property
    def cancel(self) -> Callable[[Any], Any]:
        """Decorator for the method that is called in the task when it is cancelled."""


@overload
def sync(key: T) -> T: ...
@overload
def sync(
    key: str | None = None, sync_all: bool = False, *args: Any, **options: Unpack[SyncOptions]
) -> Callable[[T], T]: ...
def sync(
    key: Any = None, sync_all: bool = False, *args: Any, **options: Unpack[SyncOptions]
) -> Any:
    """Sync the objects of a class; decorates the class, its `__init__`, or another function of it.

    Args:
        key: the key; the name of the object's class when None.
        sync_all: whether all attributes are synced whose name does not begin with an underscore.
        args: options by position, in the order of older versions.
        options: see `SyncOptions`.

    Raises:
        TypeError: there is no such option; or the class is a model without the mixin `Synced`.
    """
    given = options_of_class(sync_all, *args, **options)
    if callable(key):  # without parentheses
        return _declare(key, Declaration(None, given))
    return lambda target: _declare(target, Declaration(key, given))


@overload
def sync_all(key: T) -> T: ...
@overload
def sync_all(
    key: str | None = None, *args: Any, **options: Unpack[SyncOptions]
) -> Callable[[T], T]: ...
def sync_all(key: Any = None, *args: Any, **options: Unpack[SyncOptions]) -> Any:
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
    return lambda method: decorate(method, method.__name__ if name is None else name)


def _marked(method: Any, kind: Mark, wire: str) -> Any:
    mark(method, kind, wire)
    return method


def _declare(target: Any, declaration: Declaration) -> Any:
    if not isinstance(target, type):
        return _then(target, declaration.apply)
    if issubclass(target, BaseModel) and not issubclass(target, Synced):
        name = target.__name__
        raise TypeError(f"{name} has no place for its `Sync`: `class {name}(Synced, BaseModel)`")
    setattr(target, CONFIGURATION, declaration)
    name = "model_post_init" if issubclass(target, BaseModel) else "__init__"
    setattr(target, name, _then(_function_of(target, name), partial(_apply_own, declaration)))
    return target


def _apply_own(declaration: Declaration, obj: Any) -> None:
    if getattr(obj, CONFIGURATION) is declaration:  # no subclass has one of its own
        declaration.apply(obj)


def _then(function: Any, finish: Callable[[Any], None]) -> Any:
    """Return a function that calls `finish` with its first argument when `function` returns.

    A function that returns an awaitable has returned when that has a result.
    """

    async def finish_later(result: Awaitable[Any], obj: Any) -> Any:
        value = await result
        finish(obj)
        return value

    @wraps(function)
    def finishing(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        result = function(self, *args, **kwargs)
        if result is not None and inspect.isawaitable(result):
            return finish_later(result, self)
        finish(self)
        return result

    if not inspect.iscoroutinefunction(function):
        return finishing

    @wraps(function)
    async def finishing_coroutine(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await finishing(self, *args, **kwargs)

    return finishing_coroutine


def _function_of(cls: Any, name: str) -> Any:
    """Return a function of a class, or one that calls that of the next class in the order."""
    if name in vars(cls):
        return vars(cls)[name]

    @wraps(getattr(cls, name))
    def inherited(self: Any, /, *args: Any, **kwargs: Any) -> None:
        function = getattr(super(cls, self), name)
        if getattr(function, "__objclass__", None) is object and cls.__new__ is not object.__new__:
            function()  # the arguments are those of `__new__`
        else:
            function(*args, **kwargs)

    return inherited
