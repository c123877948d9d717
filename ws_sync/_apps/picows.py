"""A server on picows, for programs that serve nothing but ws-sync: no ASGI, no framework.

picows reads single frames. What RFC 6455 says of messages is obeyed here: fragments, reserved bits,
UTF-8 and the closing handshake. Each connection runs its endpoint in a task of its own.
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
"""So many bytes may wait for the endpoint; then nothing is read from the socket."""
EMPTY = 512
"""What a frame counts at least, in bytes: an empty one takes memory too."""
CLOSE_TIMEOUT = 5.0  # seconds for the closing handshake

TEXT, BINARY, CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION

_log = Log()


class Socket(WSListener):
    """One WebSocket, which a `Connection` uses as it uses Starlette's.

    Attributes:
        headers: those of the handshake.
        client: host and port of the peer. Before it is connected they are those of the server
            if it serves this machine alone, and otherwise None.
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
        self._kind = CONTINUATION  # of the message whose fragments come in; this: of none
        self._fragments = bytearray()
        self._has_ended = False  # whether the peer's end is in `_received`
        self._writable = asyncio.Event()
        self._writable.set()
        self._cutting_off: asyncio.TimerHandle | None = None

    async def accept(self) -> None:
        """Nothing is left to accept: picows has answered the handshake."""
        self.application_state = WebSocketState.CONNECTED

    async def receive(self) -> MutableMapping[str, Any]:
        """Wait for a message, or for the end."""
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
        """Begin to close; a peer that does not answer in time is cut off."""
        self.application_state = WebSocketState.DISCONNECTED
        self._transport.send_close(cast(Code, code), reason)
        if self._ahead > AHEAD and not self._transport.is_disconnected:
            self._ahead = 0  # from now on nothing more is taken
            self._transport.underlying_transport.resume_reading()  # the answer is behind the rest
        self._cut_off_later()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Start the endpoint."""
        self._transport = transport
        self.client = transport.underlying_transport.get_extra_info("peername")
        self.client_state = WebSocketState.CONNECTED
        task = asyncio.get_running_loop().create_task(self._run(), name="ws_sync endpoint")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame.

        Raises:
            WSProtocolError: RFC 6455 forbids it; picows closes with the code.
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
                self._take(kind, frame.get_payload_as_bytes())
            else:
                self._take_fragment(frame)

    def on_ws_disconnected(self, _: WSTransport) -> None:
        """End what waits."""
        self._end(1006)
        self._writable.set()
        if self._cutting_off is not None:
            self._cutting_off.cancel()

    def pause_writing(self) -> None:
        """The peer reads too slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._writable.set()

    def _take_fragment(self, frame: WSFrame) -> None:
        if len(self._fragments) + frame.payload_size > MAX_MESSAGE:
            raise WSProtocolError(Code.MESSAGE_TOO_BIG, "too big")
        if not self._kind:
            self._kind = frame.msg_type
        self._fragments += frame.get_payload_as_bytes()
        if frame.fin:
            kind, whole = self._kind, bytes(self._fragments)
            self._kind = CONTINUATION
            self._fragments.clear()
            self._take(kind, whole)

    def _take(self, kind: WSMsgType, payload: bytes) -> None:
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
        self._cut_off_later()
        self._end(code or 1005)

    def _cut_off_later(self) -> None:
        """Give up a peer that reads no more: what is left for it would wait for ever."""
        if self._cutting_off is None and not self._transport.is_disconnected:
            loop = asyncio.get_running_loop()
            self._cutting_off = loop.call_later(CLOSE_TIMEOUT, self._transport.disconnect, False)

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
            raise ConnectionResetError("the peer has left")
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
    """Serves endpoints on a socket that listens; made in the event loop that serves it."""

    def __init__(
        self,
        find: Callable[[str], Endpoint | None],
        origins: str | Iterable[str] | Origins = (),
    ) -> None:
        """Serve nothing yet.

        Args:
            find: returns what serves a path, without its query and with nothing escaped; None:
                nothing, and the handshake is answered with 404.
            origins: pages of these may connect, besides those that always may (see `origin`). To
                others the handshake is answered with 403.
        """
        self._find = find
        self._origins = Origins.of(origins)
        self._client: Any = None  # what is known of a peer that is not connected yet
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Begin to serve."""
        address = listener.getsockname()
        self._client = address if isinstance(address, tuple) and is_loopback(address[0]) else None
        self._server = await ws_create_server(
            self._accept,
            sock=listener,
            max_frame_size=MAX_MESSAGE,
            websocket_handshake_timeout=10,
            enable_auto_ping=True,  # a peer that has vanished is noticed
        )

    async def close(self, deadline: float = 5.0) -> None:
        """Accept nothing more, and wait for the endpoints; cancel those that outlive `deadline`."""
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
        made = Socket(endpoint, self._tasks, _headers(request), self._client)
        if may_connect(made, self._origins, _log):
            return made
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(403), None)


def _headers(request: WSUpgradeRequest) -> Headers:
    raw = [(name.lower(), value) for name, value in request.headers.items()]
    return Headers(raw=[(_bytes(name), _bytes(value)) for name, value in raw])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _cost(message: dict[str, Any] | MutableMapping[str, Any]) -> int:
    payload = message.get("bytes")
    return max(EMPTY, len(message["text"] if payload is None else payload))
