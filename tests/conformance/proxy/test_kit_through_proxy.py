"""The kit through the proxy: the proxy changes no verdict, and finds faults itself.

These mutants break rules about frames or their order. The kit only makes the traffic; the findings
about the server are the watcher's own.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.conformance.kit import QUICK, run_kit
from tests.conformance.proxy.watching import Watching, watching_testee
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io

FOUND = {
    "connection": {"PatchesBeforeState": "connection-state-before-patch",
                   "BeginsWithMark": "connection-text"},
    "events": {"SendsPairs": "events-envelope"},
    "state": {"GrowsAttributes": "state-attributes-fixed"},
    "patch": {"LeavesOutNull": "patch-shape", "RemovesFromFront": "patch-applicable",
              "NeverEscapes": "patch-escaping"},
    "actions": {"NamesCallsOtherwise": "actions-shape"},
    "binary": {"SyncsBetween": "binary-pair"},
    "notices": {"ForgetsPadding": "notices-download"},
    "session": {"SaysMore": "session-takeover-disconnect"},
}  # fmt: skip
MUTANTS = [(s, name, broken) for s, found in FOUND.items() for name, broken in found.items()]


async def judge(watched: Watching, *options: str) -> int:
    """Run the kit through the proxy; return its exit status."""
    url = f"{watched.url}/ws/{{session}}"
    auth = f"--auth-url={watched.url}/auth"
    return (await run_kit("--server-url", url, auth, "--budget", "0s", *options)).status


@pytest.mark.parametrize(("section", "name", "broken"), MUTANTS, ids=[m[1] for m in MUTANTS])
async def test_mutant_is_found(section: str, name: str, broken: str) -> None:
    async with watching_testee(name) as watched:
        select = f"test_{section}.py and {broken.replace('-', '_')} or {broken}"
        status = await judge(watched, *QUICK, "-k", select)
    assert broken in watched.broken("server")
    assert status == 1


async def test_right_server_is_found_right() -> None:
    """The kit breaks rules on purpose, so only the client has faults."""
    async with watching_testee("Honest") as watched:
        sections = ("connection", "state", "patch", "binary", "session", "versioning")
        select = " or ".join(f"test_{section}.py" for section in sections)
        status = await judge(watched, "-k", select)
        assert watched.broken("server") == set()
        assert watched.suspected("server") == set()
        assert watched.watcher.totals()[0] > 1000
        assert watched.broken("client")
    assert status == 0


async def test_takeover_that_closes_the_newer_connection_is_suspected() -> None:
    async with watching_testee("CleansUpNewer") as watched:
        await judge(watched, *QUICK, "-k", "session-takeover")
    assert "session-takeover" in watched.suspected("server")


async def test_watcher_waits_for_what_a_session_owes() -> None:
    """An older connection of the same user and session gets no _DISCONNECT."""
    from websockets.asyncio.client import connect

    who = '{"type":"_USER_SESSION","data":{"user":"u","session":"s"}}'
    async with asyncio.timeout(DEADLINE), watching_testee("LeavesOpen") as watched:
        watched.watcher.deadline = 0.3
        async with connect(f"{watched.url}/auth") as older, connect(f"{watched.url}/auth") as newer:
            for ws in (older, newer):
                await ws.recv()
                await ws.send(who)
                await ws.recv()
            while not watched.suspected("server"):
                watched.heard.news.clear()
                await watched.heard.news.wait()
    assert watched.suspected("server") == {"session-takeover-disconnect"}
