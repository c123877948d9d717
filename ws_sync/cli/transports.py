"""What `ws-sync serve` serves, and the servers that serve it: uvicorn (ASGI) and picows."""

from __future__ import annotations

import asyncio
import inspect
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ws_sync._apps.routes import Routes
from ws_sync._server.origin import is_loopback
from ws_sync.cli.app_loader import NothingToServe
from ws_sync.cli.pages import DEMO, WithPages, devtools_of_app, devtools_of_factory
from ws_sync.sessions import Sessions

if TYPE_CHECKING:
    import uvicorn

Serve: TypeAlias = Callable[[socket.socket], int]
"""Serves on a listening socket until it is interrupted, and returns the exit status."""

MAX_FRAME = 16 << 20  # bytes

WS_IMPLEMENTATIONS = ("auto", "websockets", "websockets-sansio", "wsproto")

QUEUEING = "websockets"
"""The implementation that decompresses a frame only when the queue has room for it.

The others decompress all that one read returns: 256 KiB may become 256 MiB.
"""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CantServe(Exception):
    """The transport can't serve the service; the text says why."""


@dataclass(frozen=True)
class Service:
    """An ASGI application, or the sessions of a factory; one of the two is None.

    Attributes:
        app: an ASGI application of the user.
        routes: the endpoints of a factory's sessions.
        home: the path of the page that is served too; None for no pages.
    """

    app: Callable[..., Any] | None
    routes: Routes | None
    home: str | None = None

    def asgi(self) -> Any:
        """Return the service as an ASGI application that serves the pages too."""
        app: Any = self.app if self.routes is None else self.routes.app()
        if self.home is None:
            return app
        return WithPages(app, None if self.routes is None else self.home)

    def with_pages(self, host: str, transport: str, demo: bool) -> Service:
        """Return the service with its pages, if it is served by uvicorn on loopback."""
        if transport != "uvicorn" or not is_loopback(host):
            return self
        if demo:
            return replace(self, home=DEMO)
        routes = self.routes
        return replace(
            self, home=devtools_of_app(self.app) if routes is None else devtools_of_factory(routes)
        )


def service_of_factory(served: Callable[..., Any], options: Mapping[str, Any]) -> Service | None:
    """Return the sessions of a factory, or None for an ASGI application.

    A callable that accepts three arguments (scope, receive, send) is an ASGI application.

    Args:
        served: the object that the command line names.
        options: options of `Sessions`.

    Raises:
        NothingToServe: it is neither.
    """
    try:
        signature = inspect.signature(served)
    except ValueError:  # it is not a Python function
        return None
    try:
        signature.bind(None, None, None)
    except TypeError:
        pass
    else:
        return None
    try:
        return Service(None, Routes(Sessions(served, **options)))
    except TypeError as error:
        raise NothingToServe(
            f"{getattr(served, '__name__', served)} is neither an ASGI application, which takes "
            "scope, receive and send, nor a factory, which takes nothing or the session's identity"
        ) from error


def prepare_uvicorn(service: Service, implementation: str, grace: float) -> Serve:
    """Prepare uvicorn.

    Args:
        service: what to serve.
        implementation: one of `WS_IMPLEMENTATIONS`.
        grace: seconds for what still runs at the end.

    Raises:
        CantServe: uvicorn or the implementation is not installed.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        raise CantServe("serving needs uvicorn: pip install 'ws-sync-kit[server]'") from error
    config = uvicorn.Config(
        service.asgi(),
        ws=implementation,
        ws_max_size=MAX_FRAME,
        ws_max_queue=1,
        ws_per_message_deflate=implementation == QUEUEING,
        log_config=None,  # the log of the whole process is configured already
        lifespan="auto",
        timeout_graceful_shutdown=grace,  # type: ignore[arg-type]  # fractions work too
    )
    try:
        config.load()
    except ImportError as error:
        raise CantServe(f"--ws {implementation}: {error}") from error
    server = uvicorn.Server(config)
    if service.routes is not None:
        _close_sessions_first(server, service.routes.sessions, grace)

    def serve(listener: socket.socket) -> int:
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has shut down, and raises the signal again
            return 130
        return 0 if server.started else 1

    return serve


def _close_sessions_first(server: uvicorn.Server, sessions: Sessions, grace: float) -> None:
    """Close the sessions before uvicorn aborts the connections and drops their unsent events."""
    shut_down = server.shutdown

    async def shutdown(sockets: list[socket.socket] | None = None) -> None:
        await sessions.close(grace)
        await shut_down(sockets)

    server.shutdown = shutdown  # type: ignore[method-assign]  # uvicorn has no hook for this


def prepare_picows(service: Service, _: str, grace: float) -> Serve:
    """Prepare picows, which serves WebSockets only.

    Args:
        service: what to serve.
        grace: seconds for what still runs at the end.

    Raises:
        CantServe: picows is not installed, or the service is an ASGI application.
    """
    routes = service.routes
    if routes is None:
        raise CantServe("--transport picows can serve a factory, but not an ASGI application")
    try:
        import picows  # noqa: F401  # it is installed
    except ModuleNotFoundError as error:
        raise CantServe("this transport needs picows: pip install 'ws-sync-kit[picows]'") from error

    def serve(listener: socket.socket) -> int:
        caught = asyncio.run(_serve_picows(routes, listener, grace))
        if caught == signal.SIGINT:
            return 130
        signal.raise_signal(caught)  # the exit status shows which signal ended the process
        return 128 + caught

    return serve


async def _serve_picows(routes: Routes, listener: socket.socket, grace: float) -> signal.Signals:
    """Serve until a signal comes, shut down gracefully, and return the signal."""
    from ws_sync._apps.picows import Server

    loop = asyncio.get_running_loop()
    caught: asyncio.Future[signal.Signals] = loop.create_future()

    def catch(number: signal.Signals) -> None:
        if not caught.done():
            caught.set_result(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, catch, number)
    listener.setblocking(False)
    server = Server(routes.find, routes.sessions.origins)
    await server.start(listener)
    try:
        return await caught
    finally:
        await routes.sessions.close(grace)
        await server.close(grace)
        for number in SIGNALS:
            loop.remove_signal_handler(number)


TRANSPORTS = {"uvicorn": prepare_uvicorn, "picows": prepare_picows}
