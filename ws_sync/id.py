"""The identification handshake: who is there, and which of their sessions is meant.

The two ids are what the client says: whoever knows them has the session. An application that guards
something verifies them with a hook (security-identity), such as `tokens.Tokens`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ws_sync._core.json.codec import JSON, decode, frame
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.events import REQUEST_USER_SESSION, USER_SESSION
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.invoke import call
from ws_sync._server.origin import Origins, admit
from ws_sync._server.transport import Transport, reject
from ws_sync.exceptions import MalformedFrame, shorten
from ws_sync.metrics import outside

MAX_ID = 8192
"""Characters of an id: it is kept as long as its session, and a token is hashed to be checked."""

Pair: TypeAlias = tuple[str, str]
"""A user, and one of their sessions."""

Verify: TypeAlias = Callable[[str, str], Pair | bool | Awaitable[Pair | bool | None] | None]
"""Verifies the user and the session that a client gives: an application's hook, async or not.

It returns the user and the session that are proven, which need not be what was given; or True, when
they are as they were given; or None or False, when nothing is proven. One that is not async runs in
a thread.
"""

_log = Log()


async def get_user_session(
    ws: WebSocket,
    timeout: float = 10.0,  # noqa: ASYNC109  # a deadline of the protocol
    *,
    verify: Verify | None = None,
    origins: str | Iterable[str] | Origins = (),
) -> tuple[str, str] | tuple[None, None]:
    """Ask the client for its user and session ids; the first thing to do with a connection.

    The socket is accepted when it was not yet. The caller goes on with the session that belongs to
    the pair.

    Args:
        ws: the WebSocket; Starlette's or another `Transport`. Only with Starlette's name in its
            signature can FastAPI take this function for a dependency; of the rest it knows
            nothing, and no client can set it.
        timeout: seconds that the client has for its answer, and the hook for judging it.
        verify: verifies what the client gives; None: it is believed.
        origins: web pages of these may connect, besides those that always may (see `origin`); the
            session need not be told again.

    Returns:
        The user and the session; or two Nones when the client gave none, in which case the
        connection is closed. Nothing that a client does makes this raise.
    """
    deadline = asyncio.get_running_loop().time() + timeout
    if not await admit(ws, Origins.of(origins), _log):
        return None, None
    pair = await _ask(ws, deadline)
    if pair is not None and verify is not None:
        pair = await _verify(ws, verify, pair, deadline)
    return pair or (None, None)


# FastAPI takes whatever it finds in the signature of a dependency from the query of the URL, where
# the client writes: how long it may take to answer, and where it may come from.
get_user_session.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [inspect.Parameter("ws", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=WebSocket)]
)


async def _ask(ws: Transport, deadline: float) -> Pair | None:
    """Ask for the two ids; None when the client gave none, and the connection is closed."""
    try:
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        await ws.send_text(frame(REQUEST_USER_SESSION))  # session-identify-request
        async with asyncio.timeout_at(deadline):
            message = await ws.receive()
        return _ids(message.get("text"))
    except (MalformedFrame, TimeoutError) as error:
        reason = shorten(str(error) or "no answer in time")
        outside.without_identity += 1
        _log.warning(
            "no identification: %s", reason,
            extra=log_fields("no-identification", "session-identify-refuse", error=reason,
                        peer=peer_of(ws), code=CloseCode.NOT_IDENTIFIED),
        )  # fmt: skip
    except (WebSocketDisconnect, OSError, RuntimeError):  # the client has left
        return None
    await reject(ws, CloseCode.NOT_IDENTIFIED, "identification failed")
    return None


async def _verify(ws: Transport, verify: Verify, given: Pair, deadline: float) -> Pair | None:
    """Ask the application's hook; None when it proves nothing, and the connection is closed."""
    code = CloseCode.NOT_IDENTIFIED
    try:
        async with asyncio.timeout_at(deadline):
            proven = _proven(await call(verify, *given), given)
        if proven is not None:
            return proven
        _log.warning(
            "the user %s is refused", shorten(repr(given[0])),
            extra=log_fields("user-refused", "security-identity", peer=peer_of(ws),
                             code=CloseCode.NOT_IDENTIFIED),
        )  # fmt: skip
    except Exception:  # noqa: BLE001  # the application's; whoever could not be judged is not let in
        _log.exception(
            "verifying the user %s failed", shorten(repr(given[0])),
            extra=log_fields("verifying-failed", "security-identity", peer=peer_of(ws)),
        )  # fmt: skip
        code = CloseCode.INTERNAL_ERROR
    await reject(ws, code, "identification failed")
    return None


def _proven(verdict: Pair | bool | None, given: Pair) -> Pair | None:
    if verdict is True:
        return given
    if not verdict:
        return None
    if isinstance(verdict, tuple) and all(type(each) is str and each for each in verdict):
        user, session = verdict
        return user, session
    raise TypeError("a hook that verifies returns a user and a session, True, False or None")


def _ids(text: str | None) -> tuple[str, str]:
    if text is None:
        raise MalformedFrame("a binary frame, or none")
    event, data = decode(text)
    if event != USER_SESSION:  # session-identify-refuse
        raise MalformedFrame(f"{event!r} came before the identification")
    user, session = (_id(data, member) for member in ("user", "session"))
    return user, session


def _id(data: JSON, member: str) -> str:
    value = data.get(member) if type(data) is dict else None
    if type(value) is not str or not value:
        raise MalformedFrame(f"{member!r} is a string that is not empty")
    if len(value) > MAX_ID:
        raise MalformedFrame(f"{member!r} has {MAX_ID} characters at most")
    return value
