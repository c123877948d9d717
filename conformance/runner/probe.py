"""The first look at a server: is there a testee or another application, and how fast is it?

A server that can not be judged gets one sentence that says why and what to do, not a hundred
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
TESTEE_HINT = "see spec/testee.md for the application that the kit drives"
AT_ONCE = (
    "a server sends the documents that it announces at once (connection-initial-state), and a "
    f"testee TESTEE and SECOND: {TESTEE_HINT}"
)


def check_url(option: str, url: str, filled: str = "") -> None:
    """Demand a WebSocket URL.

    Args:
        option: Where it was given.
        url: What was given.
        filled: What stands for something in it, such as `{session}`.

    Raises:
        Unusable: It is none.
    """
    bare = url.replace(filled, "") if filled else url
    parts = urlsplit(bare)
    if parts.scheme not in ("ws", "wss"):
        raise Unusable(
            NOTHING_RAN, f"{option} {url!r}: a WebSocket URL begins with ws:// or wss://"
        )
    try:
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if "{port}" in bare:
        raise Unusable(NOTHING_RAN, f"{option} {url!r}: {{port}} is filled in with --server-cmd")
    if "{" in bare or "}" in bare:
        raise Unusable(
            NOTHING_RAN, f"{option} {url!r}: only {SESSION} is filled in, in --server-url"
        )
    if not named:
        raise Unusable(NOTHING_RAN, f"{option} {url!r}: it names no host, or no valid port")


async def probe(target: Target, *, testee: bool = True) -> None:
    """Learn what is served and the round trip; all of it is set on the target.

    Args:
        target: The server.
        testee: Whether a testee counts as one; without, it is an application like any other.

    Raises:
        Unusable: There is no server, or neither a testee nor another application on it.
    """
    url = target.session_url(target.new_session())
    connection = await _connect(url, target)
    try:
        visitor = BlackBoxClient(connection, "", target)
        await _first_event(visitor, url, target.deadline, testee=testee)
        visitor.keys = _keys(visitor)
        foreign = visitor.keys[:1] and visitor.keys[0] not in contract.ANNOUNCED
        if foreign or not testee:
            target.round_trip = await _round_trip(visitor, url)
            target.testee = testee and not set(contract.ANNOUNCED).isdisjoint(_keys(visitor))
        if target.testee:
            await _look_at_testee(visitor, url, target)
        target.application.announced = _keys(visitor)
        target.application.fence = visitor.keys[0]
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
                f"--call {call}: the server announces no document {call.key!r}, but "
                f"{', '.join(application.announced)}",
            )


def _keys(visitor: BlackBoxClient) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.partition(":")[2] for t in visitor.types() if t[:5] == "_SET:"))


async def _look_at_testee(visitor: BlackBoxClient, url: str, target: Target) -> None:
    state = await _initial_state(visitor, url)
    wrong = deviation("testee", state)
    if wrong:
        raise Unusable(
            NOT_CONFORMANT,
            f"the document TESTEE of {url} is not as the contract has it: {wrong}; {TESTEE_HINT}",
        )
    target.features = frozenset(state["features"])
    visitor.keys = ("SECOND",)
    target.round_trip = await _round_trip(visitor, url)
    target.repeats = len(visitor.events("_SET:TESTEE")) > 1
    await _tell_sessions_apart(visitor, target)


async def _tell_sessions_apart(peer: Peer, target: Target) -> None:
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
        return  # the cases say what is wrong with it
    if state.get("text") == "of the first session":
        raise Unusable(
            NOT_CONFORMANT,
            f"{target.url}: two names put for {SESSION} share one session (session-apart); if "
            "there is only one, leave {session} out of the URL",
        )


async def _connect(url: str, target: Target) -> Connection:
    try:
        return await Connection.open(url, "A", Trace(), target.deadline)
    except InvalidStatus as error:
        raise Unusable(
            NO_SERVER,
            f"{url} answers HTTP {error.response.status_code} instead of opening a WebSocket: "
            "check the path of the URL, and that the server lets this client in",
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
            f"no server answers at {url} ({error.strerror or error}): start it, or check the "
            "host and the port",
        ) from error


async def _first_event(visitor: BlackBoxClient, url: str, deadline: float, *, testee: bool) -> None:
    """Wait for the first document, or for the question who is there."""
    beginning = {"_SET", "_REQUEST_USER_SESSION"}
    try:
        await visitor.connection.wait(
            lambda received: received.event.name in beginning, "", since=0, requirement=None
        )
    except Violation as error:
        broken = _breakage(visitor)
        silent = f"accepts a connection and then sends nothing for {deadline:g} s"
        if visitor.types():
            silent = f"sends {', '.join(visitor.types())}, but no document"
        raise Unusable(
            NOT_CONFORMANT if broken or testee else NOTHING_RAN,
            f"{url} {broken or silent + ', so there is nothing to judge'}; {AT_ONCE}",
        ) from error
    if "_REQUEST_USER_SESSION" in visitor.types():
        raise Unusable(
            NOTHING_RAN,
            f"{url} asks for an identification: give it as --auth-url, and as --server-url an "
            "endpoint that does not ask",
        )


async def _initial_state(peer: Peer, url: str) -> dict[str, Any]:
    """The state of TESTEE, when all that every testee announces has come."""
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
    """What is so wrong with a connection that nothing can be learnt from it."""
    illegal = peer.connection.first_violation()
    if illegal:
        return f"sends an illegal frame ({illegal.requirement}): {illegal}"
    if peer.connection.closing:
        return f"does not keep a connection open: {peer.connection.closing}"
    return None


async def _round_trip(visitor: BlackBoxClient, url: str) -> float:
    best = float("inf")
    key = visitor.keys[0]
    try:
        for _ in range(FENCES):
            began = time.perf_counter()
            await visitor.fence()
            best = min(best, time.perf_counter() - began)
    except Violation as error:
        raise Unusable(
            NOT_CONFORMANT,
            f"{url} does not answer _GET:{key} with _SET:{key} (state-get): {error.received}; "
            "without that the kit can order nothing",
        ) from error
    return best
