"""The connection that each task has attached to its session.

A task attaches a connection with one call (`new_connection`) and serves it with another
(`handle_connection`). If a newer connection replaces it in between, or it was rejected, the second
call must find the task's own connection, and not the one that the session has by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, ref

Attachment: TypeAlias = Callable[[], Any]
"""Returns the connection; None if it was rejected, or is gone."""

_attached: WeakKeyDictionary[asyncio.Task[Any], tuple[tuple[ref[object], Attachment], ...]]
_attached = WeakKeyDictionary()
"""The newest attachment of each task to each session.

It holds nothing strongly, because a connection may reach the task and would keep its own entry.
"""


def attach(session: object, connection: object | None) -> None:
    """Note that the running task has attached `connection` to `session`; None: it was rejected."""
    task = _current_task()
    if task is not None:
        others = [each for each in _attached.get(task, ()) if each[0]() not in (None, session)]
        attachment = (lambda: None) if connection is None else ref(connection)
        _attached[task] = (*others, (ref(session), attachment))


def attached(session: object) -> Attachment | None:
    """Return what the running task has attached to `session`; None if it never did."""
    task = _current_task()
    made = _attached.get(task, ()) if task is not None else ()
    return next((attachment for owner, attachment in made if owner() is session), None)


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # outside of any event loop
        return None
