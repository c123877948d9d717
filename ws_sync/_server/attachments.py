"""The connection that each task has attached to its session.

A task attaches a connection with one call (`new_connection`) and serves it with another
(`handle_connection`). If a newer connection replaces it in between, or it was rejected, the second
call must find the task's own connection, and not the one that the session has by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

C = TypeVar("C")


class Attachment(NamedTuple, Generic[C]):
    """What a task has attached.

    Attributes:
        owner: a weak reference to the session.
        connection: a weak reference to the connection, or a function that returns None if the
            connection was rejected.
    """

    owner: ref[object]
    connection: Callable[[], C | None]


def _rejected() -> None:
    """Return no connection."""


_attached: WeakKeyDictionary[asyncio.Task[Any], tuple[Attachment[Any], ...]] = WeakKeyDictionary()
"""The newest attachment of each task to each session.

It holds nothing strongly, because a connection may reach the task and would keep its own entry.
"""


def attach(owner: object, connection: object | None) -> None:
    """Note that the running task has attached `connection` to `owner`; None: it was rejected."""
    task = asyncio.current_task()
    if task is not None:
        others = [each for each in _attached.get(task, ()) if each.owner() not in (None, owner)]
        made = _rejected if connection is None else ref(connection)
        _attached[task] = (*others, Attachment(ref(owner), made))


def attached(owner: object) -> Attachment[Any] | None:
    """Return what the running task has attached to `owner`; None if it never did."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # outside of any event loop
        return None
    made = _attached.get(task, ()) if task is not None else ()
    return next((each for each in made if each.owner() is owner), None)
