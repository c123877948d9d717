"""A server on picows, for programs that serve only ws-sync: no ASGI, no framework.

picows parses single frames. This module implements what RFC 6455 requires of messages: fragments,
reserved bits, UTF-8 and the closing handshake. Each connection runs its endpoint in its own task.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, cast
from urllib.parse import unquote

from picows import WSCloseCode as Code
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSProtocolError,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)
from starlette.datastructures import Headers
from starlette.websockets import WebSocketState

from ws_sync._apps.routes import Endpoint
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.origin import Origins, is_loopback, may_connect

MAX_MESSAGE = 16 << 20  # bytes
AHEAD = 1 << 20
"""Stop reading from the socket while more bytes than these wait for the endpoint."""
EMPTY = 512
"""The least cost of a frame, in bytes: an empty frame takes memory too."""
CLOSE_TIMEOUT = 5.0  # seconds for the closing handshake

TEXT, BINARY, CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION

_log = Log()


class Socket(WSListener):
    """One WebSocket, with the interface of Starlette's that `Connection` needs.

    Attributes:
        headers: the headers of the handshake.
        client: host and port of the peer. During the handshake it is the server's own address if
            it listens on loopback, and None otherwise.
    """

    def __init__(
        self, endpoint: Endpoint, tasks: set[asyncio.Task[None]], headers: Headers, client: Any
    ) -> None:
        super().__init__()
        self.headers = headers
        self.client = client
        self.application_state = WebSocketState.CONNECTING
        self.client_state = WebSocketState.CONNECTING
        self._endpoint = endpoint
        self._tasks = tasks
        self._transport: WSTransport
        self._received: deque[dict[str, Any]] = deque()
        self._ahead = 0  # bytes in `_received`
        self._awaited: asyncio.Future[None] | None = None
        self._kind = CONTINUATION  # of the fragmented message; CONTINUATION for none
        self._fragments = bytearray()
        self._has_ended = False  # whether the disconnect is in `_received`
        self._writable = asyncio.Event()
        self._writable.set()
        self._aborting: asyncio.TimerHandle | None = None

    async def accept(self) -> None:
        """Do nothing: picows has answered the handshake already."""
        self.application_state = WebSocketState.CONNECTED

    async def receive(self) -> MutableMapping[str, Any]:
        """Wait for a message or the disconnect."""
        while not self._received:
            self._awaited = asyncio.get_running_loop().create_future()
            await self._awaited
        message = self._received.popleft()
        if message["type"] == "websocket.disconnect":
            self.client_state = WebSocketState.DISCONNECTED
            return message
        was_ahead = self._ahead
        self._ahead -= _cost(message)
        if self._ahead <= AHEAD < was_ahead and not self._transport.is_disconnected:
            self._transport.underlying_transport.resume_reading()
        return message

    async def send_text(self, data: str) -> None:
        """Send a text frame."""
        await self._send(TEXT, data)

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self._send(BINARY, data)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Start the closing handshake; abort the connection when it takes too long."""
        self.application_state = WebSocketState.DISCONNECTED
        self._transport.send_close(cast(Code, code), reason)
        if self._ahead > AHEAD and not self._transport.is_disconnected:
            self._ahead = 0  # the endpoint reads no more
            # The peer's close frame comes after the rest.
            self._transport.underlying_transport.resume_reading()
        self._abort_later()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Start the endpoint."""
        self._transport = transport
        self.client = transport.underlying_transport.get_extra_info("peername")
        self.client_state = WebSocketState.CONNECTED
        task = asyncio.get_running_loop().create_task(self._run(), name="ws_sync endpoint")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Handle a frame.

        Raises:
            WSProtocolError: RFC 6455 forbids the frame; picows closes with the code.
        """
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:  # no extension was negotiated
            raise WSProtocolError(Code.PROTOCOL_ERROR, "reserved bits are set")
        if self._has_ended or (transport.is_close_frame_sent and kind != WSMsgType.CLOSE):
            return
        if kind == WSMsgType.CLOSE:
            self._answer_close(frame)
        elif kind in (TEXT, BINARY, CONTINUATION):
            if (kind == CONTINUATION) != bool(self._kind):
                raise WSProtocolError(Code.PROTOCOL_ERROR, "a fragment is out of place")
            if frame.fin and kind != CONTINUATION:
                self._receive_message(kind, frame.get_payload_as_bytes())
            else:
                self._receive_fragment(frame)

    def on_ws_disconnected(self, _: WSTransport) -> None:
        """Report the disconnect to the endpoint."""
        self._end(1006)
        self._writable.set()
        if self._aborting is not None:
            self._aborting.cancel()

    def pause_writing(self) -> None:
        """Stop sending: the peer reads too slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on sending."""
        self._writable.set()

    def _receive_fragment(self, frame: WSFrame) -> None:
        if len(self._fragments) + frame.payload_size > MAX_MESSAGE:
            raise WSProtocolError(Code.MESSAGE_TOO_BIG, "too big")
        if not self._kind:
            self._kind = frame.msg_type
        self._fragments += frame.get_payload_as_bytes()
        if frame.fin:
            kind, whole = self._kind, bytes(self._fragments)
            self._kind = CONTINUATION
            self._fragments.clear()
            self._receive_message(kind, whole)

    def _receive_message(self, kind: WSMsgType, payload: bytes) -> None:
        if kind == BINARY:
            message = {"type": "websocket.receive", "bytes": payload}
        else:
            try:
                message = {"type": "websocket.receive", "text": payload.decode()}
            except UnicodeDecodeError as error:
                raise WSProtocolError(Code.INVALID_TEXT, "no UTF-8") from error
        was_ahead = self._ahead
        self._ahead += _cost(message)
        if self._ahead > AHEAD >= was_ahead:
            self._transport.underlying_transport.pause_reading()
        self._put(message)

    def _answer_close(self, frame: WSFrame) -> None:
        code = cast(int, frame.get_close_code())
        if not self._transport.is_close_frame_sent:
            self._transport.send_close(cast(Code, code or 1000))
        self._transport.disconnect()
        self._abort_later()
        self._end(code or 1005)

    def _abort_later(self) -> None:
        """Abort later: a peer that has stopped reading would never finish the handshake."""
        if self._aborting is None and not self._transport.is_disconnected:
            loop = asyncio.get_running_loop()
            self._aborting = loop.call_later(CLOSE_TIMEOUT, self._transport.disconnect, False)

    def _end(self, code: int) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._put({"type": "websocket.disconnect", "code": code})

    def _put(self, message: dict[str, Any]) -> None:
        self._received.append(message)
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    async def _send(self, kind: WSMsgType, data: str | bytes) -> None:
        if not self._writable.is_set():
            await self._writable.wait()
        if self._transport.is_disconnected:
            raise ConnectionResetError("the peer has disconnected")
        self._transport.send(kind, data)

    async def _run(self) -> None:
        code = CloseCode.INTERNAL_ERROR  # connection-close-code
        try:
            await self._endpoint(self)
            code = CloseCode.NORMAL_CLOSURE
        except Exception:  # noqa: BLE001  # the application's
            _log.exception(
                "the endpoint of a connection failed",
                extra=log_fields("endpoint-failed", peer=peer_of(self), code=code),
            )
        finally:
            if not self._transport.is_close_frame_sent and not self._transport.is_disconnected:
                await self.close(code)


