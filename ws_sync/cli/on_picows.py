"""Serve with picows, which knows nothing but WebSockets and is fast."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from ws_sync._apps.routes import Routes
from ws_sync.cli.service import CantServe, Service

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def prepare(service: Service, _: str, grace: float) -> Callable[[socket.socket], int]:
    """Return what serves on a listening socket until it is interrupted, and the exit status.

    Args:
        service: what to serve.
        grace: seconds for what still runs at the end.

    Raises:
        CantServe: picows is not installed, or the service is an ASGI application.
    """
    routes = service.routes
    if routes is None:
        raise CantServe("--transport picows serves a factory of objects, and no ASGI application")
    try:
        import picows  # noqa: F401  # it is there
    except ModuleNotFoundError as error:
        raise CantServe("this transport needs picows: pip install 'ws-sync-kit[picows]'") from error

    def serve(listener: socket.socket) -> int:
        caught = asyncio.run(_serve(routes, listener, grace))
        if caught == signal.SIGINT:
            return 130
        signal.raise_signal(caught)  # whoever sent it sees that it was obeyed
        return 128 + caught

    return serve


async def _serve(routes: Routes, listener: socket.socket, grace: float) -> signal.Signals:
    """Serve until a signal comes, end gracefully, and return the signal."""
    from ws_sync._apps.picows import Server

    loop = asyncio.get_running_loop()
    told: asyncio.Future[signal.Signals] = loop.create_future()

    def tell(number: signal.Signals) -> None:
        if not told.done():
            told.set_result(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, tell, number)
    listener.setblocking(False)
    server = Server(routes.find, routes.sessions.origins)
    await server.start(listener)
    try:
        return await told
    finally:
        await routes.sessions.close(grace)
        await server.close(grace)
        for number in SIGNALS:
            loop.remove_signal_handler(number)
