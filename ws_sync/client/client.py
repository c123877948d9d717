"""A client, as its users call it.

Every document that the server sends is mirrored in a `Replica`. Edits are kept while there is no
connection; calls are not, since nobody can tell whether a lost one was obeyed.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self, TypeVar, overload

from pydantic import BaseModel
from websockets.uri import parse_uri

from ws_sync._core.json import codec
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.three_way_merge import merge
from ws_sync._core.protocol.events import (
    action_event,
    set_event,
    task_cancel_event,
    task_start_event,
)
from ws_sync._core.protocol.replica import State
from ws_sync.client.backoff import Backoff
from ws_sync.client.connector import Connector

Model = TypeVar("Model", bound=BaseModel)


class Client(Connector):
    """A client of one server and one session.

    Attributes:
        url: where the server is.
        user: the first string of the identification, the same for the client's whole life.
        session: the second one.
        status: whether there is a connection, or whether there will be none any more.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str | None = None,
        session: str | None = None,
        backoff: Backoff | None = None,
        logger: logging.Logger | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare a client; it connects inside of `async with`.

        Args:
            url: begins with `ws://` or `wss://`.
            user: who it is, for servers that ask (session-identify-answer); random by default.
            session: which of that user's sessions it wants; random by default.
            backoff: the waits between two attempts.
            logger: told of everything that the server does wrong.
            options: further ones of `websockets.connect`, such as `additional_headers` or `ssl`.

        Raises:
            websockets.exceptions.InvalidURI: it is no URL of a WebSocket.
        """
        parse_uri(url)
        super().__init__(
            url,
            (user or uuid.uuid4().hex, session or uuid.uuid4().hex),
            backoff or Backoff(),
            logger or logging.getLogger("ws_sync.client"),
            options or {},
        )

    async def __aenter__(self) -> Self:
        """Begin to connect, and go on until the block is left."""
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection in the orderly way; at once when that is cancelled."""
        link = self._open
        try:
            if link is not None:
                await link.close()
        except asyncio.CancelledError:
            if link is not None:
                link.abort()
            raise
        finally:
            tasks = [task for task in (*self._background, self._running) if task is not None]
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            await self._ended()
        for result in results:
            if isinstance(result, Exception):
                raise result

    # Documents

    def keys(self) -> list[str]:
        """Return the keys of the documents of which a state has come."""
        return list(self._replicas)

    @overload
    def state(self, key: str) -> State: ...
    @overload
    def state(self, key: str, model: type[Model]) -> Model: ...
    def state(self, key: str, model: type[BaseModel] | None = None) -> State | BaseModel:
        """Return the document as the user's edits have left it; a copy of one's own.

        Args:
            key: the document.
            model: a type of pydantic to read it as.

        Raises:
            NoState: no state of it has come.
            pydantic.ValidationError: the document is not as the model has it.
        """
        value = self._replica(key).value
        return copy.deepcopy(value) if model is None else model.model_validate(value)

    @overload
    def edit(self, key: str, *, send: bool = True) -> AbstractAsyncContextManager[State]: ...
    @overload
    def edit(
        self, key: str, model: type[Model], *, send: bool = True
    ) -> AbstractAsyncContextManager[Model]: ...
    def edit(self, key: str, model: type[BaseModel] | None = None, *, send: bool = True) -> Any:
        """Edit a document: what the block changes is sent as one patch when it ends.

            async with client.edit("NOTES") as notes:
                notes["items"].append("milk")

        Without a connection the edit is kept, and sent when the next one has brought the state.
        A block that raises changes nothing.

        Args:
            key: the document.
            model: a type of pydantic to edit it as; members that it does not know stay.
            send: whether to send the patch now, or with the next edit or `publish`.

        Raises:
            NoState: no state of it has come.
            NotJSON: the block has left something that has no JSON form.
            pydantic.ValidationError: the document is not as the model has it.
        """
        return self._edit(key, model, send=send)

    @asynccontextmanager
    async def _edit(
        self, key: str, model: type[BaseModel] | None, *, send: bool
    ) -> AsyncIterator[Any]:
        replica = self._replica(key)
        start = replica.value
        draft: Any = copy.deepcopy(start) if model is None else model.model_validate(start)
        before = start if model is None else _dumped(draft)
        yield draft
        after = codec.decode_value(codec.encode(draft if model is None else _dumped(draft)))
        edited = (
            after
            if before is replica.value
            else merge(before, after, replica.value, prefer_mine=True)
        )
        replica.edit(edited, send=send)
        await self._callbacks.run("the callback for changes", self._callbacks.change, key)
        if send:
            await self._flush(key)

    async def publish(self, key: str) -> None:
        """Send the edits of a document that were not sent yet.

        Raises:
            NoState: no state of it has come.
        """
        replica = self._replica(key)
        replica.edit(replica.value, send=True)
        await self._flush(key)

    async def send_state(self, key: str) -> None:
        """Send the whole document as `_SET`, edits included.

        Raises:
            NoState: no state of it has come.
            NoConnection: there is no connection.
            Stopped: the server has sent the client away.
        """
        replica = self._replica(key)
        await self._connected(set_event(key)).send_made(set_event(key), replica.take_state)

    async def fetch(self, key: str, *, wait: float | None = 10.0) -> State:
        """Ask for the state of a document, and follow it from now on.

        It is the way to a document that the server does not announce.

        Args:
            key: the document.
            wait: seconds to wait for the answer; None for not at all, and the state as it is.

        Raises:
            NotInSync: it did not come in time.
            Stopped: the server has sent the client away.
            NoState: it was not waited for, and none has come before.
            WouldWait: it was called in a callback, with a wait.
        """
        self._fetched[key] = None
        if wait is None:
            await self._ask(key)
            return self.state(key)
        await self._fence([key], wait)
        return self.state(key)

    async def synced(self, *keys: str, wait: float = 10.0) -> None:
        """Wait until the server has every edit and this client has the server's state.

        Args:
            keys: the documents; all by default, and then at least one has to be there.
            wait: seconds to wait at most.

        Raises:
            NotInSync: that did not come about in time.
            Stopped: the server has sent the client away.
            WouldWait: it was called in a callback.
        """
        began = time.monotonic()

        def is_there() -> bool:
            wanted = keys or tuple(self._replicas)
            return bool(wanted) and all(
                key in self._replicas and self._replicas[key].is_following for key in wanted
            )

        await self._until(is_there, wait)
        wanted = keys or tuple(self._replicas)
        for key in wanted:
            await self.publish(key)
        await self._fence(wanted, wait - (time.monotonic() - began))

    # Calls

    async def call(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Call an action.

        Raises:
            NotJSON: an argument has no JSON form.
            NoConnection: there is no connection; the action was not called.
            Stopped: the server has sent the client away.
        """
        await self.send(action_event(key), _call(name, arguments))

    async def start(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Start a task; raises as `call` does."""
        await self.send(task_start_event(key), _call(name, arguments))

    async def cancel(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Cancel a task; raises as `call` does."""
        await self.send(task_cancel_event(key), _call(name, arguments))

    async def send_bytes(self, key: str, name: str, content: bytes, /, **metadata: JSON) -> None:
        """Call an action with bytes, which are its argument `data`; raises as `call` does."""
        if "data" in metadata:  # binary-reserved
            raise TypeError("the argument `data` is the bytes")
        event = action_event(key)
        await self._connected(event).send_pair(event, _call(name, metadata), content)

    async def send(self, event: str, data: JSON = None) -> None:
        """Send any event; raises as `call` does."""
        await self._connected(event).send(event, data)

    async def stopped(self) -> str:
        """Wait until the server has sent the client away; what it said."""
        async with self._news:
            await self._news.wait_for(lambda: self._is_stopped)
        return self._farewell


def _call(name: str, arguments: Mapping[str, JSON]) -> dict[str, JSON]:
    if "type" in arguments:
        raise TypeError("an argument can't be called `type`, which is the action's name")
    return {"type": name, **arguments}


def _dumped(model: BaseModel) -> JSON:
    return model.model_dump(mode="json", by_alias=True)
