"""The kit's end of one WebSocket that a client has opened."""

from __future__ import annotations

from collections.abc import Callable

from websockets.asyncio.server import ServerConnection

from conformance.driver.connection import Connection
from conformance.driver.trace import Trace
from conformance.protocol.legality import ClientLegality
from conformance.protocol.wire import JSON, Event

MOST_UNREAD = 128 << 20
"""Bytes that may wait for the client.

A client that asks for the state repeatedly and does not read is given up, before it fills this
process.
"""


class ClientConnection(Connection):
    """A connection of the client under test.

    Attributes:
        offered: The subprotocols that the client has offered.
        react: Called with each received event, before anything that waits for it.
    """

    masks = False
    legality: ClientLegality

    def __init__(self, socket: ServerConnection, label: str, trace: Trace, deadline: float) -> None:
        super().__init__(socket, label, trace, deadline)
        self.legality = ClientLegality()
        assert socket.request is not None
        self.offered = socket.request.headers.get_all("Sec-WebSocket-Protocol")
        self.react: Callable[[Event], None] = lambda _: None
        self._server_socket = socket

    @property
    def is_open(self) -> bool:
        """Whether neither side has ended it."""
        return self.closing is None and not self.ended_by_kit

    def begin(self, trace: Trace, label: str) -> None:
        """Continue in another case."""
        self._trace, self.label = trace, label
        self.forget()
        trace.add(label, "noted", "is the connection that is already open")

    def forget(self) -> None:
        """Drop the received events, because they do not belong to the case."""
        self.received.clear()
        self.legality.violations.clear()

    def write_events(self, *events: Event) -> None:
        """Send events without waiting."""
        frames = []
        for event in events:
            text = event.text()
            self._trace.add(self.label, "sent", text)
            frames.append(self.frame(text))
        transport = self._server_socket.transport
        if transport.is_closing():
            return
        transport.write(b"".join(frames))
        if transport.get_write_buffer_size() > MOST_UNREAD:
            self._give_up(f"a client that leaves more than {MOST_UNREAD >> 20} MiB unread")

    async def end(self, code: int) -> None:
        """Close with a close frame and a code."""
        self._trace.add(self.label, "noted", f"closes with the code {code}")
        self.ended_by_kit = True
        await self._server_socket.close(code)
        await self._reader

    async def until_ended(self) -> None:
        """Wait until either side has ended it."""
        await self._reader

    def note_sent(self, event: Event) -> None:
        """Apply a state or a patch of the kit to the mirror."""
        mirror, key = self.legality.mirror, event.key or ""
        self.legality.asked |= event.name == "_REQUEST_USER_SESSION"
        self.legality.spoken |= event.name != "_REQUEST_USER_SESSION"
        if event.name == "_SET":
            mirror.set(key, event.data)
        elif event.name == "_PATCH":
            mirror.patch(key, event.data)

    def state(self, key: str) -> JSON:
        """The document that both sides hold when everything has arrived."""
        return self.legality.mirror[key]

    def _take(self, frame: str | bytes) -> None:
        before, judged = len(self.received), len(self.legality.violations)
        super()._take(frame)
        for violation in self.legality.violations[judged:]:
            violation.sent = self._trace.last_sent(self.label)
        for received in self.received[before:]:
            self.react(received.event)
