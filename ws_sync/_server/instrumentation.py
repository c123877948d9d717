"""Points at which `tracing` observes this library; each costs one attribute check while off."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol

from ws_sync._core.json.codec import Event


class Hooks(Protocol):
    """What is called at these points."""

    def handling(
        self, event: Event, is_known: bool, connection: int
    ) -> AbstractContextManager[object]:
        """Surround the handling of an event; `is_known` if it has a handler."""

    def sending(
        self, operation: str, key: str
    ) -> AbstractContextManager[Callable[[bool | None, list[Exception]], None]]:
        """Surround the publication or the announcement of a document.

        The function takes whether anything was sent (None: always), and what went wrong.
        """

    def running(
        self, key: str | None, name: str, run: Callable[[], Coroutine[Any, Any, None]]
    ) -> Coroutine[Any, Any, None]:
        """Return a coroutine that runs the task `name`."""

    def record_failure(self, error: BaseException | None) -> None:
        """Note that the application failed in what is surrounded now."""

    def record_outcome(self, outcome: str) -> None:
        """Note the outcome of what is surrounded now."""


class Instrumentation:
    """The installed hooks.

    Attributes:
        hooks: None while nothing is observed.
    """

    hooks: Hooks | None = None

    def record_failure(self, error: BaseException | None) -> None:
        """Call the hook of that name, if hooks are installed."""
        if self.hooks is not None:
            self.hooks.record_failure(error)

    def record_outcome(self, outcome: str) -> None:
        """Call the hook of that name, if hooks are installed."""
        if self.hooks is not None:
            self.hooks.record_outcome(outcome)


instrumentation = Instrumentation()
