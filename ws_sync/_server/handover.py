"""Connections that a session has let go, for the tasks that have made them.

A task makes a connection with one call and serves it with another. When a newer connection has
replaced it in between, or it was refused, the second call has to find that one, and not what the
session holds by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary, ref

if TYPE_CHECKING:
    from ws_sync._server.connection import Connection
    from ws_sync.session import Session

Gone: TypeAlias = Callable[[], "Connection | None"]
"""A weak reference to a connection; it returns None for one that was refused."""

_let_go: WeakKeyDictionary[asyncio.Task[Any], list[tuple[ref[Session], Gone]]] = WeakKeyDictionary()
"""For each task the last connection that it has made for a session and that this has let go.

Weakly, since a connection may lead to the task, and would then keep its own entry for good.
"""


def let_go(session: Session, task: asyncio.Task[Any], gone: Gone) -> None:
    """Note that the session has let go of the connection that a task has made for it."""
    others = [each for each in _let_go.get(task, ()) if each[0]() not in {None, session}]
    _let_go[task] = [*others, (ref(session), gone)]


def let_go_here(session: Session) -> Gone | None:
    """Return the newest connection of the running task, if it is not the session's any more."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # outside of any event loop
        return None
    if task is None or (session.connection is not None and session.connection.maker() is task):
        return None
    made = _let_go.get(task, ())
    return next((connection for owner, connection in made if owner() is session), None)
