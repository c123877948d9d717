# 0.6.9
"""A program of the second generation: decorators, the object first, camel case, a session's state.

Written as a user of ws-sync 0.6.9 would.
"""

import asyncio
import logging
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

import ws_sync
from ws_sync import (
    Session,
    SessionState,
    Sync,
    get_user_session,
    remote_action,
    remote_task,
    remote_task_cancel,
    session_context,
    sync_all,
    sync_only,
)

logger = logging.getLogger("program")


class UserState(SessionState):
    """The state of a session besides its objects."""

    def __init__(self) -> None:
        self.connections = 0
        self.objects: list[object] = []

    async def on_connect(self) -> None:
        """Count the connection and greet."""
        self.connections += 1
        await session_context.get().send("greeting", {"connections": self.connections})

    async def on_disconnect(self) -> None:
        """Record the end."""
        logger.info("disconnected")


class Notes:
    """An object with all public attributes, in camel case, with running tasks."""

    sync: Sync

    @sync_all("NOTES", toCamelCase=True, expose_running_tasks=True, exclude=["not_sent"])
    def __init__(self) -> None:
        self.title = "My Notes"
        self.all_notes: list[dict[str, Any]] = []
        self.not_sent = "x"
        self._secret = 1

    @property
    def note_count(self) -> int:
        """The number of notes."""
        return len(self.all_notes)

    @remote_action("RENAME")
    async def rename(self, new_title: str) -> None:
        """Change the title."""
        self.title = new_title
        await self.sync(toast="renamed", type="success")

    @remote_action("ADD")
    async def add(self, text: str, done: bool = False) -> None:
        """Add a note."""
        self.all_notes.append({"text": text, "done": done})
        await self.sync()

    @remote_action("FINISH")
    async def finish(self, index: int) -> None:
        """Mark a note without a sync."""
        self.all_notes[index]["done"] = True

    @remote_action("PUBLISH")
    async def publish(self) -> None:
        """Sync."""
        await self.sync.sync()

    @remote_action("UPLOAD")
    async def upload(self, data: bytes, label: str) -> None:
        """Send bytes back."""
        await self.sync.send_binary({"type": "UPLOADED", "label": label}, data[::-1])

    @remote_action("EXPORT")
    async def export(self) -> None:
        """Send a file."""
        await self.sync.download("title.txt", self.title.encode())
        await self.sync.send_action({"type": "EXPORTED", "name": "title.txt"})

    @remote_task("COUNT")
    async def count(self, steps: int) -> None:
        """Count in the title."""
        for step in range(steps):
            self.title = f"step {step + 1}"
            await self.sync()
            await asyncio.sleep(0.01)
        await self.sync.toast("counted", steps, type="info", logger=logger)

    @remote_task("WAIT")
    async def wait(self) -> None:
        """Run until cancelled."""
        self.title = "waiting"
        await self.sync()
        await self.sync.send_action({"type": "WAITING"})
        await asyncio.Event().wait()

    @wait.cancel
    async def wait_cancelled(self) -> None:
        """Note the end of `wait`."""
        self.title = "waited"

    @remote_task("OTHER")
    async def other(self) -> None:
        """Run until cancelled, too."""
        await asyncio.Event().wait()

    @remote_task_cancel("OTHER")
    async def other_cancelled(self) -> None:
        """Note the end of `other`."""
        self.title = "the other one ended"


class Settings:
    """Chosen attributes, one of them under another name."""

    sync: Sync

    @sync_only("SETTINGS", theme=..., font_size="size")
    def __init__(self) -> None:
        self.theme = "light"
        self.font_size = 12
        self.other = 0


class Base:
    """A class that is configured by its decorator only."""

    sync: Sync

    @ws_sync.sync("GENERAL", sync_all=True, include={"value": "theValue"}, send_on_init=False)
    def __init__(self) -> None:
        self.value = 1
        self.more = [1, 2]


class Plain:
    """An object that creates its `Sync` itself."""

    def __init__(self) -> None:
        self.number = 0
        self.letters = {"a": 1}
        self.scratch = ""
        self.sync = Sync.all(self, "PLAIN", actions={"COUNT": self.count_up}, exclude=["scratch"])
        self.only = Sync.only(self, "ONLY", _toCamelCase=True, number="theNumber", letters=...)

    async def count_up(self, by: int) -> None:
        """Count, with a sync of both views."""
        self.number += by
        await self.sync()
        await self.only()


class Sessions(dict[tuple[str, str], Session]):
    """The sessions by user; the first use of a pair creates its session."""

    def __missing__(self, name: tuple[str, str]) -> Session:
        with Session(logger) as session:
            state = UserState()
            state.objects = [Notes(), Settings(), Base(), Plain()]
            session.state = state
        self[name] = session
        return session


