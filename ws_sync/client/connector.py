"""The life of a client: its connections one after the other, what comes in and what goes out.

It connects again whenever a connection is lost (session-reconnect), until the server says
`_DISCONNECT` (session-disconnect-final) or the user ends it. `client` is what users call.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Literal

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.events import (
    DISCONNECT,
    REQUEST_USER_SESSION,
    USER_SESSION,
    get_event,
    patch_event,
    set_event,
    split_event,
)
from ws_sync._core.protocol.replica import Replica, State
from ws_sync._log import log_fields
from ws_sync.client.backoff import Backoff
from ws_sync.client.callbacks import Callbacks, Registry
from ws_sync.client.connection import Connection
from ws_sync.exceptions import (
    NoConnection,
    NoState,
    NotInSync,
    Refused,
    Stopped,
    WouldWait,
    shorten,
)

Status = Literal["disconnected", "connected", "stopped"]

MAX_FRAME = 1 << 26
"""Bytes of the largest frame that is taken; a larger one ends the connection with 1009."""

LEVELS = ("default", "message", "info", "success", "warning", "error")
"""The levels of toasts (notices-toast)."""

GREETING = 1.0
"""Seconds after which a server that says nothing does not ask who is there.

Before, nothing is sent: the answer to that has to be the first event (session-identify-answer).
"""

ASK_AGAIN = 5.0
"""Seconds after which a state is asked for again that was not sent."""


class Connector(Registry):
    """What a client is besides its methods.

    Attributes:
        url: where the server is.
        user: the first string of the identification, the same for the client's whole life.
        session: the second one.
    """

    def __init__(
        self,
        url: str,
        identity: tuple[str, str],
        backoff: Backoff,
        logger: logging.Logger,
        options: Mapping[str, Any],
    ) -> None:
        super().__init__(Callbacks(logger))
        self.url = url
        self.user, self.session = identity
        self._backoff = backoff
        self._logger = logger
        self._options: dict[str, Any] = {
            "open_timeout": 15.0,
            "close_timeout": 5.0,
            "max_size": MAX_FRAME,
            **options,
        }
        self._replicas: dict[str, Replica] = {}
        self._states: dict[str, int] = {}  # how many `_SET` came of each key
        self._asking: dict[str, asyncio.TimerHandle] = {}
        self._fetched: dict[str, None] = {}  # followed because they were asked for
        self._open: Connection | None = None
        self._link: Connection | None = None  # the same, once something may be sent on it
        self._news = asyncio.Condition()
        self._background: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._farewell = ""
        self._failure = f"{url} was not tried yet"

    @property
    def status(self) -> Status:
        """Whether there is a connection, or whether there will be none any more."""
        if self._is_stopped:
            return "stopped"
        return "disconnected" if self._link is None else "connected"

    # Connections

    async def _run(self) -> None:
        while not self._is_stopped:
            try:
                socket = await connect(self.url, **self._options)
            except (OSError, WebSocketException, ValueError) as error:
                # TimeoutError is an OSError; what a redirect names may be no address (ValueError).
                self._failure = f"{self.url} can't be reached: {shorten(error)}"
                await self._tell()
            else:
                began, states = time.monotonic(), sum(self._states.values())
                await self._follow(Connection(socket, self._warn))
                if sum(self._states.values()) > states:
                    self._backoff.lasted(time.monotonic() - began)
                self._failure = "the connection was lost"
            if not self._is_stopped:
                await asyncio.sleep(self._backoff.failed())

    async def _follow(self, link: Connection) -> None:
        self._open = link
        begin = asyncio.get_running_loop().call_later(GREETING, self._begin_unasked, link)
        try:
            async for event in link.events():
                if event is not None and event.type != REQUEST_USER_SESSION:
                    await self._begin(link)
                await self._receive(event)
                if self._is_stopped:
                    break
        except NoConnection:
            pass  # it ended while something was sent
        finally:
            begin.cancel()
            await self._ended()
            await link.close()

    async def _begin(self, link: Connection) -> None:
        """Let a connection be used: the server has not asked who is there, or has been told."""
        if self._link is None and self._open is link:
            self._link = link
            await self._tell()
            for key in self._fetched:
                await self._ask(key)

    def _begin_unasked(self, link: Connection) -> None:
        self._spawn(self._quietly(self._begin(link)))

    async def _ended(self) -> None:
        self._open = self._link = None
        for timer in self._asking.values():
            timer.cancel()
        self._asking.clear()
        for replica in self._replicas.values():
            replica.disconnect()
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    # What comes in

    async def _receive(self, event: Event | None) -> None:
        if event is None:  # it may have been a patch
            for known, replica in self._replicas.items():
                if replica.is_following:
                    await self._ask(known)
            return
        name, key = split_event(event.type)
        if not name.startswith("_"):
            callback = self._callbacks.events.get(event.type)
            await self._callbacks.run(f"the callback for {name!r}", callback, event.data)
        elif key is not None:
            await self._receive_of_key(name, key, event.data)
        else:
            await self._receive_of_session(name, event.data)

    async def _receive_of_key(self, name: str, key: str, data: JSON) -> None:
        match name:
            case "_SET":
                await self._take_state(key, data)
            case "_PATCH":
                await self._take_patch(key, data)
            case "_GET" if key in self._replicas:
                event = set_event(key)
                replica = self._replicas[key]
                await self._connected(event).send_made(event, replica.take_state)
            case "_ACTION":
                await self._take_call(key, data)

    async def _receive_of_session(self, name: str, data: JSON) -> None:
        match name:
            case _ if name == REQUEST_USER_SESSION:
                answer = {"user": self.user, "session": self.session}
                if self._open is not None:
                    await self._open.send(USER_SESSION, answer)
            case _ if name == DISCONNECT:
                self._farewell = data if isinstance(data, str) else "the server gave no reason"
                self._is_stopped = True  # session-disconnect-final
                await self._tell()
            case "_TOAST" if isinstance(data, dict):
                await self._take_toast(data)
            case "_DOWNLOAD" if isinstance(data, dict):
                await self._take_file(data)

    async def _take_state(self, key: str, data: JSON) -> None:
        replica = self._replicas.get(key) or Replica()
        before = replica.value
        try:
            replica.apply_state(data)
        except Refused as error:
            self._warn(error)
            return
        self._replicas[key] = replica
        if timer := self._asking.pop(key, None):
            timer.cancel()
        self._states[key] = self._states.get(key, 0) + 1
        await self._changed(key, before)
        if replica.is_due:
            await self._flush(key)
        await self._tell()

    async def _take_patch(self, key: str, data: JSON) -> None:
        replica = self._replicas.get(key)
        if replica is None or not replica.is_following:
            await self._ask(key)  # its base is missing, and the answer will hold the change
            return
        before = replica.value
        try:
            replica.apply_patch(data)
        except Refused as error:
            self._warn(error)
            await self._ask(key)  # state-ask-again
            return
        await self._changed(key, before)

    async def _changed(self, key: str, before: State) -> None:
        if self._replicas[key].value is not before:
            await self._callbacks.run("the callback for changes", self._callbacks.change, key)

    async def _take_call(self, key: str, data: JSON) -> None:
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            self._warn(f"a call for {key!r} without a name")  # actions-malformed
            return
        arguments = {name: value for name, value in data.items() if name != "type"}
        callback = self._callbacks.action(key, data["type"])
        if callback is not None:
            await self._callbacks.run(f"action {data['type']!r}", callback, **arguments)
        else:
            rest = self._callbacks.actions.get((key, None))
            await self._callbacks.run("the callback for other actions", rest, data)

    async def _take_toast(self, data: dict[str, JSON]) -> None:
        message, level = data.get("message"), data.get("type")
        if not isinstance(message, str) or level not in LEVELS:
            self._warn("a toast without a text, or of no level that there is")
            return
        await self._callbacks.run("toast", self._callbacks.toast, message, level)

    async def _take_file(self, data: dict[str, JSON]) -> None:
        name = data.get("filename")
        try:
            if not isinstance(name, str):
                raise ValueError("it has no name")
            content = _from_base64(data.get("data"))
        except ValueError as error:
            self._warn(f"a download that can't be read: {error}")
            return
        await self._callbacks.run("download", self._callbacks.download, name, content)

    def _warn(self, what: object) -> None:
        reason = shorten(what)
        self._logger.warning(
            "%s: %s",
            self.url,
            reason,
            extra=log_fields("client-notice", error=reason, peer=self.url),
        )

    # What goes out

    async def _flush(self, key: str) -> None:
        """Send the patch of a document, if that is possible now; else it stays due."""
        link, replica = self._link, self._replicas[key]
        if link is None:
            return
        with suppress(NoConnection):  # what was on its way counts as not confirmed
            if await link.send_made(patch_event(key), replica.take_patch):
                self._spawn(self._confirm(link, replica, replica.mark()))

    async def _confirm(self, link: Connection, replica: Replica, mark: int) -> None:
        """Note that the server has read a patch, as soon as it answers a ping behind it."""
        with suppress(NoConnection, WebSocketException):
            await (await link.ping())
            if link is self._link:
                replica.confirm(mark)

    async def _ask(self, key: str) -> None:
        """Ask for a state, unless that was done, and again if it does not come."""
        if key in self._asking or self._link is None:
            return
        self._asking[key] = asyncio.get_running_loop().call_later(ASK_AGAIN, self._remind, key)
        await self._link.send(get_event(key), {})

    def _remind(self, key: str) -> None:
        del self._asking[key]
        self._spawn(self._quietly(self._ask(key)))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        with suppress(NoConnection):
            await work

    async def _fence(self, keys: Collection[str], seconds: float) -> None:
        """Wait for a state of each key that was asked for now, on this connection or a later one.

        Raises:
            NotInSync: it did not come in time.
            Stopped: the server has sent the client away.
            WouldWait: a callback has called this.
        """
        counts = {key: self._states.get(key, 0) for key in keys}
        asking = asyncio.create_task(self._ask_on_each_connection(list(keys)))
        try:
            await self._until(
                lambda: all(self._states.get(key, 0) > count for key, count in counts.items()),
                seconds,
            )
        finally:
            asking.cancel()

    async def _ask_on_each_connection(self, keys: list[str]) -> None:
        asked: Connection | None = None
        while True:
            async with self._news:
                while (link := self._link) is None or link is asked:
                    await self._news.wait()
            asked = link
            with suppress(NoConnection):
                for key in keys:
                    await link.send(get_event(key), {})

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        if asyncio.current_task() is self._running:
            raise WouldWait
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._is_stopped or holds())
        except TimeoutError:
            raise NotInSync(self._why_not()) from None
        if self._is_stopped:
            raise Stopped(self._farewell)

    def _why_not(self) -> str:
        if self._link is None:
            return self._failure
        late = [key for key, replica in self._replicas.items() if not replica.is_following]
        return (
            f"no state came of {', '.join(late)}" if late else "no state came that was waited for"
        )

    def _connected(self, event: str) -> Connection:
        if self._is_stopped:
            raise Stopped(self._farewell)
        if self._link is None:
            raise NoConnection(event)
        return self._link

    def _replica(self, key: str) -> Replica:
        replica = self._replicas.get(key)
        if replica is None:
            raise NoState(key)
        return replica


def _from_base64(text: JSON) -> bytes:
    if not isinstance(text, str):
        raise ValueError("its content is no text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
