"""Many sessions, made when they are first asked for and ended when nobody needs them any more.

Each has an identity: the pair (user, session) that its client gives, or whatever the endpoint
hands over. It begins with its first connection, whose turn it is to wait for the factory; later
ones find what the factory has made. It ends some time after its last connection, or when it has
lived its life, or with the whole store. What the factory returned is kept alive until then, and
by nothing longer.

Time is read from one clock. A timer of the event loop calls `sweep` when a session is due, and
nothing but `sweep` and `close` ends one.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeAlias, cast

from starlette.websockets import WebSocket, WebSocketState

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.dialects import parse_dialects
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.handler_registry import owners
from ws_sync._server.invoke import call
from ws_sync._server.origin import Origins, admit
from ws_sync._server.transport import Transport, reject
from ws_sync.exceptions import shorten
from ws_sync.id import Verify, get_user_session
from ws_sync.limits import LIMITS, Limits
from ws_sync.metrics import outside
from ws_sync.session import Session
from ws_sync.sync import Sync

OUTLIVED = "This session has ended. Please refresh the page."

_SLACK = 0.01
"""Seconds that a timer is late, so that it never comes before the clock says that it is time."""

Identify: TypeAlias = Callable[[Transport], Hashable | Awaitable[Hashable | None] | None]
"""Says which session a connection means; None: the client was turned away."""

_log = Log()


async def identify(ws: Transport, verify: Verify | None = None) -> Hashable | None:
    """Return the pair (user, session) that the client gives; None when the connection is closed.

    Args:
        ws: the WebSocket.
        verify: verifies the pair, see `get_user_session`.
    """
    user, session = await get_user_session(cast(WebSocket, ws), verify=verify)
    return None if user is None else (user, session)


def _identify(verify: Verify | None) -> Identify:
    return partial(identify, verify=verify)


def takes_identity(factory: Callable[..., Any]) -> bool:
    """Tell whether a factory is to be called with the identity, or with nothing.

    Raises:
        TypeError: it can be called neither way.
    """
    try:
        signature = inspect.signature(factory)
    except ValueError:  # it does not tell, as some of C
        return False
    try:
        signature.bind()
    except TypeError:
        signature.bind(None)
        return True
    return False


@dataclass(eq=False)
class _Entry:
    """A session of the store.

    Attributes:
        session: itself.
        begun: when it was made, by the clock.
        making: runs the factory; the result tells whether that has succeeded.
        objects: what the factory returned.
        connections: how many are served, or wait to be.
        left: when the last of them ended.
        ended: whether it is in the store no more.
        timer: wakes the store when it is due.
    """

    session: Session
    begun: float
    making: asyncio.Task[bool] = field(init=False)
    objects: Any = None
    connections: int = 0
    left: float = math.inf
    ended: bool = False
    timer: asyncio.TimerHandle | None = None


class Sessions:
    """The sessions of an application, by their identities; used in one event loop.

    An async context manager, which closes it at the end: a good lifespan of an application.

    Attributes:
        origins: those that may connect, besides those that always may.
        asks_for_proof: whether a client that is asked which session it means has to prove it.
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
        """Make no session yet.

        Args:
            factory: makes and returns the objects of one session; a function, async or not, or a
                class. It is called inside the session, with its identity if it takes an argument.
                One that is not async runs in a thread.
            limit: so many sessions at most; None for any number.
            lifetime: seconds that a session lives at most, connected or not; None for ever.
            grace: seconds that it is kept without a connection; None for ever.
            verify: verifies the user and the session that a client gives, where the endpoint does
                not say which is meant: a hook, async or not, such as `tokens.Tokens` (see
                `get_user_session`). None: the client is believed.
            identify: asks a connection in another way, instead of that: takes the WebSocket, and
                returns which session is meant, or None when it has turned the client away. Async,
                or run in a thread.
            clock: tells the time, in seconds.
            limits: what the clients of each session may cost.
            origins: web pages of these may connect, besides those that always may (see `origin`);
                "*" for all pages of the world.
            dialects: of clients whose patches break the rules in known ways (see `dialects`).

        Raises:
            ValueError: one of the origins is none, or one of the dialects.
            TypeError: the factory takes more than one argument; or there is a way to identify, and
                a hook as well that it would not call.
        """
        if identify is not None and verify is not None:
            raise TypeError("either verify=… or identify=…: who identifies also verifies")
        self._factory = factory
        self._takes_identity = takes_identity(factory)
        self._limit = math.inf if limit is None else limit
        self._lifetime = math.inf if lifetime is None else lifetime
        self._grace = math.inf if grace is None else grace
        self.asks_for_proof = verify is not None
        self._identify = identify or _identify(verify)
        self._clock = clock
        self._limits = limits
        self._dialects = parse_dialects(dialects)
        self._most_of_a_user = math.inf if limits.per_user is None else limits.per_user
        self._most_unidentified = math.inf if limits.unidentified is None else limits.unidentified
        self.origins = Origins.of(origins)
        self._of_user: Counter[str] = Counter()  # sessions
        self._unidentified: dict[asyncio.Timeout, None] = {}  # the oldest first
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

        It is accepted when it was not yet. It is closed with 1013 when there is no room for its
        session, 1011 when its factory failed, and 1012 when the store is closing.

        Args:
            ws: the WebSocket.
            identity: which session is meant; None: the client is asked.
        """
        if not await admit(ws, self.origins, _log):
            return
        if identity is None:
            identity = await self._ask(ws)
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
            if len(self._entries) >= self._limit:
                outside.without_room += 1
                _log.warning(
                    "no room for another session: there are %d", len(self._entries),
                    extra=log_fields("no-room", sessions=len(self), session=identity,
                                     peer=peer_of(ws), code=CloseCode.TRY_AGAIN_LATER),
                )  # fmt: skip
                await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many sessions")
                return
            user = _user(identity)
            if user is not None and self._of_user[user] >= self._most_of_a_user:
                outside.without_room += 1
                _log.warning(
                    "no room for another session of the user %s", shorten(repr(user)),
                    extra=log_fields("no-room-for-user", peer=peer_of(ws),
                                     code=CloseCode.TRY_AGAIN_LATER),
                )  # fmt: skip
                await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many sessions")
                return
            entry = self._begin(identity)
        await self._serve(ws, entry)

    async def sweep(self) -> int:
        """End the sessions that are due, and return their number."""
        now = self._clock()
        due = [identity for identity, entry in self._entries.items() if self._due(entry) <= now]
        await asyncio.gather(*[self._end(self._take(identity)) for identity in due])
        return len(due)

    async def close(self, deadline: float = 5.0) -> None:
        """End all sessions and begin no more; clients are told to come to the next process.

        Connections are closed with 1012, running tasks are cancelled.

        Args:
            deadline: seconds after which nothing is waited for any longer.
        """
        self._is_closing = True
        entries = [self._take(identity) for identity in list(self._entries)]
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

    async def _ask(self, ws: Transport) -> Hashable | None:
        """Let a connection say who it is; when too many are asked, the oldest has to go."""
        if len(self._unidentified) >= self._most_unidentified:
            oldest = next(iter(self._unidentified))
            del self._unidentified[oldest]
            oldest.reschedule(0)
        try:
            async with asyncio.timeout(None) as answering:
                self._unidentified[answering] = None
                try:
                    identity: Hashable | None = await call(self._identify, ws)
                finally:
                    self._unidentified.pop(answering, None)
        except TimeoutError:
            if not answering.expired():
                raise
            outside.without_identity += 1
            _log.warning(
                "too many connections say not who they are; the oldest is turned away",
                extra=log_fields(
                    "too-many-unidentified", peer=peer_of(ws), code=CloseCode.TRY_AGAIN_LATER
                ),
            )
            await reject(ws, CloseCode.TRY_AGAIN_LATER, "too many connections")
            return None
        return identity

    def _new_session(self) -> Session:
        return Session(limits=self._limits, origins=self.origins, dialects=self._dialects)

    def _begin(self, identity: Hashable) -> _Entry:
        entry = _Entry(self._new_session(), self._clock())
        entry.session.identity = identity
        entry.making = asyncio.get_running_loop().create_task(self._make(identity, entry))
        self._entries[identity] = entry
        if (user := _user(identity)) is not None:
            self._of_user[user] += 1
        return entry

    async def _make(self, identity: Hashable, entry: _Entry) -> bool:
        given = (identity,) if self._takes_identity else ()
        try:
            with entry.session:
                entry.objects = await call(self._factory, *given)
        except Exception:  # noqa: BLE001  # the application's
            entry.session.counters.failed_factories += 1
            _log.exception(
                "the factory of a session failed",
                extra=log_fields("factory-failed", session=identity),
            )
            if self._entries.get(identity) is entry:
                self._take(identity)
            return False
        if not entry.session.event_handlers:
            _log.warning(
                "the factory of a session returned, and no object syncs in it",
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
        return min(entry.begun + self._lifetime, alone)

    def _watch(self, entry: _Entry) -> None:
        """Set the timer of a session anew: when it is due has changed."""
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        wait = self._due(entry) - self._clock()
        if wait < math.inf and not entry.ended:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(max(wait, 0) + _SLACK, self._sweep_soon)

    def _take(self, identity: Hashable) -> _Entry:
        """Take a session out of the store; its identity is free for a new one."""
        entry = self._entries.pop(identity)
        if (user := _user(identity)) is not None:
            self._of_user[user] -= 1
            if not self._of_user[user]:
                del self._of_user[user]
        entry.ended = True
        self._watch(entry)
        return entry

    async def _end(self, entry: _Entry) -> None:
        entry.making.cancel()
        if entry.session.connection is not None:  # nothing is waited for: tasks shall hear it now
            entry.session.connection.disconnect(OUTLIVED)
        if tasks := _cancel_tasks(entry.session):
            await asyncio.wait(tasks, timeout=self._limits.grace)
        await entry.session.terminate()
        entry.objects = None

    def _sweep_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self.sweep())
        self._sweeps.add(task)
        task.add_done_callback(self._sweeps.discard)


def _user(identity: Hashable) -> str | None:
    """Return whose session it is, where the identity is that of a client that was asked."""
    if type(identity) is tuple and len(identity) == 2 and type(identity[0]) is str:
        return identity[0]
    return None


def _cancel_tasks(session: Session) -> list[asyncio.Task[None]]:
    """Cancel the running tasks of a session's objects, and return them."""
    syncs = [owner for owner in owners(session) if isinstance(owner, Sync)]
    tasks = [task for sync in syncs for task in sync.running_tasks.values()]
    for task in tasks:
        if not task.cancelling():  # what it does at its end is not cut short
            # Behind its first step, without which it could not notice.
            asyncio.get_running_loop().call_soon(task.cancel)
    return tasks
