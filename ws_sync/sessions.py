"""A store of sessions, created on demand and ended when they are no longer needed.

Each session has an identity: the pair (user, session) that its client gives, or what the endpoint
passes. The first connection creates the session and waits for the factory; later connections find
the session. It ends some time after its last connection, when its lifetime expires, or when the
store closes. The store keeps what the factory returned until then; nothing else does.

All times are read from one clock. A timer of the event loop calls `sweep` when a session is due.
Only `sweep` and `close` end sessions.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, cast
from weakref import WeakValueDictionary

from starlette.websockets import WebSocket, WebSocketState

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.dialects import parse_dialects
from ws_sync._core.protocol.token_bucket import TokenBucket
from ws_sync._log import Log, log_fields
from ws_sync._server.counters import outside
from ws_sync._server.identification import Identification, Identify
from ws_sync._server.invoke import takes_argument
from ws_sync._server.origin import Origins, admit
from ws_sync._server.places import Places, address_of, user_of
from ws_sync._server.transport import Transport, reject
from ws_sync.id import Verify, get_user_session
from ws_sync.limits import LIMITS, Limits
from ws_sync.session import Session

__all__ = ["Identify", "Sessions", "identify"]

OUTLIVED = "This session has ended. Please refresh the page."

_SLACK = 0.01
"""Seconds that a timer is late, so the clock never says that it is early."""

_log = Log()


async def identify(ws: Transport, verify: Verify | None = None) -> Hashable | None:
    """Return the pair (user, session) that the client gives; None if it was rejected.

    Args:
        ws: the WebSocket.
        verify: verifies the pair, see `get_user_session`.
    """
    user, session = await get_user_session(cast(WebSocket, ws), verify=verify)
    return None if user is None else (user, session)


_identify = identify  # `Sessions` has a parameter of that name


@dataclass(eq=False)
class _Entry:
    """A session of the store.

    Attributes:
        session: the session.
        created: time of its creation.
        address: the address whose client made it begin; None if it is not counted.
        making: the task that runs the factory; it returns whether the factory has succeeded.
        objects: what the factory returned.
        connections: number of connections that are served or wait for the factory.
        left: time when the last of them ended.
        ended: whether it was removed from the store.
        timer: sweeps the store when it is due.
    """

    session: Session
    created: float
    address: str | None = None
    making: asyncio.Task[bool] = field(init=False)
    objects: Any = None
    connections: int = 0
    left: float = math.inf
    ended: bool = False
    timer: asyncio.TimerHandle | None = None


class Sessions:
    """The sessions of an application by identity; used in one event loop.

    An async context manager that closes the store at its end: use it in the application's lifespan.

    Args:
        factory: creates and returns the objects of one session; a function, async or not, or a
            class. It is called inside the session, with the identity if it takes an argument.
            A function that is not async runs in a thread.
        limit: at most this many sessions; None for any number. When it is reached, a session
            without a client may end before its grace (see `docs/limits.md`).
        lifetime: seconds after which a session ends, connected or not; None for never.
        grace: seconds that a session is kept without a connection; None for ever.
        verify: verifies the user and the session that a client gives, where the endpoint does
            not pass an identity: a hook, async or not, such as `tokens.Tokens` (see
            `get_user_session`). None: any client is believed.
        identify: used instead of the identification of the protocol: takes the WebSocket, and
            returns the identity, or None if it has rejected the client. A function that is not
            async runs in a thread.
        clock: returns the time in seconds.
        limits: bounds on what the clients of each session may use.
        origins: origins of web pages that may connect, besides those that always may (see
            `origin`); "*" for all.
        dialects: known deviations from RFC 6902 to accept in patches (see `dialects`).

    Attributes:
        origins: the origins that may connect, besides those that always may.
        asks_for_proof: whether clients that are asked for their identity must prove it.
    """

    def __init__(
        self,
        factory: Callable[..., Any],
        *,
        limit: int | None = 1000,
        lifetime: float | None = None,
        grace: float | None = 300.0,
        verify: Verify | None = None,
        identify: Identify | None = None,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits = LIMITS,
        origins: str | Iterable[str] | Origins = (),
        dialects: str | Iterable[str] = (),
    ) -> None:
        """Create an empty store; see the class for the arguments.

        Raises:
            ValueError: an origin is invalid, or a dialect is unknown.
            TypeError: the factory takes more than one argument; or both `identify` and `verify`
                are given, and `verify` would never be called.
        """
        if identify is not None and verify is not None:
            raise TypeError("pass verify=… or identify=…, not both: identify has to verify")
        self._factory = factory
        self._takes_identity = takes_argument(factory)
        self._lifetime = math.inf if lifetime is None else lifetime
        self._grace = math.inf if grace is None else grace
        self.asks_for_proof = verify is not None
        self._clock = clock
        self._limits = limits
        self._dialects = parse_dialects(dialects)
        self.origins = Origins.of(origins)
        self._identification = Identification(
            identify or partial(_identify, verify=verify), limits.unidentified
        )
        self._places = Places(limit, limits)
        self._shares: WeakValueDictionary[str, TokenBucket] = WeakValueDictionary()
        self._entries: dict[Hashable, _Entry] = {}
        self._sweeps: set[asyncio.Task[Any]] = set()
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, identity: Hashable) -> Session | None:
        """Return the session of this identity; None if there is none now."""
        entry = self._entries.get(identity)
        return entry.session if entry is not None else None

    async def __aenter__(self) -> Self:
        self._is_closing = False  # an application may be started again
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def handle_connection(self, ws: Transport, identity: Hashable | None = None) -> None:
        """Serve a connection until it ends, in the session that it belongs to.

        Accepts it if it is not yet accepted. Closes it with 1013 if there is no room for another
        session, 1011 if the factory failed, and 1012 if the store is closing.

        Args:
            ws: the WebSocket.
            identity: identity of the session; None: ask the client.
        """
        if not await admit(ws, self.origins, _log):
            return
        if identity is None:
            identity = await self._identification.ask(ws)
            if identity is None:
                return
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        if self._is_closing:
            outside.at_restart += 1
            await reject(ws, CloseCode.SERVICE_RESTART, "service restart")
            return
        entry = self._entries.get(identity)
        if entry is None:
            address = None if self.asks_for_proof else address_of(ws)
            if self._places.is_full:
                self._make_room(address)
            if not self._places.has_room(ws, identity, address):
                outside.without_room += 1
                await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many sessions")
                return
            entry = self._begin(identity, address)
        await self._serve(ws, entry)

    async def sweep(self) -> int:
        """End the sessions that are due, and return their number."""
        now = self._clock()
        due = [identity for identity, entry in self._entries.items() if self._due(entry) <= now]
        await asyncio.gather(*[self._end(self._remove(identity)) for identity in due])
        return len(due)

    async def close(self, deadline: float = 5.0) -> None:
        """End all sessions and create no more.

        Connections are closed with 1012, so their clients reconnect to the next process. Running
        tasks are cancelled.

        Args:
            deadline: seconds to wait for the ends of sessions.
        """
        self._is_closing = True
        entries = [self._remove(identity) for identity in list(self._entries)]
        for entry in entries:
            if entry.session.connection is not None:
                entry.session.connection.close(CloseCode.SERVICE_RESTART, "service restart")
        try:
            async with asyncio.timeout(deadline):
                await asyncio.gather(*map(self._end, entries), *self._sweeps)
        except TimeoutError:
            _log.warning(
                "some sessions did not end within %g seconds", deadline,
                extra=log_fields("sessions-late", seconds=deadline),
            )  # fmt: skip

    def _make_room(self, address: str | None) -> None:
        """End a session without a client, of the address that has most sessions, if all are taken.

        Sessions of addresses that have no more sessions than the new client stay.
        """
        left = [
            (self._places.excess(address, entry.address), -entry.left, number, identity)
            for number, (identity, entry) in enumerate(self._entries.items())
            if not entry.connections and entry.left < math.inf
        ]
        if not left or max(left)[0] <= 0:
            return
        *_, identity = max(left)
        self._finish(self._end(self._remove(identity)))

    def _new_session(self) -> Session:
        return Session(limits=self._limits, origins=self.origins, dialects=self._dialects)

    def _begin(self, identity: Hashable, address: str | None) -> _Entry:
        entry = _Entry(self._new_session(), self._clock(), address)
        entry.session.identity = identity
        entry.making = asyncio.get_running_loop().create_task(self._make(identity, entry))
        self._entries[identity] = entry
        self._places.take(user := user_of(identity), address)
        if user is not None:
            work = entry.session.intake.work
            work.share = self._shares.setdefault(user, work.share)
        return entry

    async def _make(self, identity: Hashable, entry: _Entry) -> bool:
        given = (identity,) if self._takes_identity else ()
        try:
            with entry.session:
                entry.objects = await entry.session.intake.threads.call(self._factory, *given)
        except Exception:  # noqa: BLE001  # the application's
            entry.session.counters.failed_factories += 1
            _log.exception(
                "the factory of a session failed",
                extra=log_fields("factory-failed", session=identity),
            )
            if self._entries.get(identity) is entry:
                self._remove(identity)
            return False
        if not entry.session.event_handlers:
            _log.warning(
                "the factory of a session returned, but no object is synced in the session: "
                "create the synced objects in the factory",
                extra=log_fields("factory-idle", session=identity),
            )
        return True

    async def _serve(self, ws: Transport, entry: _Entry) -> None:
        entry.connections += 1
        self._watch(entry)
        try:
            await asyncio.wait([entry.making])  # which goes on when this connection's task does not
            if not entry.making.cancelled() and not entry.making.result():
                outside.without_objects += 1
                await reject(ws, CloseCode.INTERNAL_ERROR, "no session")
            elif entry.ended:
                outside.at_restart += 1
                await reject(ws, CloseCode.SERVICE_RESTART, "the session has ended")
            else:
                await entry.session.handle_connection(ws)
        finally:
            entry.connections -= 1
            entry.left = self._clock()
            self._watch(entry)

    def _due(self, entry: _Entry) -> float:
        alone = math.inf if entry.connections else entry.left + self._grace
        return min(entry.created + self._lifetime, alone)

    def _watch(self, entry: _Entry) -> None:
        """Set the timer of a session again, after a change of when it is due."""
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        wait = self._due(entry) - self._clock()
        if wait < math.inf and not entry.ended:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(max(wait, 0) + _SLACK, self._sweep_soon)

    def _remove(self, identity: Hashable) -> _Entry:
        """Remove a session from the store; its identity is free for a new one."""
        entry = self._entries.pop(identity)
        self._places.free(user_of(identity), entry.address)
        entry.ended = True
        self._watch(entry)
        return entry

    async def _end(self, entry: _Entry) -> None:
        entry.making.cancel()
        await entry.session.terminate(OUTLIVED)
        entry.objects = None

    def _sweep_soon(self) -> None:
        self._finish(self.sweep())

    def _finish(self, ending: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(ending)
        self._sweeps.add(task)
        task.add_done_callback(self._sweeps.discard)
