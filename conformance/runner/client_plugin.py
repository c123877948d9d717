"""Client mode as pytest hooks: the cases of clients, and their fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from conformance.client_mode.capabilities import lacking
from conformance.client_mode.client_under_test import ClientUnderTest, probe
from conformance.client_mode.connection import ClientConnection
from conformance.client_mode.listener import Host
from conformance.client_mode.process import ClientProgram
from conformance.errors import NO_SERVER, NOT_CONFORMANT, Kind, NotTestable, Unusable, Violation
from conformance.runner.keys import CASE, DIALOGUE, OPTIONS, RUN
from conformance.runner.options import Options

KIT = Path(__file__).resolve().parents[1]
CASES = {"server": KIT / "cases", "client": KIT / "client_cases"}

LAST = pytest.StashKey[list[ClientConnection]]()
"""The connection of the last case, for the next one."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the cases of the other side."""
    chosen = config.stash.get(OPTIONS, None)
    if chosen is None:
        return None
    other = CASES["server" if chosen.target.is_client else "client"]
    return True if collection_path == other else None


def probe_client(chosen: Options) -> None:
    """Wait for the client, measure a round trip, and find the actions that it lacks.

    Raises:
        Unusable: No client connects, or the address is not free.
    """
    asyncio.run(_probe_client(chosen))


async def _probe_client(chosen: Options) -> None:
    target = chosen.target
    host = _host(chosen)
    try:
        await host.start()
    except OSError as error:
        raise Unusable(NO_SERVER, f"cannot listen on {target.url}: {error}") from error
    program = _program(chosen)
    client = ClientUnderTest(host, target, program)
    try:
        round_trip = await probe(client)
        if round_trip is not None:
            target.lacks = await lacking(client)
    except Violation as violation:
        printed = f"; {program.printed()}" if program is not None else ""
        raise Unusable(
            NOT_CONFORMANT,
            f"the client breaks the testee contract: {violation}; see spec/testee.md, "
            f"'A client under test'{printed}",
        ) from violation
    finally:
        await host.stop()
    if round_trip is None:
        status = ""
        if program is not None and program.died():
            status = f"; its exit status is {program.status}, and {program.printed()}"
        raise Unusable(NO_SERVER, f"no client connected to {target.url}{status}")
    target.round_trip = round_trip


def _host(chosen: Options) -> Host:
    assert chosen.target.listen is not None
    return Host(*chosen.target.listen, chosen.target.deadline)


def _program(chosen: Options) -> ClientProgram | None:
    return chosen.process if isinstance(chosen.process, ClientProgram) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a case in which the client's process ends, if the case itself does not."""
    chosen = item.config.stash[OPTIONS]
    try:
        yield
    except NotTestable as error:
        if not _has_ended(chosen, SETTLING):
            raise
        raise _ended() from error
    if _has_ended(chosen, 0):
        raise _ended()


SETTLING = 0.5
"""Seconds after the end of its connection within which a process ends."""


def _has_ended(chosen: Options, seconds: float) -> bool:
    program = _program(chosen)
    return program is not None and program.ends_within(seconds)


def _ended() -> Violation:
    return Violation(
        expected="a client that runs until it receives _DISCONNECT",
        received="the end of its process",
        kind=Kind.CLOSED,
    )


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """The kit's server, the same for all cases."""
    found = _host(request.config.stash[OPTIONS])
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
def program(request: pytest.FixtureRequest) -> list[dict[str, object]]:
    """The steps of the program that the case replays."""
    replay = request.node.stash[CASE].replay
    return list(replay.program or []) if replay else []


@pytest_asyncio.fixture(loop_scope="session")
async def client(request: pytest.FixtureRequest, host: Host) -> AsyncIterator[ClientUnderTest]:
    """The client under test, connected, with the state `START`."""
    chosen = request.config.stash[OPTIONS]
    last = request.config.stash.setdefault(LAST, [])
    found = request.node.stash[DIALOGUE] = ClientUnderTest(host, chosen.target, _program(chosen))
    try:
        await found.begin(last.pop() if last else None)
    finally:
        _report_deaths(request, host)
    yield found
    last.append(found.connection)


def _report_deaths(request: pytest.FixtureRequest, host: Host) -> None:
    """Fail the run if the client died between two cases."""
    run = request.config.stash[RUN]
    before = run.outcomes[-1].case.id if run.outcomes else "the probe"
    run.problems += [f"the client died after {before}: {how}" for how in host.deaths]
    host.deaths.clear()
