"""Tests of `ws_sync.testing`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ws_sync import Session, Sync, remote_action, remote_task, sync_all
from ws_sync.exceptions import RefusedPatch
from ws_sync.testing import TestClient


class Notes:
    sync: Sync

    @sync_all("NOTES", expose_running_tasks=True)
    def __init__(self) -> None:
        self.title = "My Notes"
        self.notes: list[str] = []
        self._released = asyncio.Event()

    @property
    def total_length(self) -> int:
        return sum(len(note) for note in self.notes)

    @remote_action("ADD")
    async def add(self, note: str) -> None:
        self.notes.append(note)
        await self.sync()

    @remote_action("UPLOAD")
    async def upload(self, data: bytes, label: str) -> None:
        await self.sync.send_binary({"type": label}, data[::-1])

    @remote_action("STICK")
    async def stick(self) -> None:
        await self._released.wait()

    @remote_task("work")
    async def work(self, steps: int) -> None:
        for _ in range(steps):
            self.notes.append("x")
            await self.sync()
        await self.sync.toast("done", type="success")
        await asyncio.Event().wait()


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def notes(session: Session) -> Notes:
    with session:
        return Notes()


async def test_documents_are_mirrored_and_writes_have_happened(
    session: Session, notes: Notes
) -> None:
    async with TestClient(session) as client:
        assert client.documents["NOTES"]["title"] == "My Notes"
        await client.act("NOTES", "ADD", note="milk")
        assert client.documents["NOTES"]["total_length"] == 4
        await client.replace("NOTES", "/title", "Groceries")
        await client.patch("NOTES", {"op": "add", "path": "/notes/-", "value": "tea"})
        assert (notes.title, notes.notes) == ("Groceries", ["milk", "tea"])
        assert client.documents["NOTES"]["total_length"] == 7
        await client.set("NOTES", {"notes": []})
        assert notes.notes == []
        assert await client.get("NOTES") == client.documents["NOTES"]


async def test_refused_write_is_taken_back(session: Session, notes: Notes) -> None:
    async with TestClient(session) as client:
        await client.replace("NOTES", "/total_length", 99)
        assert client.documents["NOTES"]["total_length"] == notes.total_length == 0
        with pytest.raises(RefusedPatch):
            await client.replace("NOTES", "/nothing", 1)


async def test_tasks_bytes_and_notices(session: Session, notes: Notes) -> None:
    async with TestClient(session) as client:
        await client.start("NOTES", "work", steps=2)
        await client.until(lambda documents: documents["NOTES"]["notes"] == ["x", "x"])
        assert await client.receive("_TOAST") == {"type": "success", "message": "done"}
        assert client.documents["NOTES"]["running_tasks"] == ["work"]
        await client.cancel("NOTES", "work")
        await client.until(lambda documents: documents["NOTES"]["running_tasks"] == [])
        await client.act_with_bytes("NOTES", "UPLOAD", b"abc", label="back")
        await notes.sync.send_action({"type": "second"})
        received = [await client.receive("_ACTION:NOTES") for _ in range(2)]
        assert received == [{"type": "back", "data": b"cba"}, {"type": "second"}]


async def test_what_does_not_happen_ends_with_a_sentence(session: Session, notes: Notes) -> None:
    async with TestClient(session, timeout=0.05) as client:
        with pytest.raises(TimeoutError, match=r"_TOAST comes.*_SET:NOTES"):
            await client.receive("_TOAST")
        with pytest.raises(TimeoutError, match="My Notes"):
            await client.until(lambda documents: documents["OTHER"]["x"])
        await client.send_text("no frame at all")
        await client.settle()
        with pytest.raises(TimeoutError, match="everything sent is handled"):
            await client.act("NOTES", "STICK")
        notes._released.set()


@pytest.mark.usefixtures("notes")
async def test_newer_client_replaces_an_older_one(session: Session) -> None:
    async with TestClient(session) as older, TestClient(session) as newer:
        await older.receive("_DISCONNECT")
        await older.settle()
        assert (older.close_code, newer.close_code) == (1000, None)


async def test_object_made_while_connected_is_announced(session: Session) -> None:
    async with TestClient(session) as client:
        with session:
            kept: Any = Notes()
        await client.settle()
        assert client.documents["NOTES"]["title"] == kept.title
