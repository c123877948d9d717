"""X-2: the ids of `_USER_SESSION` are not verified, and there is no timeout for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ws_sync import get_user_session

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage

DEADLINE = 3.0
"""Seconds after which an answer counts as missing."""

OPTIONS: dict[str, Any] = {
    "timeout": DEADLINE,
    "verify": lambda user, session: (user, "1") if session == "signed by the server" else None,
}


class Door:
    """A session that only identifies its client."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.answer: Any = "none yet"
        self._options = options

    async def new_connection(self, ws: Any) -> None:
        """Identify the client."""
        try:
            self.answer = await get_user_session(ws, **self._options)
        except TypeError:
            self.answer = await get_user_session(ws)

    async def handle_connection(self) -> None:
        """Do nothing."""


async def show(stage: Stage) -> None:
    """Send a signed session, send ids without a signature, and send nothing."""
    for session, expected in [("signed by the server", ("ann", "1")), ("1", (None, None))]:
        door = Door(OPTIONS)
        async with stage.connected(door) as peer:
            await peer.send("_USER_SESSION", {"user": "ann", "session": session})
            await asyncio.wait_for(peer.serving, DEADLINE)
            assert tuple(door.answer) == expected, f"the answer {session!r} gives {door.answer}"
    door = Door({**OPTIONS, "timeout": 0.1})
    async with stage.connected(door) as peer:
        await asyncio.wait_for(peer.serving, DEADLINE)
        assert tuple(door.answer) == (None, None)
        assert peer.closed != 1000
