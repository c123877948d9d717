"""A document, a client, and a line between them that delays frames, in virtual time.

The document is a `DocumentState`, the client a `Replica`, which sends each edit at once, asks for
the state after a patch that does not apply, and records what the user saw. A run is deterministic
and takes no time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

from ws_sync._binding.attributes import Attribute
from ws_sync._core.json.codec import JSON, decode
from ws_sync._core.json.patch import apply
from ws_sync._core.protocol.replica import Replica, State
from ws_sync._core.protocol.round_trip import RoundTrip
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync._server.counters import Counters
from ws_sync._server.document_state import DocumentState
from ws_sync.exceptions import RefusedPatch

KEY = "T"
ATTRIBUTES = {"text", "items"}

Place = Callable[[State], JSON]
"""Reads one place of the document."""


class Timer:
    """A call in the future."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """Virtual time, with the methods of an event loop that the server needs."""

    def __init__(self) -> None:
        self._now = 100.0
        self._calls: list[tuple[float, int, Timer]] = []
        self._numbers = count()

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, call: Callable[..., object], *given: Any) -> Timer:
        timer = Timer(lambda: call(*given))
        heapq.heappush(self._calls, (max(when, self._now), next(self._numbers), timer))
        return timer

    def run(self, seconds: float) -> None:
        """Make all calls of the next seconds."""
        end = self._now + seconds
        while self._calls and self._calls[0][0] <= end:
            self._now, _, timer = heapq.heappop(self._calls)
            if timer.call is not None:
                timer.call()
        self._now = end


class Direction:
    """One direction of a line: frames arrive late, and in order."""

    def __init__(self, clock: Clock, delays: Iterator[float]) -> None:
        self._clock, self._delays, self._last = clock, delays, 0.0

    def send(self, arrive: Callable[[str, JSON], None], event: str, data: JSON) -> None:
        self._last = max(self._last, self._clock.time() + next(self._delays))
        self._clock.call_at(self._last, arrive, event, data)


class Thing:
    """The object of the application."""

    def __init__(self) -> None:
        self.text = ""
        self.items: list[dict[str, JSON]] = [{"id": n, "text": ""} for n in range(3)]


class ServerLoop:
    """The event loop of the server, in which a document calls only its repetition later."""

    def __init__(self, clock: Clock) -> None:
        self.time = clock.time
        self.is_repeating = False
        self._clock = clock

    def call_at(self, when: float, call: Callable[..., object], *given: Any) -> Timer:
        def repeat() -> None:
            self.is_repeating = True
            call(*given)
            self.is_repeating = False

        return self._clock.call_at(when, repeat)


class ServerConnection:
    """What a document needs of a connection."""

    is_open, is_congested = True, False

    def __init__(self, loop: ServerLoop, send: Callable[[str, JSON], None]) -> None:
        self.loop = loop
        self.round_trip = RoundTrip()
        self.announced: set[str] = set()
        self.counters = Counters()
        self._send = send

    def send(self, text: str) -> None:
        event = decode(text)
        self._send(event.type, event.data)

    def send_initial(self, make: Callable[[], str], _: int) -> None:
        self.send(make())


class VirtualLine:
    """The server, the client and the line.

    Attributes:
        thing: the object of the application.
        replica: the client's replica.
        copy: the client's copy if no frames had crossed: what the protocol gives it.
        repeated: the times at which the server has repeated attributes.
        lost: the times at which the place that the user types in has changed by itself.
        crossed: number of writes of an attribute that was sent less than a window before they
            arrived, the first state excepted.
    """

    def __init__(self, delays: Iterator[float]) -> None:
        self.clock, self.thing, self.replica = Clock(), Thing(), Replica()
        self.copy: JSON = None
        self.repeated: list[float] = []
        self.lost: list[float] = []
        self.crossed = 0
        self._watched: tuple[Place, JSON] | None = None
        self._sent: list[tuple[float, set[str]]] = []  # by the server: the time, the attributes
        self._down, self._up = Direction(self.clock, delays), Direction(self.clock, delays)
        self._loop = ServerLoop(self.clock)
        fake: Any = ServerConnection(self._loop, self._send)
        self._connection: Connection = fake
        self._state = DocumentState(KEY, Log())
        for name in ATTRIBUTES:
            self._state.attributes[name] = Attribute.of(self.thing, name, name)
        self._state.announce(self._connection)

    def sync(self) -> None:
        """Send the changes of the application."""
        self._state.publish(self._connection)

    def type(self, value: State, place: Place) -> None:
        """Edit the client's document and send the edit, while the user looks at a place."""
        self.replica.edit(value, send=True)
        self._watched = place, place(value)
        self._flush()

    def ask(self) -> None:
        """Request the state."""
        self._up.send(self._receive, f"_GET:{KEY}", {})

    def restart(self) -> None:
        """Send the whole state, as after `observe`."""
        self._state.restart()
        self._state.announce(self._connection)

    def is_equal(self) -> bool:
        """Return whether both sides hold the same document."""
        return self.replica.value == {name: getattr(self.thing, name) for name in ATTRIBUTES}

    def _flush(self) -> None:
        patch: Any = self.replica.take_patch()
        if patch is not None:
            self._up.send(self._receive, f"_PATCH:{KEY}", patch)

    def _send(self, event: str, data: Any) -> None:
        names = ATTRIBUTES
        if event == f"_SET:{KEY}":
            self.copy = data
        else:
            self.copy = apply(self.copy, data)  # patch-applicable
            names = names_in(data)
        if self._loop.is_repeating:
            self.repeated.append(self.clock.time())
        self._sent.append((self.clock.time(), names))
        self._down.send(self._follow, event, data)

    def _receive(self, event: str, data: Any) -> None:
        if event == f"_GET:{KEY}":
            self._state.announce(self._connection)
            return
        since = self.clock.time() - self._connection.round_trip.window
        self.crossed += any(at > since and names_in(data) & sent for at, sent in self._sent[1:])
        with suppress(RefusedPatch):  # then it gets the state
            self.copy = apply(self.copy, data)
        if not self._state.write(self._state.receive_patch, self._connection, data):
            self._state.resync(self._connection)

    def _follow(self, event: str, data: JSON) -> None:
        if event == f"_SET:{KEY}":
            self.replica.apply_state(data)
        elif self.replica.is_following:
            try:
                self.replica.apply_patch(data)
            except RefusedPatch:
                self.ask()  # state-ask-again
        if self.replica.is_due:
            self._flush()
        if self._watched is not None:
            place, value = self._watched
            seen = place(self.replica.value)
            if seen != value:
                self.lost.append(self.clock.time())
            self._watched = place, seen


def names_in(patch: list[dict[str, Any]]) -> set[str]:
    """Return the attributes that a patch changes."""
    return {each["path"].split("/")[1] for each in patch}
