"""The first look at a server: is there a testee, and how fast does it answer?

A server that is no testee gets one sentence that says why and what to do, not a hundred failures.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidStatus

from conformance.client import Connection
from conformance.expect import ClosedEarly, Violation
from conformance.peer import Peer
from conformance.spec import deviation
from conformance.target import SESSION, Target
from conformance.trace import Trace

NOT_CONFORMANT = 1
NOTHING_RAN = 2
NO_SERVER = 3

FENCES = 5
ANNOUNCED = frozenset({"_SET:TESTEE", "_SET:SECOND"})
TESTEE_HINT = "see spec/testee.md for the application that the kit drives"


class Unusable(Exception):
    """There is nothing to run the cases against.

    Attributes:
        status: The exit status: 1 not conformant, 2 a wrong option, 3 no server.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def check_url(option: str, url: str) -> None:
    """Demand a WebSocket URL.

    Raises:
        Unusable: It is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss"):
        raise Unusable(
            NOTHING_RAN, f"{option} {url!r}: a WebSocket URL begins with ws:// or wss://"
        )
    try:
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if "{" in url or "}" in url:
        raise Unusable(
            NOTHING_RAN, f"{option} {url!r}: only {SESSION} is filled in, in --server-url"
        )
    if not named:
        raise Unusable(NOTHING_RAN, f"{option} {url!r}: it names no host, or no valid port")


async def probe(target: Target) -> None:
    """Learn the testee's features and the round trip; both are set on the target.

    Raises:
        Unusable: There is no server, or no testee on it.
    """
    url = target.session_url(target.new_session())
    connection = await _connect(url, target)
    try:
        peer = Peer(connection, "", target)
        state = await _initial_state(peer, url, target.deadline)
        wrong = deviation("testee", state)
        if wrong:
            raise Unusable(
                NOT_CONFORMANT,
                f"the document TESTEE of {url} is not as the contract has it: {wrong}; "
                f"{TESTEE_HINT}",
            )
        target.features = frozenset(state["features"])
        target.round_trip = await _round_trip(peer, url)
        target.repeats = len(peer.events("_SET:TESTEE")) > 1
        if target.has_sessions:
            await _tell_sessions_apart(peer, target)
    finally:
        await connection.release()


async def _tell_sessions_apart(peer: Peer, target: Target) -> None:
    try:
        await peer.assign("text", "of the first session")
        await peer.fence()
        other = await _connect(target.session_url(target.new_session()), target)
        try:
            state = await _initial_state(Peer(other, "", target), target.url, target.deadline)
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


async def _initial_state(peer: Peer, url: str, deadline: float) -> dict[str, Any]:
    connection = peer.connection
    try:
        await connection.wait(
            lambda _: "_REQUEST_USER_SESSION" in peer.types() or ANNOUNCED.issubset(peer.types()),
            "",
            since=0,
            requirement=None,
        )
    except Violation as error:
        illegal = connection.first_violation()
        if illegal:
            fault = f"sends an illegal frame ({illegal.requirement}): {illegal}"
        elif isinstance(error, ClosedEarly):
            fault = f"does not keep a connection open: {connection.closing}"
        elif connection.received:
            missing = " and ".join(sorted(ANNOUNCED - set(peer.types())))
            fault = f"sends {', '.join(peer.types())}, but not {missing}"
        else:
            fault = f"accepts a connection and then sends nothing for {deadline:g} s"
        raise Unusable(
            NOT_CONFORMANT,
            f"{url} {fault}; a testee sends its initial state at once (connection-initial-state); "
            f"{TESTEE_HINT}",
        ) from error
    if "_REQUEST_USER_SESSION" in peer.types():
        raise Unusable(
            NOTHING_RAN,
            f"{url} asks for an identification: give it as --auth-url, and as --server-url an "
            "endpoint that does not ask",
        )
    return dict(peer.mirror())


async def _round_trip(peer: Peer, url: str) -> float:
    best = float("inf")
    try:
        for _ in range(FENCES):
            began = time.perf_counter()
            await peer.fence()
            best = min(best, time.perf_counter() - began)
    except Violation as error:
        raise Unusable(
            NOT_CONFORMANT,
            f"{url} does not answer _GET:SECOND with _SET:SECOND (state-get): {error.received}; "
            "without that the kit can order nothing",
        ) from error
    return best
