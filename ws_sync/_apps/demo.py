"""The demo: a list of notes that several people edit, as `ws-sync serve --demo` shows it.

A `Board` is what they share, and `Notes` is one person's view of it, the object that is synced:
each session has its own, and with it a progress bar of its own. What one of them changes is
written to the board, which tells all views of it. The pages are in `web/demo`.
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
"""Characters of all notes together."""

_boards: WeakValueDictionary[str, Board] = WeakValueDictionary()


class Board:
    """What the views of one board share."""

    def __init__(self) -> None:
        self.title = "Shopping"
        self.notes = ["Milk", "Bread", "A bar of chocolate"]
        self.views: WeakSet[Notes] = WeakSet()
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self) -> None:
        """Sync all views, soon."""
        for view in self.views:
            task = asyncio.get_running_loop().create_task(view.sync())
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)


class Notes:
    """One person's view of a board.

    Attributes:
        progress: how much of the export is done, from 0 to 1; None when there is none.
    """

    sync: Sync

    @sync_all("NOTES", toCamelCase=True, expose_running_tasks=True, read_only=["progress"])
    def __init__(self, board: Board) -> None:
        self.progress: float | None = None
        self._board = board
        board.views.add(self)

    @property
    def title(self) -> str:
        """The title, which is the board's."""
        return self._board.title

    @title.setter
    def title(self, title: str) -> None:
        if not isinstance(title, str) or len(title) > MAX_LENGTH:
            raise ValueError("a title is a text")
        self._board.title = title
        self._board.tell()

    @property
    def notes(self) -> list[str]:
        """The notes, which are the board's."""
        return self._board.notes

    @notes.setter
    def notes(self, notes: list[str]) -> None:
        if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
            raise ValueError("notes are a list of texts")
        if len(notes) > MAX_NOTES or sum(map(len, notes)) > MAX_LENGTH:
            raise ValueError("that is too much")
        self._board.notes = notes
        self._board.tell()

    @property
    def total_length(self) -> int:
        """How many characters all notes have."""
        return sum(len(note) for note in self.notes)

    @remote_action("ADD")
    async def add(self, note: str) -> None:
        """Add a note; the client calls it by its name, ADD."""
        self.notes = [*self.notes, note]

    @remote_action("SHOUT")
    async def shout(self) -> None:
        """Change every note, and say so."""
        self.notes = [note.upper() for note in self.notes]
        await self.sync.toast(f"{len(self.notes)} notes are louder now.", type="success")

    @remote_action("UPLOAD")
    async def upload(self, name: str, data: bytes) -> None:
        """Add each line of a text file as a note."""
        try:
            lines = [line.strip() for line in data.decode().splitlines() if line.strip()]
            self.notes = [*self.notes, *lines]
        except ValueError:  # it is no text, or too much
            await self.sync.toast(f"{name} is no text, or too long.", type="error")
        else:
            await self.sync.toast(f"{len(lines)} notes came from {name}.", type="info")

    @remote_action("DOWNLOAD")
    async def download(self) -> None:
        """Hand the notes to the person as a file."""
        await self.sync.download("notes.txt", self._as_file())

    @remote_task("EXPORT")
    async def export(self, seconds: float = 4.0) -> None:
        """Make that file slowly, so that there is something to see and to cancel."""
        try:
            for step in range(41):
                self.progress = step / 40
                await self.sync()
                await asyncio.sleep(max(0.0, min(seconds, 60.0)) / 40)
        finally:
            self.progress = None
        await self.sync.download("export.txt", self._as_file())

    @export.cancel
    async def tell_of_end(self) -> None:
        """Say that there will be no file."""
        await self.sync.toast("The export was cancelled.", type="warning")

    def _as_file(self) -> bytes:
        return "".join(f"{line}\n" for line in [self.title, "", *self.notes]).encode()


async def view_for(identity: Hashable) -> Notes:
    """Make the view of a session: the one called `board.anything` sees the board `board`.

    Of sessions that clients identify, all of one user see the same board. It is a coroutine because
    views share boards, and another function would run in a thread.
    """
    name = identity[0] if isinstance(identity, tuple) else str(identity).partition(".")[0]
    board = _boards.get(name)
    if board is None:
        board = _boards[name] = Board()
    return Notes(board)


def make_routes(origins: Iterable[str] = ()) -> Routes:
    """Make the store of the demo's sessions, with none yet, and its endpoints."""
    return Routes(Sessions(view_for, limit=200, grace=600, origins=origins))
