"""What an application keeps with a session, and the hooks of it."""

from __future__ import annotations

from ws_sync._log import Log, log_fields
from ws_sync._server.counters import Counters
from ws_sync._server.invoke import FAILURES


class SessionState:
    """Base for what an application keeps with a session; override what you need."""

    async def on_connect(self) -> None:
        """Called when a connection has its initial state, before its first event."""

    async def on_disconnect(self) -> None:
        """Called when a connection has ended; a newer one may be open by then."""

    async def on_terminate(self) -> None:
        """Called once by `Session.terminate`."""


async def call_hook(state: object, hook: str, counters: Counters, log: Log) -> None:
    """Call a hook of a state; log what it raises. A state of any type may leave hooks out."""
    function = getattr(state, hook, None)
    if function is None:
        return
    try:
        await function()
    except FAILURES:  # the application's
        counters.failed_hooks += 1
        log.exception(
            "the hook %r of the session's state failed", hook,
            extra=log_fields("hook-failed", name=hook),
        )  # fmt: skip
