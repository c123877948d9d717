"""The documents of a client: one `Replica` per key, and the events that keep it in sync."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.events import get_event, patch_event, set_event, split_event
from ws_sync._core.protocol.replica import Replica, State
from ws_sync.client.callbacks import Callbacks
from ws_sync.client.connection import Connection
from ws_sync.client.connector import Connector
from ws_sync.exceptions import NoConnection, NoState, NotInSync, Refused

ASK_AGAIN = 5.0
"""Seconds without an answer after which a state is requested again."""


class Documents:
    """The documents of one client, and the listener of its connector.

    Attributes:
        replicas: the replicas, by key; a key has one from its first state on.
        followed: the keys that the user has fetched, which are requested on each connection.
    """

    def __init__(self, connector: Connector, callbacks: Callbacks) -> None:
        self.replicas: dict[str, Replica] = {}
        self.followed: dict[str, None] = {}
        self._connector = connector
        self._callbacks = callbacks
        self._states: dict[str, int] = {}  # the number of states received, by key
        self._asking: dict[str, asyncio.TimerHandle] = {}

    @property
    def received_states(self) -> int:
        """The number of states received so far."""
        return sum(self._states.values())

    def replica(self, key: str) -> Replica:
        """Return the replica of a document.

        Raises:
            NoState: no state of it was received.
        """
        replica = self.replicas.get(key)
        if replica is None:
            raise NoState(key)
        return replica

    # The connector's events

    async def connected(self) -> None:
        """Request the documents that the server does not announce."""
        for key in self.followed:
            await self.ask(key)

    def disconnected(self) -> None:
        """Cancel the pending requests; the patches in flight count as unconfirmed."""
        for timer in self._asking.values():
            timer.cancel()
        self._asking.clear()
        for replica in self.replicas.values():
            replica.disconnect()

    async def receive(self, event: Event | None) -> None:
        """Handle an event, or a frame that could not be decoded."""
        if event is None:  # it may have been a patch of any document
            for known, replica in self.replicas.items():
                if replica.is_following:
                    await self.ask(known)
            return
        name, key = split_event(event.type)
        if not name.startswith("_") or key is None:
            await self._callbacks.receive(event)
            return
        match name:
            case "_SET":
                await self._receive_state(key, event.data)
            case "_PATCH":
                await self._receive_patch(key, event.data)
            case "_GET" if key in self.replicas:
                await self.send_state(key)
            case "_ACTION":
                await self._callbacks.receive_call(key, event.data)

    # Sending

    async def edit(self, key: str, value: State, *, send: bool) -> None:
        """Replace the value of a document, and send the difference if `send` is true."""
        self.replica(key).edit(value, send=send)
        await self._callbacks.changed(key)
        if send:
            await self._flush(key)

    async def publish(self, key: str) -> None:
        """Send the edits of a document that were not sent yet."""
        replica = self.replica(key)
        replica.edit(replica.value, send=True)
        await self._flush(key)

    async def send_state(self, key: str) -> None:
        """Send a whole document as `_SET`."""
        replica, event = self.replica(key), set_event(key)
        await self._connector.require(event).send_made(event, replica.take_state)

    async def ask(self, key: str) -> None:
        """Request a state, unless a request is pending; repeat the request if no state comes."""
        connection = self._connector.connection
        if key not in self._asking and connection is not None:
            self._asking[key] = asyncio.get_running_loop().call_later(ASK_AGAIN, self._remind, key)
            await connection.send(get_event(key), {})

    # Waiting

    async def synced(self, keys: Collection[str], seconds: float) -> None:
        """Wait until both sides are in sync, see `Client.synced`."""
        began = time.monotonic()

        def wanted() -> Collection[str]:
            return keys or tuple(self.replicas)

        def is_followed(key: str) -> bool:
            return key in self.replicas and self.replicas[key].is_following

        await self._wait_until(lambda: bool(wanted()) and all(map(is_followed, wanted())), seconds)
        for key in (found := wanted()):
            await self.publish(key)
        await self.fence(found, seconds - (time.monotonic() - began))

    async def fence(self, keys: Collection[str], seconds: float) -> None:
        """Request a state of each key and wait for it, on this connection or a later one."""
        counts = {key: self._states.get(key, 0) for key in keys}
        asking = asyncio.create_task(self._ask_on_each_connection(list(keys)))
        try:
            await self._wait_until(
                lambda: all(self._states.get(key, 0) > count for key, count in counts.items()),
                seconds,
            )
        finally:
            asking.cancel()

    async def _wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        try:
            await self._connector.wait_until(condition, seconds)
        except TimeoutError:
            raise NotInSync(self._missing()) from None

    def _missing(self) -> str:
        if self._connector.connection is None:
            return self._connector.failure
        late = [key for key, replica in self.replicas.items() if not replica.is_following]
        return f"no state of {', '.join(late)} came" if late else "no state came after the request"

    async def _ask_on_each_connection(self, keys: list[str]) -> None:
        asked: Connection | None = None
        while True:
            async with self._connector.news:
                while (connection := self._connector.connection) in (None, asked):
                    await self._connector.news.wait()
            asked = connection
            with suppress(NoConnection):
                for key in keys:
                    await connection.send(get_event(key), {})

    # Receiving

    async def _receive_state(self, key: str, data: JSON) -> None:
        replica = self.replicas.get(key) or Replica()
        before = replica.value
        try:
            replica.apply_state(data)
        except Refused as error:
            self._connector.warn(error)
            return
        self.replicas[key] = replica
        if timer := self._asking.pop(key, None):
            timer.cancel()
        self._states[key] = self._states.get(key, 0) + 1
        await self._report_change(key, before)
        if replica.is_due:
            await self._flush(key)
        await self._connector.notify()

    async def _receive_patch(self, key: str, data: JSON) -> None:
        replica = self.replicas.get(key)
        if replica is None or not replica.is_following:
            await self.ask(key)  # the base of the patch is missing; the answer has its change
            return
        before = replica.value
        try:
            replica.apply_patch(data)
        except Refused as error:
            self._connector.warn(error)
            await self.ask(key)  # state-ask-again
            return
        await self._report_change(key, before)

    async def _report_change(self, key: str, before: State) -> None:
        if self.replicas[key].value is not before:
            await self._callbacks.changed(key)

    def _remind(self, key: str) -> None:
        del self._asking[key]
        self._connector.spawn(self.ask(key))

    async def _flush(self, key: str) -> None:
        """Send the patch of a document; without a connection it stays due."""
        connection, replica = self._connector.connection, self.replicas[key]
        if connection is None:
            return
        with suppress(NoConnection):  # a patch in flight counts as unconfirmed
            if await connection.send_made(patch_event(key), replica.take_patch):
                self._connector.spawn(self._confirm(connection, replica, replica.mark()))

    async def _confirm(self, connection: Connection, replica: Replica, mark: int) -> None:
        """Confirm a patch when the server answers a ping that was sent after it."""
        await connection.ping()
        if connection is self._connector.connection:
            replica.confirm(mark)
