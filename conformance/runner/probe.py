"""The probe of a server: whether it serves a testee or another application, and the round trip.

A server that can't be judged gets one sentence that says why and what to do, instead of a hundred
failures.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidStatus

from conformance.blackbox.client import BlackBoxClient
from conformance.driver.application import BURST, Application
from conformance.driver.connection import Connection
from conformance.driver.peer import Peer
from conformance.driver.target import SESSION, Target
from conformance.driver.trace import Trace
from conformance.errors import NO_SERVER, NOT_CONFORMANT, NOTHING_RAN, Unusable, Violation
from conformance.protocol import contract
from conformance.spec import deviation

FENCES = 5
ANNOUNCED = frozenset({"_SET:TESTEE", "_SET:SECOND"})
TESTEE_HINT = "see spec/testee.md for the testee"
AT_ONCE = (
    "a server has to send its announced documents first (connection-initial-state), and a testee "
    f"announces TESTEE and SECOND: {TESTEE_HINT}"
)


def check_url(option: str, url: str, filled: str = "") -> None:
    """Demand a WebSocket URL.

    Raises:
        Unusable: It is invalid.
    """
    bare = url.replace(filled, "") if filled else url
    parts = urlsplit(bare)
    if parts.scheme not in ("ws", "wss"):
        raise Unusable(
            NOTHING_RAN,
            f"{option} {url!r}: write a WebSocket URL, which begins with ws:// or wss://",
        )
    try:
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if "{port}" in bare:
        raise Unusable(NOTHING_RAN, f"{option} {url!r}: {{port}} needs --server-cmd")
    if "{" in bare or "}" in bare:
        raise Unusable(
            NOTHING_RAN, f"{option} {url!r}: only {SESSION} is replaced, in --server-url"
        )
    if not named:
        raise Unusable(NOTHING_RAN, f"{option} {url!r}: it has no host, or an invalid port")


async def probe(target: Target, *, testee: bool = True) -> None:
    """Find out what a server serves, and measure the round trip; set both on the target.

    Raises:
        Unusable: There is no server, or it serves neither a testee nor another application.
    """
    url = target.session_url(target.new_session())
    connection = await _connect(url, target)
    try:
        client = BlackBoxClient(connection, "", target)
        await _first_event(client, url, target.deadline, testee=testee)
        client.keys = _keys(client)
        foreign = client.keys[:1] and client.keys[0] not in contract.ANNOUNCED
        if foreign or not testee:
            target.round_trip = await _round_trip(client, url)
            target.testee = testee and not set(contract.ANNOUNCED).isdisjoint(_keys(client))
        if target.testee:
            await _look_at_testee(client, url, target)
        target.application.announced = _keys(client)
        target.application.fence = client.keys[0]
        _demand_announced(target.application)
        if target.testee and not target.application.calls:
            target.application.calls = (BURST,)
    finally:
        await connection.release()


def _demand_announced(application: Application) -> None:
    for call in application.calls:
        if call.key not in application.announced:
            raise Unusable(
                NOTHING_RAN,
                f"--call {call}: the server announces no document {call.key!r}; it announces "
                f"{', '.join(application.announced)}",
            )


def _keys(client: BlackBoxClient) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.partition(":")[2] for t in client.types() if t[:5] == "_SET:"))


async def _look_at_testee(client: BlackBoxClient, url: str, target: Target) -> None:
    state = await _initial_state(client, url)
    wrong = deviation("testee", state)
    if wrong:
        raise Unusable(
            NOT_CONFORMANT,
            f"the document TESTEE of {url} breaks the testee contract: {wrong}; {TESTEE_HINT}",
        )
    target.features = frozenset(state["features"])
    client.keys = ("SECOND",)
    target.round_trip = await _round_trip(client, url)
    target.repeats = len(client.events("_SET:TESTEE")) > 1
    await _compare_sessions(client, target)


async def _compare_sessions(peer: Peer, target: Target) -> None:
    mark = peer.mark()
    try:
        await peer.assign("text", "of the first session")
        await peer.fence()
        target.sets = bool(peer.events("_SET:TESTEE", mark))
        if not target.has_sessions:
            return
        other = await _connect(target.session_url(target.new_session()), target)
        try:
            state = await _initial_state(Peer(other, "", target), target.url)
        finally:
            await other.release()
    except Violation:
        return  # the cases report what is wrong with it
    if state.get("text") == "of the first session":
        raise Unusable(
            NOT_CONFORMANT,
            f"{target.url}: two names for {SESSION} share one session (session-apart); if the "
            "server has only one session, remove {session} from the URL",
        )


async def _connect(url: str, target: Target) -> Connection:
    try:
        return await Connection.open(url, "A", Trace(), target.deadline)
    except InvalidStatus as error:
        raise Unusable(
            NO_SERVER,
            f"{url} answers the handshake with HTTP {error.response.status_code}: check the path "
            "of the URL, and that the server accepts this client",
        ) from error
    except TimeoutError as error:
        raise Unusable(
            NO_SERVER,
            f"{url} does not answer the WebSocket handshake within {target.deadline:g} s: "
            "check that it is a WebSocket server, or raise --time-scale",
        ) from error
    except InvalidHandshake as error:
        raise Unusable(
            NO_SERVER, f"{url} does not speak WebSocket ({error}): check the host and the port"
        ) from error
    except OSError as error:
        raise Unusable(
            NO_SERVER,
            f"no server listens at {url} ({error.strerror or error}): start it, or check the "
            "host and the port",
        ) from error


async def _first_event(client: BlackBoxClient, url: str, deadline: float, *, testee: bool) -> None:
    """Wait for the first document, or for `_REQUEST_USER_SESSION`."""
    beginning = {"_SET", "_REQUEST_USER_SESSION"}
    try:
        await client.connection.wait(
            lambda received: received.event.name in beginning, "", since=0, requirement=None
        )
    except Violation as error:
        broken = _breakage(client)
        silent = f"accepts a connection and then sends nothing for {deadline:g} s"
        if client.types():
            silent = f"sends {', '.join(client.types())}, but no document"
        raise Unusable(
            NOT_CONFORMANT if broken or testee else NOTHING_RAN,
            f"{url} {broken or f'{silent}, so there is nothing to judge'}; {AT_ONCE}",
        ) from error
    if "_REQUEST_USER_SESSION" in client.types():
        raise Unusable(
            NOTHING_RAN,
            f"{url} requests identification: give it as --auth-url, and as --server-url an "
            "endpoint that does not",
        )


async def _initial_state(peer: Peer, url: str) -> dict[str, Any]:
    """The state of TESTEE, after all documents have arrived that every testee announces."""
    try:
        await peer.connection.wait(
            lambda _: ANNOUNCED.issubset(peer.types()), "", since=0, requirement=None
        )
    except Violation as error:
        missing = " and ".join(sorted(ANNOUNCED - set(peer.types())))
        fault = _breakage(peer) or f"sends {', '.join(peer.types())}, but not {missing}"
        raise Unusable(NOT_CONFORMANT, f"{url} {fault}; {AT_ONCE}") from error
    return dict(peer.mirror())


def _breakage(peer: Peer) -> str | None:
    illegal = peer.connection.first_violation()
    if illegal:
        return f"sends an illegal frame ({illegal.requirement}): {illegal}"
    if peer.connection.closing:
        return f"closes connections: {peer.connection.closing}"
    return None


async def _round_trip(client: BlackBoxClient, url: str) -> float:
    best = float("inf")
    key = client.keys[0]
    try:
        for _ in range(FENCES):
            began = time.perf_counter()
            await client.fence()
            best = min(best, time.perf_counter() - began)
    except Violation as error:
        raise Unusable(
            NOT_CONFORMANT,
            f"{url} does not answer _GET:{key} with _SET:{key} (state-get): {error.received}; "
            "the kit needs that to know when an event has had its effect",
        ) from error
    return best
