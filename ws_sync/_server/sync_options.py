"""The two forms of `Sync(…)`, read into one configuration.

The form of 0.5.1 has the key first: `Sync("NOTES", self, title=...)`. Later versions have the
object first: `Sync(self, "NOTES", sync_all=True)`. The first argument, or the first keyword, shows
which form is used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from logging import Logger
from types import EllipsisType
from typing import Any, TypeAlias, TypedDict

from pydantic import BaseModel

from ws_sync._binding.attribute_types import field_names
from ws_sync._binding.attributes import Names, public_names, wire_names
from ws_sync._binding.wire_names import Casing, attribute_name, casing_of
from ws_sync.exceptions import ExcludedAttribute, UnknownAttribute

_signature = lru_cache(inspect.signature)

Functions: TypeAlias = Mapping[str, Callable[..., Any]]
Pair: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


class SyncOptions(TypedDict, total=False):
    """The options of the decorators and of `Sync`.

    Attributes:
        include: attributes to sync; a mapping gives their names on the wire.
        exclude: attributes not to sync.
        toCamelCase: whether names on the wire are in camel case.
        send_on_init: whether the state is sent on each new connection.
        expose_running_tasks: whether the names of running tasks are part of the state.
        logger: None for the session's.
        read_only: attributes that only the server changes.
    """

    include: Names | None
    exclude: Iterable[str] | None
    toCamelCase: bool | None
    send_on_init: bool
    expose_running_tasks: bool
    logger: Logger | None
    read_only: Iterable[str] | None


@dataclass(frozen=True)
class Configuration:
    """How an object is synced.

    Raises:
        UnknownAttribute: an attribute that is excluded or read-only does not exist.
        ExcludedAttribute: an attribute is both included and excluded.

    Attributes:
        obj: the object.
        key: the key of its document.
        everything: whether all public attributes are synced, besides those in `include`.
        include: attributes that are synced, with their names on the wire.
        exclude: attributes that are not synced.
        read_only: attributes that only the server changes.
        camel: whether names on the wire are in camel case.
        running_tasks: name on the wire of the running tasks; None hides them.
        send_on_init: whether the document is announced on each new connection.
        session: the session, which is not used here; None for that of the context.
        logger: None for the session's.
        actions: functions by name, or one function that is called with the whole data.
        tasks: functions by name, or two that start and cancel, called with the whole data.
        task_cancels: functions that are called in a cancelled task, by name.
        keep: whether the session keeps the object alive.
    """

    obj: object
    key: str
    everything: bool
    include: Mapping[str, str]
    exclude: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    camel: bool = False
    running_tasks: str | None = None
    send_on_init: bool = True
    session: Any = None
    logger: Logger | None = None
    actions: Functions | Callable[..., Any] = field(default_factory=dict)
    tasks: Functions | Pair = field(default_factory=dict)
    task_cancels: Functions = field(default_factory=dict)
    keep: bool = False

    def __post_init__(self) -> None:
        known = dir(self.obj) if self.exclude or self.read_only else ()
        for name in self.exclude | self.read_only:
            if name not in known:  # a typo would leave open what it should guard
                raise UnknownAttribute(self.obj, name)
        for name in self.exclude & self.include.keys():
            raise ExcludedAttribute(self.obj, name)

    @property
    def casing(self) -> Casing | None:
        """Makes the names on the wire of parameters; None if they stay as they are."""
        return casing_of(type(self.obj), self.camel)

    def others(self, excluded: Callable[[object], bool]) -> dict[str, str]:
        """Return the names on the wire of the attributes not in `include` or `exclude`.

        Args:
            excluded: returns for a value whether to leave it out; see `public_names`.
        """
        cls = type(self.obj)
        names = field_names(cls) if issubclass(cls, BaseModel) else public_names(self.obj, excluded)
        return {
            name: attribute_name(cls, self.camel, name)
            for name in names
            if name not in self.exclude and name not in self.include
        }


def configure(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Configuration:
    """Read the arguments of `Sync`.

    Raises:
        TypeError: they fit neither form.
    """
    names_key = isinstance(args[0], str) if args else next(iter(kwargs), None) == "key"
    read = key_first if names_key else object_first
    try:
        _signature(read).bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"Sync(): {error}") from None
    return read(*args, **kwargs)


def options_by_name(*args: Any, **options: Any) -> dict[str, Any]:
    """Return by name the options of the later form, from `sync_all` on.

    Raises:
        TypeError: there are too many, or one is given twice.
    """
    names = tuple(_signature(object_first).parameters)[2:]
    if len(args) > len(names):
        raise TypeError(f"too many positional arguments: {len(args)}, at most {len(names)}")
    by_position = dict(zip(names, args, strict=False))
    if twice := by_position.keys() & options:
        raise TypeError(f"multiple values for argument {min(twice)!r}")
    return {**by_position, **options}


def options_of_class(*args: Any, **options: Any) -> dict[str, Any]:
    """Return by name the options that a decorator was called with, from `sync_all` on.

    Raises:
        TypeError: one of them is not an option of a decorator.
    """
    try:
        given = options_by_name(*args, **options)
        _signature(object_first).bind(None, "", **given)
    except TypeError as error:
        raise TypeError(f"sync(): {error}") from None
    if extra := given.keys() - SyncOptions.__optional_keys__ - {"sync_all"}:
        raise TypeError(f"sync(): {min(extra)!r} is an option of Sync, not of a decorator")
    return given


def key_first(
    key: str,
    obj: object,
    session: Any = None,
    on_action: Callable[..., Any] | Functions | None = None,
    tasks: Functions | Pair | None = None,
    on_task_cancel: Functions | None = None,
    send_on_init: bool = True,
    expose_running_tasks: bool = False,
    logger: Logger | None = None,
    **sync_attributes: str | EllipsisType,
) -> Configuration:
    """Read the arguments of the form of 0.5.1."""
    return Configuration(
        obj=obj,
        key=key,
        everything=not sync_attributes,
        include=wire_names(sync_attributes, partial(attribute_name, type(obj), False)),
        running_tasks="runningTasks" if expose_running_tasks else None,
        send_on_init=send_on_init,
        session=session,
        logger=logger,
        actions=on_action or {},
        tasks=tasks or {},
        task_cancels=on_task_cancel or {},
        keep=True,
    )


def object_first(
    obj: object,
    key: str,
    sync_all: bool = False,
    include: Names | None = None,
    exclude: Iterable[str] | None = None,
    toCamelCase: bool | None = None,  # noqa: N803  # the name that users know
    send_on_init: bool = True,
    expose_running_tasks: bool = False,
    logger: Logger | None = None,
    actions: Functions | None = None,
    tasks: Functions | Pair | None = None,
    task_cancels: Functions | None = None,
    session: Any = None,
    read_only: Iterable[str] | None = None,
) -> Configuration:
    """Read the arguments of the form of later versions."""
    casing = casing_of(type(obj), toCamelCase) or str
    return Configuration(
        obj=obj,
        key=key,
        everything=sync_all,
        include=wire_names(include or (), partial(attribute_name, type(obj), toCamelCase)),
        exclude=frozenset(exclude or ()),
        read_only=frozenset(read_only or ()),
        camel=bool(toCamelCase),
        running_tasks=casing("running_tasks") if expose_running_tasks else None,
        send_on_init=send_on_init,
        session=session,
        logger=logger,
        actions=actions or {},
        tasks=tasks or {},
        task_cancels=task_cancels or {},
    )
