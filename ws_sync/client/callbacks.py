"""The callbacks that a user has registered with a client, and the events that run them.

A callback is a plain function or a coroutine function. It finishes before the next event is handled
(connection-order). An exception in a callback is logged once and does not end the connection
(actions-error).
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.events import split_event
from ws_sync._log import log_fields

Callback: TypeAlias = Callable[..., Any]
"""Its result is awaited if it is awaitable."""

LEVELS = ("default", "message", "info", "success", "warning", "error")
"""The levels of toasts (notices-toast)."""


class Callbacks:
    """The callbacks of one client.

    Attributes:
        actions: callbacks of actions, by key and name; the name None is for all other actions.
        events: callbacks of the application's own events, by event type.
        toast: called with the text and the level of a `_TOAST`.
        download: called with the name and the bytes of a `_DOWNLOAD`.
        change: called with the key of a document that has changed.
    """

    def __init__(self, logger: logging.Logger, warn: Callable[[str], None]) -> None:
        self.actions: dict[tuple[str, str | None], Callback] = {}
        self.events: dict[str, Callback] = {}
        self.toast: Callback | None = None
        self.download: Callback | None = None
        self.change: Callback | None = None
        self._logger = logger
        self._warn = warn

    async def receive(self, event: Event) -> None:
        """Run the callback of an event that belongs to no document."""
        data = event.data
        if not event.type.startswith("_"):
            what = f"the callback for {split_event(event.type)[0]!r}"
            await self.run(what, self.events.get(event.type), data)
        elif event.type == "_TOAST" and isinstance(data, dict):
            message, level = data.get("message"), data.get("type")
            if isinstance(message, str) and level in LEVELS:
                await self.run("toast", self.toast, message, level)
            else:
                self._warn("ignored a toast without a text or with an unknown level")
        elif event.type == "_DOWNLOAD" and isinstance(data, dict):
            name, content = data.get("filename"), data.get("data")
            try:
                if not isinstance(name, str) or not isinstance(content, str):
                    raise ValueError("filename and data must be strings")
                file = base64.b64decode(content, validate=True)
            except ValueError as error:
                self._warn(f"ignored a download that is invalid: {error}")
            else:
                await self.run("download", self.download, name, file)

    async def receive_call(self, key: str, data: JSON) -> None:
        """Run the callback of an action (security-lookup)."""
        if not isinstance(data, dict) or not isinstance(name := data.get("type"), str):
            self._warn(f"ignored an action of {key!r} without a name")  # actions-malformed
        elif (callback := self.actions.get((key, name))) is not None:
            arguments = {argument: value for argument, value in data.items() if argument != "type"}
            await self.run(f"action {name!r}", callback, **arguments)
        else:
            other = self.actions.get((key, None))
            await self.run("the callback for other actions", other, data)

    async def changed(self, key: str) -> None:
        """Run the callback for changes of a document."""
        await self.run("the callback for changes", self.change, key)

    async def run(self, what: str, callback: Callback | None, /, *args: Any, **kwargs: Any) -> None:
        """Run a callback, if there is one; `what` names it in the log."""
        if callback is None:
            return
        try:
            result = callback(*args, **kwargs)
            if inspect.isawaitable(result):
                await result
        except (Exception, asyncio.CancelledError) as error:  # the user's function may raise any
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling()):
                raise  # the client was cancelled, not something that the callback awaits
            self._logger.exception(
                "%s failed", what, extra=log_fields("callback-failed", "actions-error", name=what)
            )
