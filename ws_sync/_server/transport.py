"""What a connection asks of a WebSocket, and all that it asks.

Starlette's `WebSocket` is one. Another server's socket is one too when it has these methods, with
Starlette's meaning; `picows_server` has such a one.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Protocol

from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect, WebSocketState


class Transport(Protocol):
    """One WebSocket of a server.

    Attributes:
        application_state: CONNECTING before `accept`, DISCONNECTED after `close`.
        client_state: DISCONNECTED once `receive` has returned the peer's end.
    """

    application_state: WebSocketState
    client_state: WebSocketState

    @property
    def client(self) -> Any:
        """Host and port of the other end; None when it has none."""

    @property
    def headers(self) -> Headers:
        """Those of the handshake; the origin is judged by them."""

    async def accept(self) -> None:
        """Accept the handshake."""

    async def receive(self) -> MutableMapping[str, Any]:
        """Wait for what comes next.

        Returns:
            An ASGI event: `websocket.receive` with `text` or `bytes`, or `websocket.disconnect`.
        """

    async def send_text(self, data: str) -> None:
        """Send a text frame, as soon as the peer has read enough of what went before."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame, as `send_text` sends text."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Begin to close, with a code of RFC 6455, section 7.4."""


async def reject(ws: Transport, code: int, reason: str) -> None:
    """Close a WebSocket that is served no further; nothing that the client does makes it raise.

    One that is not accepted yet is never going to be: the handshake is answered with 403.
    """
    is_new = ws.application_state is WebSocketState.CONNECTING
    if ws.client_state is not WebSocketState.CONNECTED and not is_new:
        return
    try:
        await ws.close(code, reason)
    except (WebSocketDisconnect, OSError, RuntimeError):  # the client was faster
        return
