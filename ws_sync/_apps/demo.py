"""The demo of `ws-sync serve --demo`: a list of notes that several people edit.

They share a `Board`. `Notes` is the view of one session, and the object that is synced; it has its
own progress bar. A change in a view is written to the board, which syncs all its views. The pages
are in `web/demo`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable
from weakref import WeakSet, WeakValueDictionary

from ws_sync._apps.routes import Routes
from ws_sync.decorators import remote_action, remote_task, sync_all
from ws_sync.sessions import Sessions
from ws_sync.sync import Sync

MAX_NOTES = 200
MAX_LENGTH = 10_000
"""The largest number of characters, of all notes together."""

_boards: WeakValueDictionary[str, Board] = WeakValueDictionary()


class Board:
    """The data that several views share."""

    def __init__(self) -> None:
        self.title = "Shopping"
        self.notes = ["Milk", "Bread", "A bar of chocolate"]
        self.views: WeakSet[Notes] = WeakSet()
        self._syncing: set[asyncio.Task[None]] = set()

    def sync_views(self) -> None:
        """Sync all views in the background."""
        for view in self.views:
            task = asyncio.get_running_loop().create_task(view.sync())
            self._syncing.add(task)
            task.add_done_callback(self._syncing.discard)


class Notes:
    """The view of a board in one session.

    Attributes:
        progress: the progress of the export, from 0 to 1; None while there is none.
    """

    sync: Sync

    @sync_all("NOTES", toCamelCase=True, expose_running_tasks=True, read_only=["progress"])
    def __init__(self, board: Board) -> None:
        self.progress: float | None = None
        self._board = board
        board.views.add(self)

    @property
    def title(self) -> str:
        """The title of the board."""
        return self._board.title

    @title.setter
    def title(self, title: str) -> None:
        if not isinstance(title, str) or len(title) > MAX_LENGTH:
            raise ValueError(f"a title must be a string of at most {MAX_LENGTH} characters")
        self._board.title = title
        self._board.sync_views()

    @property
    def notes(self) -> list[str]:
        """The notes of the board."""
        return self._board.notes

    @notes.setter
    def notes(self, notes: list[str]) -> None:
        if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
            raise ValueError("notes must be a list of strings")
        if len(notes) > MAX_NOTES or sum(map(len, notes)) > MAX_LENGTH:
            raise ValueError(f"at most {MAX_NOTES} notes and {MAX_LENGTH} characters are allowed")
        self._board.notes = notes
        self._board.sync_views()

    @property
    def total_length(self) -> int:
        """The number of characters of all notes."""
        return sum(len(note) for note in self.notes)

    @remote_action("ADD")
    async def add(self, note: str) -> None:
        """Add a note."""
        self.notes = [*self.notes, note]

    @remote_action("SHOUT")
    async def shout(self) -> None:
        """Write every note in capitals, and show a toast."""
        self.notes = [note.upper() for note in self.notes]
        await self.sync.toast(f"{len(self.notes)} notes are louder now.", type="success")

    @remote_action("UPLOAD")
    async def upload(self, name: str, data: bytes) -> None:
        """Add each line of a text file as a note."""
        try:
            lines = [line.strip() for line in data.decode().splitlines() if line.strip()]
            self.notes = [*self.notes, *lines]
        except ValueError:  # not UTF-8, or too long
            await self.sync.toast(f"{name} is not text, or too long.", type="error")
        else:
            await self.sync.toast(f"{len(lines)} notes were added from {name}.", type="info")

    @remote_action("DOWNLOAD")
    async def download(self) -> None:
        """Send the notes as a file."""
        await self.sync.download("notes.txt", self._as_file())

    @remote_task("EXPORT")
    async def export(self, seconds: float = 4.0) -> None:
        """Create the file slowly, so that its progress can be seen and cancelled."""
        try:
            for step in range(41):
                self.progress = step / 40
                await self.sync()
                await asyncio.sleep(max(0.0, min(seconds, 60.0)) / 40)
        finally:
            self.progress = None
        await self.sync.download("export.txt", self._as_file())

    @export.cancel
    async def show_cancellation(self) -> None:
        """Show a toast."""
        await self.sync.toast("The export was cancelled.", type="warning")

    def _as_file(self) -> bytes:
        return "".join(f"{line}\n" for line in [self.title, "", *self.notes]).encode()


async def view_for(identity: Hashable) -> Notes:
    """Create the view of a session: the session `board.anything` shows the board `board`.

    All identified sessions of one user show the same board. This is a coroutine function because
    views share boards, and a plain function would run in a thread.
    """
    name = identity[0] if isinstance(identity, tuple) else str(identity).partition(".")[0]
    board = _boards.get(name)
    if board is None:
        board = _boards[name] = Board()
    return Notes(board)


def make_routes(origins: Iterable[str] = ()) -> Routes:
    """Create the store of the demo's sessions, and its endpoints."""
    return Routes(Sessions(view_for, limit=200, grace=600, origins=origins))
