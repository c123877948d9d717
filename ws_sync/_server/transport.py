"""The WebSocket interface that `Connection` needs.

Starlette's `WebSocket` has it. So has the socket of any server with these methods in Starlette's
meaning, such as `_apps.picows.Socket`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect, WebSocketState


class Transport(Protocol):
    """One WebSocket of a server.

    Attributes:
        application_state: CONNECTING before `accept`, DISCONNECTED after `close`.
        client_state: DISCONNECTED after `receive` has returned `websocket.disconnect`.
    """

    application_state: WebSocketState
    client_state: WebSocketState

    @property
    def client(self) -> Any:
        """Host and port of the peer; None if they are unknown."""

    @property
    def headers(self) -> Headers:
        """The headers of the handshake."""

    async def accept(self) -> None:
        """Accept the handshake."""

    async def receive(self) -> MutableMapping[str, Any]:
        """Wait for the next event.

        Returns:
            An ASGI event: `websocket.receive` with `text` or `bytes`, or `websocket.disconnect`.
        """

    async def send_text(self, data: str) -> None:
        """Send a text frame; wait if the peer reads too slowly."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame; see `send_text`."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Begin to close, with a close code of RFC 6455, section 7.4."""


identified_within: WeakKeyDictionary[Transport, float] = WeakKeyDictionary()
"""Seconds from the request for the identification to the answer, of each WebSocket that has one."""


async def reject(ws: Transport, code: int, reason: str) -> None:
    """Close a WebSocket that is not served; never raises if the client has left already.

    If it is not yet accepted, the handshake is answered with 403.
    """
    is_new = ws.application_state is WebSocketState.CONNECTING
    if ws.client_state is not WebSocketState.CONNECTED and not is_new:
        return
    try:
        await ws.close(code, reason)
    except (WebSocketDisconnect, OSError, RuntimeError):  # the client has left already
        return
