"""Client mode as pytest hooks: which cases are collected, and what they are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from conformance.clients.guest import STARTING, Guest, probe
from conformance.clients.host import Host
from conformance.clients.link import Link
from conformance.clients.program import ClientProgram
from conformance.expect import Violation
from conformance.keys import DIALOGUE, OPTIONS
from conformance.options import Options
from conformance.probe import NO_SERVER, NOT_CONFORMANT, Unusable
from conformance.replay.collect import ReplayFile

KIT = Path(__file__).resolve().parents[1]
CASES = {"server": KIT / "cases", "client": KIT / "client_cases"}

LAST = pytest.StashKey[list[Link]]()
"""The connection of the last case, for the next one."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the cases of the other side."""
    chosen = config.stash.get(OPTIONS, None)
    if chosen is None:
        return None
    other = CASES["server" if chosen.target.is_client else "client"]
    return True if collection_path == other else None


def look(chosen: Options) -> None:
    """Wait for the client, and measure a round trip.

    Raises:
        Unusable: None comes, or the address can't be listened on.
    """
    chosen.target.round_trip = asyncio.run(_first_look(chosen))


async def _first_look(chosen: Options) -> float:
    target = chosen.target
    host = _host(chosen)
    try:
        await host.start()
    except OSError as error:
        raise Unusable(NO_SERVER, f"the kit can't listen on {target.url}: {error}") from error
    program = _program(chosen)
    try:
        round_trip = await probe(Guest(host, target, program), STARTING)
    except Violation as violation:
        raise Unusable(
            NOT_CONFORMANT,
            f"the client that connects is not as the contract has it: {violation}; see "
            "spec/testee.md, 'A client under test'",
        ) from violation
    finally:
        await host.stop()
    if round_trip is None:
        said = ""
        if program is not None and program.died():
            said = f"; its exit status is {program.status}, and {program.printed()}"
        raise Unusable(NO_SERVER, f"no client connects to {target.url}{said}")
    return round_trip


def _host(chosen: Options) -> Host:
    assert chosen.target.listen is not None
    return Host(*chosen.target.listen, chosen.target.deadline)


def _program(chosen: Options) -> ClientProgram | None:
    return chosen.process if isinstance(chosen.process, ClientProgram) else None


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """The kit's server, for all cases."""
    found = _host(request.config.stash[OPTIONS])
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
def program(request: pytest.FixtureRequest) -> list[dict[str, object]]:
    """The steps of the replay file that the case is."""
    file = request.node.getparent(ReplayFile)
    return list(file.replay.program) if file is not None else []


@pytest_asyncio.fixture(loop_scope="session")
async def guest(request: pytest.FixtureRequest, host: Host) -> AsyncIterator[Guest]:
    """The client under test, connected, with the state START."""
    chosen = request.config.stash[OPTIONS]
    last = request.config.stash.setdefault(LAST, [])
    found = request.node.stash[DIALOGUE] = Guest(host, chosen.target, _program(chosen))
    await found.begin(last.pop() if last else None)
    yield found
    last.append(found.link)
