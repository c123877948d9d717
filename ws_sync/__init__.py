"""The reference implementation of ws-sync: keeps objects of a server in sync with a client.

    from ws_sync import Session, Sync

    class Notes:
        def __init__(self):
            self.title = ""
            self.sync = Sync("NOTES", self)

    with Session() as session:
        notes = Notes()

    @app.websocket("/ws")
    async def endpoint(ws):
        await session.handle_connection(ws)

Modules without an underscore are the public API. `_core` is the protocol without I/O, `_binding`
converts Python objects to JSON and back, `_server` is the asyncio shell.
"""

from typing import TYPE_CHECKING

from ws_sync import decorators
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync._older.callable_module import make_callable
from ws_sync._server.key_scope import get_current_sync_key_prefix, sync_key_scope
from ws_sync.decorators import (
    remote_action,
    remote_task,
    remote_task_cancel,
    sync_all,
    sync_only,
)
from ws_sync.id import get_user_session
from ws_sync.session import Session, SessionState, get_global_session, session_context
from ws_sync.sessions import Sessions
from ws_sync.sync import Sync
from ws_sync.synced_model import Synced, SyncedAsCamelCase

if TYPE_CHECKING:
    from ws_sync.decorators import sync
else:
    make_callable("ws_sync.sync", decorators.sync)

__all__ = [
    "Session",
    "SessionState",
    "Sessions",
    "Sync",
    "Synced",
    "SyncedAsCamelCase",
    "SyncedDict",
    "SyncedList",
    "get_current_sync_key_prefix",
    "get_global_session",
    "get_user_session",
    "remote_action",
    "remote_task",
    "remote_task_cancel",
    "session_context",
    "sync",
    "sync_all",
    "sync_key_scope",
    "sync_only",
]
