"""Serve with uvicorn, an ASGI server."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from ws_sync.cli.service import CantServe, Service

if TYPE_CHECKING:
    import uvicorn

    from ws_sync.sessions import Sessions

MAX_FRAME = 16 << 20  # bytes

IMPLEMENTATIONS = ("auto", "websockets", "websockets-sansio", "wsproto")


def prepare(service: Service, implementation: str, grace: float) -> Callable[[socket.socket], int]:
    """Return what serves on a listening socket until it is interrupted, and the exit status.

    Args:
        service: what to serve.
        implementation: one of `IMPLEMENTATIONS`.
        grace: seconds for what still runs at the end.

    Raises:
        CantServe: uvicorn is not installed, or that implementation.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        raise CantServe("serving needs uvicorn: pip install 'ws-sync-kit[server]'") from error
    config = uvicorn.Config(
        service.asgi(),
        ws=implementation,
        ws_max_size=MAX_FRAME,
        log_config=None,  # it is set up already, for everything in the process
        lifespan="auto",
        timeout_graceful_shutdown=grace,  # type: ignore[arg-type]  # it takes fractions as well
    )
    try:
        config.load()
    except ImportError as error:
        raise CantServe(f"--ws {implementation}: {error}") from error
    server = uvicorn.Server(config)
    if service.routes is not None:
        _close_first(server, service.routes.sessions, grace)

    def serve(listener: socket.socket) -> int:
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has shut down, and passes the signal on
            return 130
        return 0 if server.started else 1

    return serve


def _close_first(server: uvicorn.Server, sessions: Sessions, grace: float) -> None:
    """Close the sessions before uvicorn cuts the connections, which loses what waits in them."""
    shut_down = server.shutdown

    async def shutdown(sockets: list[socket.socket] | None = None) -> None:
        await sessions.close(grace)
        await shut_down(sockets)

    server.shutdown = shutdown  # type: ignore[method-assign]  # it has no hook
