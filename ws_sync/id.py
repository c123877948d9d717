"""The identification handshake: which user a client is, and which of their sessions it wants.

The client sends the two ids, and anyone who knows them can open the session. An application that
protects data verifies them with a hook (security-identity), such as `tokens.Tokens`.
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
from ws_sync._older.errors import InvalidUserSessionError, InvalidUserSessionMessageError
from ws_sync._server.invoke import call_hook
from ws_sync._server.json_socket import transport_of
from ws_sync._server.origin import Origins, admit
from ws_sync._server.transport import Transport, identified_within, reject
from ws_sync.exceptions import MalformedFrame, shorten
from ws_sync.metrics import outside

__all__ = ["InvalidUserSessionError", "InvalidUserSessionMessageError", "get_user_session"]

MAX_ID = 8192
"""The most characters of an id: it uses memory, and verifying a token hashes all of it."""

Pair: TypeAlias = tuple[str, str]
"""A user, and one of their sessions."""

Verify: TypeAlias = Callable[[str, str], Pair | bool | Awaitable[Pair | bool | None] | None]
"""Verifies the user and the session that a client sends: a hook of the application.

It returns the verified user and session, which may differ from those sent; or True when those sent
are verified; or None or False when they are not. A plain function runs in a thread.
"""

_log = Log()


async def get_user_session(
    ws: WebSocket,
    timeout: float = 10.0,  # noqa: ASYNC109  # a deadline of the protocol
    *,
    verify: Verify | None = None,
    origins: str | Iterable[str] | Origins = (),
) -> tuple[str, str] | tuple[None, None]:
    """Ask the client for its user and session ids, before anything else on a connection.

    Accepts the WebSocket if it was not accepted yet. The caller then calls
    `session.handle_connection(ws)` of the session that belongs to the pair. FastAPI can use this
    function as a dependency (session-identify-request, session-identify-refuse).

    Args:
        ws: the WebSocket; Starlette's or another `Transport`.
        timeout: seconds for the client's answer and its verification together.
        verify: verifies the two ids; None accepts any.
        origins: web pages of these origins may connect too, see `docs/security.md`; the session
            need not check them again.

    Returns:
        The user and the session; or two Nones, and the connection is closed. A client can't make
        this raise.
    """
    deadline = asyncio.get_running_loop().time() + timeout
    transport = transport_of(ws)
    if not await admit(transport, Origins.of(origins), _log):
        return None, None
    pair = await _ask(transport, deadline)
    if pair is not None and verify is not None:
        pair = await _verify(transport, verify, pair, deadline)
    return pair or (None, None)


# FastAPI fills each parameter in a dependency's signature from the query of the URL. A client must
# not choose its own timeout and origins, so the signature shows only `ws`.
get_user_session.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [inspect.Parameter("ws", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=WebSocket)]
)


async def _ask(ws: Transport, deadline: float) -> Pair | None:
    """Ask for the two ids; return None when the client sent none, and close the connection."""
    try:
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        await ws.send_text(frame(REQUEST_USER_SESSION))  # session-identify-request
        async with asyncio.timeout_at(deadline):
            message = await ws.receive()
        identified_within[ws] = loop.time() - asked_at
        return _ids(message.get("text"))
    except (MalformedFrame, TimeoutError) as error:
        reason = shorten(str(error) or "no answer in time")
        outside.without_identity += 1
        _log.warning(
            "closing a connection that did not identify itself: %s", reason,
            extra=log_fields("no-identification", "session-identify-refuse", error=reason,
                        peer=peer_of(ws), code=CloseCode.NOT_IDENTIFIED),
        )  # fmt: skip
    except (WebSocketDisconnect, OSError, RuntimeError):  # the client has disconnected
        return None
    await reject(ws, CloseCode.NOT_IDENTIFIED, "identification failed")
    return None


async def _verify(ws: Transport, verify: Verify, given: Pair, deadline: float) -> Pair | None:
    """Call the hook; return None when it does not verify the ids, and close the connection."""
    code = CloseCode.NOT_IDENTIFIED
    try:
        async with asyncio.timeout_at(deadline):
            proven = _proven(await call_hook(verify, *given), given)
        if proven is not None:
            return proven
        _log.warning(
            "rejected user %s: not verified", shorten(repr(given[0])),
            extra=log_fields("user-refused", "security-identity", peer=peer_of(ws),
                             code=CloseCode.NOT_IDENTIFIED),
        )  # fmt: skip
    except Exception:  # noqa: BLE001  # the hook's; fail closed
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
    raise TypeError(
        f"the hook must return a user and a session, True, False or None, not {verdict!r}"
    )


def _ids(text: str | None) -> tuple[str, str]:
    if text is None:
        raise MalformedFrame("expected a text frame")
    event, data = decode(text)
    if event != USER_SESSION:  # session-identify-refuse
        raise MalformedFrame(f"expected {USER_SESSION!r}, received {event!r}")
    user, session = (_id(data, member) for member in ("user", "session"))
    return user, session


def _id(data: JSON, member: str) -> str:
    value = data.get(member) if type(data) is dict else None
    if type(value) is not str or not value:
        raise MalformedFrame(f"{member!r} must be a string that is not empty")
    if len(value) > MAX_ID:
        raise MalformedFrame(f"{member!r} must have at most {MAX_ID} characters")
    return value
