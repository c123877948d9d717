"""The identification handshake: who is there, and which of their sessions is meant.

The two ids are what the client says; an application that guards something verifies them.
"""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ws_sync.codec import JSON, decode, frame
from ws_sync.events import REQUEST_USER_SESSION, USER_SESSION
from ws_sync.exceptions import MalformedFrame, brief
from ws_sync.logs import Log, about, peer_of
from ws_sync.metrics import outside
from ws_sync.transport import turn_away

FAILED = 4401
"""Close code of a connection whose client did not identify itself."""

_log = Log()


async def get_user_session(
    ws: WebSocket,
    timeout: float = 10.0,  # noqa: ASYNC109  # a deadline of the protocol
) -> tuple[str, str] | tuple[None, None]:
    """Ask the client for its user and session ids; the first thing to do with a connection.

    The socket is accepted when it was not yet. The caller goes on with the session that belongs to
    the pair.

    Args:
        ws: the WebSocket; Starlette's or another `Transport`. Only with Starlette's name in its
            signature can FastAPI take this function for a dependency.
        timeout: seconds that the client has for its answer.

    Returns:
        The user and the session; or two Nones when the client gave none, in which case the
        connection is closed. Nothing that a client does makes this raise.
    """
    try:
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        await ws.send_text(frame(REQUEST_USER_SESSION))  # session-identify-request
        async with asyncio.timeout(timeout):
            message = await ws.receive()
        return _ids(message.get("text"))
    except (MalformedFrame, TimeoutError) as error:
        reason = brief(str(error) or "no answer in time")
        outside.without_identity += 1
        _log.warning(
            "no identification: %s", reason,
            extra=about("no-identification", "session-identify-refuse", error=reason,
                        peer=peer_of(ws), code=FAILED),
        )  # fmt: skip
    except (WebSocketDisconnect, OSError, RuntimeError):  # the client has left
        return None, None
    await turn_away(ws, FAILED, "identification failed")
    return None, None


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
    return value
