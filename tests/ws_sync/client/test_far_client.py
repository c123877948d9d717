"""The Python client types at a round trip of 300 ms (state-crossing)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.delaying_relay import delaying_relay
from tests.ws_sync.harness import DEADLINE, Server
from ws_sync import Session, Sync, remote_action, sync_all
from ws_sync.client import Client

pytestmark = pytest.mark.io

ROUND_TRIP = 0.3
KEYS = 12


class Notes:
    @sync_all("NOTES")
    def __init__(self) -> None:
        self.title = ""
        self.items = [{"id": 0, "text": ""}, {"id": 1, "text": ""}]
        self.seen = 0

    sync: Sync

    @remote_action("look")
    async def look(self, number: int) -> None:
        """Show how far the user came; once, change the element beside."""
        if number == KEYS // 2:
            self.items[0]["text"] = "changed by the server"
        self.seen = number
        await self.sync()


async def type_keys(client: Client) -> list[dict[str, Any]]:
    """Type one key in each round trip; return the states in which a key had disappeared."""
    lost: list[dict[str, Any]] = []
    typed = ""
    changed = asyncio.Event()

    def look(_: object) -> None:
        changed.set()
        state = client.state("NOTES")
        if not state["title"] == state["items"][1]["text"] == typed:
            lost.append(state)

    client.on_change(look)
    for number in range(1, KEYS + 1):
        typed += "x"
        async with client.edit("NOTES") as notes:
            notes["title"] = notes["items"][1]["text"] = typed
        await client.call("NOTES", "look", number=number)
        while client.state("NOTES")["seen"] < number:
            changed.clear()
            await changed.wait()
    return lost


async def test_user_who_types_far_away_is_not_reset() -> None:
    session = Session()
    with session:
        notes = Notes()
    async with (
        asyncio.timeout(DEADLINE),
        Server(session) as server,
        delaying_relay(server.port, ROUND_TRIP) as port,
        Client(f"ws://127.0.0.1:{port}/") as client,
    ):
        await client.synced("NOTES")
        assert await type_keys(client) == []
        await client.synced("NOTES")
        copy = client.state("NOTES")
    assert copy == {"title": notes.title, "items": notes.items, "seen": KEYS}
    assert notes.items[0]["text"] == "changed by the server"
    assert notes.title == notes.items[1]["text"] == "x" * KEYS
