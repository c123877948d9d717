"""The client of a server's documents, as its users call it.

`Connector` keeps it connected, `Documents` mirrors the documents, `Callbacks` runs what the server
calls. Edits made without a connection are kept. Calls are not, because the client can't find out
whether the server has run one that was lost.
"""

from __future__ import annotations

import copy
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self, TypeVar, overload

from pydantic import BaseModel
from websockets.uri import parse_uri

from ws_sync._core.json import codec
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.three_way_merge import merge
from ws_sync._core.protocol.events import action_event, task_cancel_event, task_start_event
from ws_sync._core.protocol.replica import State
from ws_sync.client.backoff import Backoff
from ws_sync.client.callbacks import Callback, Callbacks
from ws_sync.client.connector import Connector, Status
from ws_sync.client.documents import Documents

Model = TypeVar("Model", bound=BaseModel)
Registered = TypeVar("Registered", bound=Callback)


class Client:
    """A client of one server and one session.

    Attributes:
        user: the user of its identification, the same on every connection.
        session: the session of its identification, the same on every connection.
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
        """Create a client; it connects in `async with`.

        Args:
            url: a URL that begins with `ws://` or `wss://`.
            user: the user, for servers that ask (session-identify-answer); random by default.
            session: the session of that user; random by default.
            backoff: the waits between two attempts to connect.
            logger: logs what the server does wrong; `ws_sync.client` by default.
            options: further options of `websockets.connect`, such as `additional_headers` or `ssl`.

        Raises:
            websockets.exceptions.InvalidURI: the URL is not a WebSocket URL.
        """
        parse_uri(url)
        self.user, self.session = user or uuid.uuid4().hex, session or uuid.uuid4().hex
        identity = {"user": self.user, "session": self.session}
        logger = logger or logging.getLogger("ws_sync.client")
        self._connector = Connector(url, identity, backoff or Backoff(), logger, options or {})
        self._callbacks = Callbacks(logger, self._connector.warn)
        self._documents = Documents(self._connector, self._callbacks)

    @property
    def url(self) -> str:
        """The URL of the server; a change applies to the next connection."""
        return self._connector.url

    @url.setter
    def url(self, url: str) -> None:
        self._connector.url = url

    @property
    def status(self) -> Status:
        """Whether the client is connected; "stopped" after the server has sent `_DISCONNECT`."""
        return self._connector.status

    async def __aenter__(self) -> Self:
        """Start to connect; the client reconnects until the block ends."""
        self._connector.start(self._documents)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection with a closing handshake, or at once when cancelled."""
        await self._connector.close()

    # Callbacks

    def action(self, key: str, name: str | None = None) -> Callable[[Registered], Registered]:
        """Register an action that the server can call, with its arguments by name.

        Args:
            key: the document that the action belongs to.
            name: the action's name; None for all actions without a callback of their own: the
                callback gets the data of the event.
        """

        def register(callback: Registered) -> Registered:
            self._callbacks.actions[key, name] = callback
            return callback

        return register

    def on(self, event: str) -> Callable[[Registered], Registered]:
        """Register a callback for the data of one of the application's own events."""

        def register(callback: Registered) -> Registered:
            self._callbacks.events[event] = callback
            return callback

        return register

    def on_toast(self, callback: Registered) -> Registered:
        """Register a callback for toasts: it gets the text and the level."""
        self._callbacks.toast = callback
        return callback

    def on_download(self, callback: Registered) -> Registered:
        """Register a callback for downloads: it gets the filename and the bytes."""
        self._callbacks.download = callback
        return callback

    def on_change(self, callback: Registered) -> Registered:
        """Register a callback for changes, local and remote: it gets the document's key."""
        self._callbacks.change = callback
        return callback

    # Documents

    def keys(self) -> list[str]:
        """Return the keys of the documents of which a state was received."""
        return list(self._documents.replicas)

    @overload
    def state(self, key: str) -> State: ...
    @overload
    def state(self, key: str, model: type[Model]) -> Model: ...
    def state(self, key: str, model: type[BaseModel] | None = None) -> State | BaseModel:
        """Return a copy of the document, with the edits made so far.

        Args:
            key: the document.
            model: a pydantic model to validate it with.

        Raises:
            NoState: no state of the document was received.
            pydantic.ValidationError: the document does not fit the model.
        """
        value = self._documents.replica(key).value
        return copy.deepcopy(value) if model is None else model.model_validate(value)

    @overload
    def edit(self, key: str, *, send: bool = True) -> AbstractAsyncContextManager[State]: ...
    @overload
    def edit(
        self, key: str, model: type[Model], *, send: bool = True
    ) -> AbstractAsyncContextManager[Model]: ...
    def edit(self, key: str, model: type[BaseModel] | None = None, *, send: bool = True) -> Any:
        """Edit a document: the changes of the block are sent as one patch when it ends.

            async with client.edit("NOTES") as notes:
                notes["items"].append("milk")

        Without a connection the edit is kept, and sent after the next connection has received the
        state. A block that raises changes nothing.

        Args:
            key: the document.
            model: a pydantic model to edit it with; members that the model does not have stay.
            send: send the patch when the block ends; otherwise with the next edit or `publish`.

        Raises:
            NoState: no state of the document was received.
            NotJSON: a value has no JSON form.
            pydantic.ValidationError: the document does not fit the model.
        """
        return self._edit(key, model, send=send)

    @asynccontextmanager
    async def _edit(
        self, key: str, model: type[BaseModel] | None, *, send: bool
    ) -> AsyncIterator[Any]:
        replica = self._documents.replica(key)
        start = replica.value
        draft: Any = copy.deepcopy(start) if model is None else model.model_validate(start)
        before = start if model is None else _dumped(draft)
        yield draft
        after = codec.decode_value(codec.encode(draft if model is None else _dumped(draft)))
        if before is not replica.value:
            after = merge(before, after, replica.value, prefer_mine=True)
        await self._documents.edit(key, after, send=send)

    async def publish(self, key: str) -> None:
        """Send the edits of a document that were not sent yet.

        Raises:
            NoState: no state of the document was received.
        """
        await self._documents.publish(key)

    async def send_state(self, key: str) -> None:
        """Send the whole document as `_SET`, edits included.

        Raises:
            NoState: no state of the document was received.
            NoConnection: there is no connection.
            Stopped: the server has sent `_DISCONNECT`.
        """
        await self._documents.send_state(key)

    async def fetch(self, key: str, *, wait: float | None = 10.0) -> State:
        """Request the state of a document, and follow the document from now on.

        This is how to get a document that the server does not announce.

        Args:
            key: the document.
            wait: seconds to wait for the state at most; None: return the present state at once.

        Raises:
            NotInSync: the state did not come in time.
            Stopped: the server has sent `_DISCONNECT`.
            NoState: `wait` is None, and no state was received before.
            WouldWait: a callback has called this with a `wait`.
        """
        self._documents.followed[key] = None
        if wait is None:
            await self._documents.ask(key)
        else:
            await self._documents.fence([key], wait)
        return self.state(key)

    async def synced(self, *keys: str, wait: float = 10.0) -> None:
        """Wait until the server has every edit and this client has the server's state.

        Args:
            keys: the documents; none for all, of which there must be at least one.
            wait: seconds to wait at most.

        Raises:
            NotInSync: it did not come about in time.
            Stopped: the server has sent `_DISCONNECT`.
            WouldWait: a callback has called this.
        """
        await self._documents.synced(keys, wait)

    # Calls

    async def call(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Call an action.

        Raises:
            NotJSON: an argument has no JSON form.
            NoConnection: there is no connection; the action was not called.
            Stopped: the server has sent `_DISCONNECT`.
        """
        await self.send(action_event(key), _call(name, arguments))

    async def start(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Start a task; raises as `call` does."""
        await self.send(task_start_event(key), _call(name, arguments))

    async def cancel(self, key: str, name: str, /, **arguments: JSON) -> None:
        """Cancel a task; raises as `call` does."""
        await self.send(task_cancel_event(key), _call(name, arguments))

    async def send_bytes(self, key: str, name: str, content: bytes, /, **metadata: JSON) -> None:
        """Call an action with bytes as its argument `data`; raises as `call` does."""
        if "data" in metadata:  # binary-reserved
            raise TypeError("the argument `data` is reserved for the bytes; rename it")
        event = action_event(key)
        await self._connector.require(event).send_pair(event, _call(name, metadata), content)

    async def send(self, event: str, data: JSON = None) -> None:
        """Send any event; raises as `call` does."""
        await self._connector.require(event).send(event, data)

    async def stopped(self) -> str:
        """Wait until the server has sent `_DISCONNECT`, and return its text."""
        async with self._connector.news:
            await self._connector.news.wait_for(lambda: self._connector.is_stopped)
        return self._connector.farewell


def _call(name: str, arguments: Mapping[str, JSON]) -> dict[str, JSON]:
    if "type" in arguments:
        raise TypeError("the argument `type` is reserved for the action's name; rename it")
    return {"type": name, **arguments}


def _dumped(model: BaseModel) -> JSON:
    return model.model_dump(mode="json", by_alias=True)
