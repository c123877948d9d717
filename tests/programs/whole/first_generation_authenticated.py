# 0.5.1
"""A program of the first generation: the key first, everything by hand, one session for all.

Written as a user of ws-sync 0.5.1 would.
"""

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ws_sync import Session, Sync, get_global_session, get_user_session


class Notes:
    """Notes with chosen attributes, actions and tasks by name."""

    def __init__(self) -> None:
        self.title = "My Notes"
        self.notes: list[str] = []
        self.uploads: dict[str, int] = {}
        self._secret = "not synced"
        self.sync = Sync(
            "NOTES",
            self,
            on_action={
                "RENAME": self.rename,
                "ADD": self.add,
                "ADDQUIETLY": self.add_quietly,
                "UPLOAD": self.upload,
                "EXPORT": self.export,
                "ASK": self.ask,
            },
            tasks={"COUNT": self.count, "WAIT": self.wait},
            on_task_cancel={"WAIT": self.wait_cancelled},
            expose_running_tasks=True,
            title=...,
            notes=...,
            uploads=...,
            total_length="totalLength",
        )

    @property
    def total_length(self) -> int:
        """The number of characters of the notes."""
        return sum(len(note) for note in self.notes)

    async def rename(self, new_title: str) -> None:
        """Change the title."""
        self.title = new_title
        await self.sync(toast="renamed", type="success")

    async def add(self, note: str) -> None:
        """Add a note."""
        self.notes.append(note)
        await self.sync()

    async def add_quietly(self, note: str) -> None:
        """Add a note without a sync."""
        self.notes.append(note)

    async def upload(self, data: bytes, name: str) -> None:
        """Record bytes."""
        self.uploads[name] = len(data)
        await self.sync()

    async def export(self) -> None:
        """Send the notes, as a file and as bytes."""
        content = "\n".join(self.notes).encode()
        await self.sync.download("notes.txt", content)
        await self.sync.send_binary({"type": "EXPORTED", "size": len(content)}, content)

    async def ask(self, question: str) -> None:
        """Call an action of the client."""
        await self.sync.send_action({"type": "ANSWER", "question": question})

    async def count(self, steps: int) -> None:
        """Count in the title."""
        for step in range(steps):
            self.title = f"step {step + 1}"
            await self.sync()
            await asyncio.sleep(0.01)
        text = await self.sync.toast("counted", steps, type="info")
        assert text == f"counted {steps}"

    async def wait(self) -> None:
        """Run until cancelled."""
        self.title = "waiting"
        await self.sync()
        await self.sync.send_action({"type": "WAITING"})
        await asyncio.Event().wait()

    async def wait_cancelled(self) -> None:
        """Record the end of `wait`, and sync."""
        self.title = "waited"


class Settings:
    """An object with all public attributes, and a property with a setter."""

    def __init__(self) -> None:
        self.theme = "light"
        self.sizes = {"font": 12, "line": 1.5}
        self._volume = 5
        self.sync = Sync("SETTINGS", self)

    @property
    def volume(self) -> int:
        """The volume, from 0 to 10."""
        return self._volume

    @volume.setter
    def volume(self, volume: int) -> None:
        self._volume = min(10, volume)


class Log:
    """Not announced; one function handles every action."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        session = get_global_session()
        self.sync = Sync("LOG", self, session, on_action=self.act, send_on_init=False, lines=...)
        session.register_event("ping", self.ping)

    async def act(self, action: dict[str, Any]) -> None:
        """Log an action."""
        self.lines.append(action)
        await self.sync()

    async def ping(self, data: Any) -> None:
        """Answer an event of the application's own."""
        assert self.sync.session is not None
        await self.sync.session.send("pong", data)


def make_session() -> tuple[Session, list[object]]:
    """Create a session with its objects, which the caller has to keep."""
    with Session() as session:
        objects = [Notes(), Settings(), Log()]
    return session, objects


my_session, my_objects = make_session()
by_user: dict[tuple[str, str], tuple[Session, list[object]]] = {}


async def serve(ws: WebSocket, session: Session) -> None:
    """Serve a connection that was accepted."""
    try:
        await session.new_connection(ws)
        await session.handle_connection()
    finally:
        session.ws = None
        await ws.close()


async def endpoint(ws: WebSocket) -> None:
    """Serve the one session."""
    await ws.accept()
    await serve(ws, my_session)


async def authenticated(ws: WebSocket) -> None:
    """Serve the session of a user."""
    await ws.accept()
    user, session = await get_user_session(ws)
    if user is None or session is None:
        return
    if (user, session) not in by_user:
        by_user[user, session] = make_session()
    await serve(ws, by_user[user, session][0])


app = Starlette(
    routes=[WebSocketRoute("/ws", endpoint), WebSocketRoute("/auth", authenticated)],
)

DIALOGUE = r"""
connect /auth
_USER_SESSION {"user": "u", "session": "s"}
until _SET:SETTINGS
    _REQUEST_USER_SESSION
    _SET:NOTES {"notes": [], "runningTasks": [], "title": "My Notes", "totalLength": 0, "uploads": {}}
    _SET:SETTINGS {"sizes": {"font": 12, "line": 1.5}, "theme": "light", "volume": 5}
_GET:SETTINGS
until _SET:SETTINGS
    _SET:SETTINGS {"sizes": {"font": 12, "line": 1.5}, "theme": "light", "volume": 5}
_SET:SETTINGS {"_volume": 3}
_GET:SETTINGS
until _SET:SETTINGS
    0.5.1: _SET:SETTINGS {"sizes": {"font": 12, "line": 1.5}, "theme": "light", "volume": 3}
    here: _SET:SETTINGS {"sizes": {"font": 12, "line": 1.5}, "theme": "light", "volume": 5}
"""
