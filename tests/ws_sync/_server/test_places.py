"""Tests of `ws_sync._server.places`: who gets the places of a store."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocketState

from ws_sync import Sessions, Sync, sync_all
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._server.places import address_of
from ws_sync.limits import Limits

ATTACKER, HONEST = "192.0.2.66", "192.0.2.7"


class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self) -> None:
        self.text = ""


class Peer:
    """A WebSocket of an address, which stays until it leaves."""

    headers = Headers()

    def __init__(self, address: str | None) -> None:
        self.client = None if address is None else (address, 50000)
        self.application_state = self.client_state = WebSocketState.CONNECTED
        self.code: int | None = None
        self.left = asyncio.Event()

    async def accept(self) -> None:
        """It is accepted."""

    async def receive(self) -> MutableMapping[str, Any]:
        await self.left.wait()
        self.client_state = WebSocketState.DISCONNECTED
        return {"type": "websocket.disconnect"}

    async def send_text(self, data: str) -> None:
        """No client reads it."""

    async def send_bytes(self, data: bytes) -> None:
        """No client reads it."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:  # noqa: ARG002
        self.application_state = WebSocketState.DISCONNECTED
        self.code = code


async def visit(sessions: Sessions, address: str | None, *names: str) -> list[int | None]:
    """Begin sessions and leave them; return the close code of each."""
    codes = []
    for name in names:
        peer = Peer(address)
        peer.left.set()
        await sessions.handle_connection(peer, name)
        codes.append(peer.code)
    return codes


def names(count: int) -> list[str]:
    return [f"made up {number}" for number in range(count)]


async def test_address_gets_a_part_of_the_places() -> None:
    async with Sessions(Notes, limit=10, limits=Limits(per_address=4)) as sessions:
        codes = await visit(sessions, ATTACKER, *names(20))
        assert codes.count(1013) == 16
        assert await visit(sessions, HONEST, "ann") != [1013]
        assert sessions.get("ann") is not None
        assert len(sessions) == 5


async def test_full_store_makes_room_at_the_address_that_has_most() -> None:
    async with Sessions(Notes, limit=10, limits=Limits(per_address=None)) as sessions:
        await visit(sessions, HONEST, "ann", "bob")
        assert await visit(sessions, ATTACKER, *names(20)) == [None] * 8 + [1013] * 12
        for name in ("cid", "dan", "eve"):
            assert await visit(sessions, HONEST, name) == [None]
        assert all(sessions.get(name) for name in ("ann", "bob", "cid", "dan", "eve"))
        assert len(sessions) == 10
        assert sessions.get("made up 0") is None
        assert await visit(sessions, HONEST, "one more") == [1013]


async def test_session_with_a_client_keeps_its_place() -> None:
    async with Sessions(Notes, limit=2) as sessions:
        peers = [Peer(ATTACKER), Peer(ATTACKER)]
        serving = [
            asyncio.ensure_future(sessions.handle_connection(peer, name))
            for peer, name in zip(peers, names(2), strict=True)
        ]
        await asyncio.sleep(0)
        assert len(sessions) == 2
        assert await visit(sessions, HONEST, "ann") == [1013]
        for peer in peers:
            peer.left.set()
        await asyncio.gather(*serving)
        assert await visit(sessions, HONEST, "ann") == [None]


async def test_verified_sessions_have_no_address() -> None:
    limits = Limits(per_address=1)
    async with Sessions(Notes, limits=limits, verify=lambda *_: True) as sessions:
        assert await visit(sessions, HONEST, "ann", "bob") == [None, None]


@pytest.mark.parametrize("limit", [0, None])
async def test_places_of_ended_sessions_are_free(limit: int | None) -> None:
    limits = Limits(per_address=1, per_user=1)
    async with Sessions(Notes, grace=limit, lifetime=0, limits=limits) as sessions:
        for _ in range(3):
            [code] = await visit(sessions, HONEST, "ann")
            assert code in (None, CloseCode.SERVICE_RESTART)  # the lifetime may end in the visit
            assert await sessions.sweep() <= 1


@pytest.mark.parametrize(
    ("host", "address"),
    [
        (None, None),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_address_counts_by_what_its_owner_can_not_choose(
    host: str | None, address: str | None
) -> None:
    assert address_of(Peer(host)) == address
