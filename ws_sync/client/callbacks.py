"""What a user has registered with a client, and how it is run.

A callback may be a plain function or a coroutine function; it is finished before the next event is
handled (connection-order). What it raises is logged once and ends nothing (actions-error).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from ws_sync._log import log_fields

Callback: TypeAlias = Callable[..., Any]
"""Its result is awaited if it can be."""

Registered = TypeVar("Registered", bound=Callback)


class Callbacks:
    """The callbacks of one client.

    Attributes:
        actions: those that servers call, by key and name; the name None stands for all others.
        events: the application's own events, by their whole type.
        toast: told `_TOAST`.
        download: told `_DOWNLOAD`.
        change: told the key of a document that has changed.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self.actions: dict[tuple[str, str | None], Callback] = {}
        self.events: dict[str, Callback] = {}
        self.toast: Callback | None = None
        self.download: Callback | None = None
        self.change: Callback | None = None
        self._logger = logger

    def action(self, key: str, name: str) -> Callback | None:
        """Return what an action calls, if there is anything (security-lookup)."""
        return self.actions.get((key, name))

    async def run(self, what: str, callback: Callback | None, /, *args: Any, **kwargs: Any) -> None:
        """Run a callback; nothing if there is none."""
        if callback is None:
            return
        try:
            result = callback(*args, **kwargs)
            if inspect.isawaitable(result):
                await result
        except (Exception, asyncio.CancelledError) as error:  # whatever a user's function raises
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling()):
                raise  # it is the client that is cancelled, not something that the function awaits
            self._logger.exception(
                "%s failed", what, extra=log_fields("callback-failed", "actions-error", name=what)
            )


class Registry:
    """What registers callbacks; a client is one."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks

    def action(self, key: str, name: str | None = None) -> Callable[[Registered], Registered]:
        """Register an action that the server can call, with its arguments by name.

        Args:
            key: the document that it belongs to.
            name: its name; None for all that have none of their own; it is given the data of
                the event.
        """

        def register(callback: Registered) -> Registered:
            self._callbacks.actions[key, name] = callback
            return callback

        return register

    def on(self, event: str) -> Callable[[Registered], Registered]:
        """Register a callback for the data of an event of the application's own."""

        def register(callback: Registered) -> Registered:
            self._callbacks.events[event] = callback
            return callback

        return register

    def on_toast(self, callback: Registered) -> Registered:
        """Register what is told the text and the level of a toast."""
        self._callbacks.toast = callback
        return callback

    def on_download(self, callback: Registered) -> Registered:
        """Register what is given the name and the bytes of a file."""
        self._callbacks.download = callback
        return callback

    def on_change(self, callback: Registered) -> Registered:
        """Register what is told the key of a document that has changed, by whomever."""
        self._callbacks.change = callback
        return callback