class Server:
    """Serves endpoints on a listening socket, in the running event loop."""

    def __init__(
        self,
        find: Callable[[str], Endpoint | None],
        origins: str | Iterable[str] | Origins = (),
    ) -> None:
        """Create a server; `start` starts it.

        Args:
            find: returns the endpoint of a path (unquoted, without the query), or None to answer
                the handshake with 404.
            origins: web pages of these origins may connect too, see `origin`; for other pages the
                handshake is answered with 403.
        """
        self._find = find
        self._origins = Origins.of(origins)
        self._client: Any = None  # the client of a socket during its handshake
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Start to serve."""
        address = listener.getsockname()
        self._client = address if isinstance(address, tuple) and is_loopback(address[0]) else None
        self._server = await ws_create_server(
            self._accept,
            sock=listener,
            max_frame_size=MAX_MESSAGE,
            websocket_handshake_timeout=10,
            enable_auto_ping=True,  # detects peers that have vanished
        )

    async def close(self, deadline: float = 5.0) -> None:
        """Stop accepting, and wait `deadline` seconds for the endpoints before cancelling them."""
        if self._server is not None:
            self._server.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=deadline)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    def _accept(self, request: WSUpgradeRequest) -> Socket | WSUpgradeResponseWithListener | None:
        path = unquote(request.path.partition(b"?")[0].decode("latin-1"))
        endpoint = self._find(path)
        if endpoint is None:
            return None
        ws = Socket(endpoint, self._tasks, _headers(request), self._client)
        if may_connect(ws, self._origins, _log):
            return ws
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(403), None)


def _headers(request: WSUpgradeRequest) -> Headers:
    raw = [(name.lower(), value) for name, value in request.headers.items()]
    return Headers(raw=[(_bytes(name), _bytes(value)) for name, value in raw])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _cost(message: dict[str, Any] | MutableMapping[str, Any]) -> int:
    payload = message.get("bytes")
    return max(EMPTY, len(message["text"] if payload is None else payload))