sessions = Sessions()


async def endpoint(ws: WebSocket) -> None:
    """Serve the anonymous session."""
    await sessions["", ""].handle_connection(ws)


async def authenticated(ws: WebSocket) -> None:
    """Serve the session of a user."""
    await ws.accept()
    user, session = await get_user_session(ws)
    if user is not None and session is not None:
        await sessions[user, session].handle_connection(ws)


app = Starlette(
    routes=[WebSocketRoute("/ws", endpoint), WebSocketRoute("/auth", authenticated)],
)
session = sessions["", ""]

DIALOGUE = r"""
connect
    _SET:NOTES {"allNotes": [], "noteCount": 0, "runningTasks": [], "title": "My Notes"}
    _SET:SETTINGS {"size": 12, "theme": "light"}
    _SET:PLAIN {"letters": {"a": 1}, "number": 0}
    _SET:ONLY {"letters": {"a": 1}, "theNumber": 0}
    greeting {"connections": 1}
_GET:NOTES
    _SET:NOTES {"allNotes": [], "noteCount": 0, "runningTasks": [], "title": "My Notes"}
_ACTION:NOTES ADD {"text": "milk"}
    _PATCH:NOTES {"allNotes": [{"done": false, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "My Notes"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": false, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "My Notes"}
_ACTION:NOTES RENAME {"new_title": "Food"}
    _PATCH:NOTES {"allNotes": [{"done": false, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
    _TOAST {"message": "renamed", "type": "success"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": false, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_ACTION:NOTES FINISH {"index": 0}
_GET:SETTINGS
    _SET:SETTINGS {"size": 12, "theme": "light"}
_ACTION:NOTES PUBLISH
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "milk"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_PATCH:NOTES /allNotes/0/text "m"
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_PATCH:SETTINGS /theme "dark"
_GET:SETTINGS
    _SET:SETTINGS {"size": 12, "theme": "dark"}
_PATCH:SETTINGS /size 9
_GET:SETTINGS
    _SET:SETTINGS {"size": 9, "theme": "dark"}
_GET:GENERAL
    _SET:GENERAL {"more": [1, 2], "theValue": 1}
_ACTION:PLAIN COUNT {"by": 2}
    _PATCH:PLAIN {"letters": {"a": 1}, "number": 2}
    _PATCH:ONLY {"letters": {"a": 1}, "theNumber": 2}
_GET:ONLY
    _SET:ONLY {"letters": {"a": 1}, "theNumber": 2}
_BIN_META:NOTES UPLOAD {"label": "l"} < abc
    _BIN_META {"metadata": {"label": "l", "type": "UPLOADED"}, "type": "_ACTION:NOTES"}
    bytes 'cba'
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_ACTION:NOTES EXPORT
    _DOWNLOAD {"data": "Rm9vZA==", "filename": "title.txt"}
    _ACTION:NOTES {"name": "title.txt", "type": "EXPORTED"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "Food"}
_TASK_START:NOTES COUNT {"steps": 2}
until NOTES {"runningTasks": ["COUNT"]}
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["COUNT"], "title": "Food"}
until NOTES {"runningTasks": []}
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["COUNT"], "title": "step 2"}
    _TOAST {"message": "counted 2", "type": "info"}
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "step 2"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "step 2"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "step 2"}
_TASK_START:NOTES WAIT
until _ACTION:NOTES
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT"], "title": "waiting"}
    _ACTION:NOTES {"type": "WAITING"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT"], "title": "waiting"}
_TASK_START:NOTES OTHER
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT", "OTHER"], "title": "waiting"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT", "OTHER"], "title": "waiting"}
disconnect
connect
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT", "OTHER"], "title": "waiting"}
    _SET:SETTINGS {"size": 9, "theme": "dark"}
    _SET:PLAIN {"letters": {"a": 1}, "number": 2}
    _SET:ONLY {"letters": {"a": 1}, "theNumber": 2}
    greeting {"connections": 2}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["WAIT", "OTHER"], "title": "waiting"}
_TASK_CANCEL:NOTES WAIT
until _PATCH:NOTES
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["OTHER"], "title": "waited"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": ["OTHER"], "title": "waited"}
_TASK_CANCEL:NOTES OTHER
until _PATCH:NOTES
    _PATCH:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "the other one ended"}
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "the other one ended"}
_ACTION:NOBODY X
_GET:NOTES
    _SET:NOTES {"allNotes": [{"done": true, "text": "m"}], "noteCount": 1, "runningTasks": [], "title": "the other one ended"}
"""
