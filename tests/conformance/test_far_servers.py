"""The kit judges a server that is far away."""

from __future__ import annotations

import pytest

from tests.conformance.kit import run_kit
from tests.delaying_relay import delaying_relay
from tests.ws_sync.harness import Server
from ws_sync._apps.testee import make_routes

pytestmark = pytest.mark.io

CASE = "patch/every-patch-fits-the-copy-of-the-client"
"""It writes once in each round trip, so a repetition at the wrong moment resets its copy."""


async def test_reference_is_conformant_at_a_round_trip_of_300_ms() -> None:
    async with Server(make_routes().app()) as server, delaying_relay(server.port, 0.3) as port:
        url = f"ws://127.0.0.1:{port}/ws/{{session}}"
        result = await run_kit("--server-url", url, "--case", CASE)
    assert result.status == 0, result.output
    assert "1 passed" in result.output
