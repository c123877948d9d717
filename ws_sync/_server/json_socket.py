"""WebSockets that have only Starlette's methods for JSON: mocks and fakes of unit tests, wrappers.

PyPI's `ws-sync` calls `send_json`, `send_bytes`, `receive_json`, `receive_bytes`, `accept` and
`close`, and nothing else. So a fake with these methods is enough for it, and for this library. A
subclass of Starlette's `WebSocket` that overrides the methods for JSON is called by them too.
"""

from __future__ import annotations

from typing import Any, cast

import orjson
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketState

from ws_sync._core.json.codec import dump
from ws_sync._core.protocol.events import BIN_META
from ws_sync._server.transport import Transport

_JSON_METHODS = ("send_json", "receive_json")


def transport_of(ws: Any) -> Transport:
    """Return a WebSocket as a `Transport`; its methods are looked up in its class."""
    cls: Any = type(ws)
    if issubclass(cls, JsonSocket):
        is_transport = True
    elif issubclass(cls, WebSocket):
        methods = [(getattr(cls, name), getattr(WebSocket, name)) for name in _JSON_METHODS]
        is_transport = all(method is original for method, original in methods)
    else:
        is_transport = all(hasattr(cls, name) for name in ("send_text", "receive"))
    return cast("Transport", ws if is_transport else JsonSocket(ws))


def original(transport: Transport | None) -> Any:
    """Return the WebSocket that the application passed to `transport_of`."""
    return transport.ws if isinstance(transport, JsonSocket) else transport


def is_fake(ws: Any) -> bool:
    """Return whether nothing behind the WebSocket of a connection needs the state first."""
    if ws is None:
        return True
    return isinstance(ws, JsonSocket) and not issubclass(type(ws.ws), WebSocket)


class JsonSocket:
    """A WebSocket that is used by its methods for JSON.

    Attributes:
        ws: the WebSocket of the application.
    """

    def __init__(self, ws: Any) -> None:
        self.ws = ws
        self._state = WebSocketState.CONNECTED
        self._expects_bytes = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonSocket) and self.ws is other.ws

    def __hash__(self) -> int:
        return id(self.ws)

    @property
    def application_state(self) -> WebSocketState:
        """The state of the WebSocket, or whether it was closed here if it has none."""
        return self._state_of("application_state", self._state)

    @property
    def client_state(self) -> WebSocketState:
        """The state of the peer; CONNECTED if the WebSocket has none, so it will be closed."""
        return self._state_of("client_state", WebSocketState.CONNECTED)

    def _state_of(self, name: str, default: WebSocketState) -> WebSocketState:
        state = getattr(self.ws, name, None)
        return state if isinstance(state, WebSocketState) else default

    @property
    def client(self) -> Any:
        """Host and port of the peer; None if they are unknown."""
        return getattr(self.ws, "client", None)

    @property
    def headers(self) -> Headers:
        """The headers of the handshake; none if it has none."""
        headers = getattr(self.ws, "headers", None)
        return headers if isinstance(headers, Headers) else Headers({})

    async def accept(self) -> None:
        """Accept the handshake."""
        await self.ws.accept()

    async def send_text(self, data: str) -> None:
        """Send a text frame."""
        await self.ws.send_json(orjson.loads(data))

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self.ws.send_bytes(data)

    async def receive(self) -> dict[str, Any]:
        """Wait for the next event; see `Transport`."""
        try:
            if self._expects_bytes:
                self._expects_bytes = False
                return {"type": "websocket.receive", "bytes": await self.ws.receive_bytes()}
            event = await self.ws.receive_json()
            text = dump(event).text.decode()
        except Exception:  # noqa: BLE001  # it has left, or has nothing more to say
            return {"type": "websocket.disconnect"}
        self._expects_bytes = type(event) is dict and event.get("type") == BIN_META
        return {"type": "websocket.receive", "text": text}

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close; a fake gets no close code."""
        self._state = WebSocketState.DISCONNECTED
        if issubclass(type(self.ws), WebSocket):
            await self.ws.close(code, reason)
        else:
            await self.ws.close()
