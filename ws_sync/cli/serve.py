"""Serve the testee, or an application of your own."""

from __future__ import annotations

import argparse
import importlib
import socket
from typing import TYPE_CHECKING, Any

from ws_sync.cli.output import complain, say

if TYPE_CHECKING:
    import uvicorn

MAX_FRAME = 16 << 20  # bytes

IMPLEMENTATIONS = ("auto", "websockets", "websockets-sansio", "wsproto")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of this verb."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--testee", action="store_true", help="serve the testee of the kit")
    what.add_argument("app", nargs="?", metavar="MODULE:APP", help="an ASGI application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one")
    parser.add_argument("--ws", choices=IMPLEMENTATIONS, default="auto", help="for uvicorn")


def run(arguments: argparse.Namespace, _rest: list[str]) -> int:
    """Serve until interrupted."""
    try:
        import uvicorn
    except ModuleNotFoundError:
        complain("serving needs uvicorn: pip install 'ws-sync-kit[server]'")
        return 2
    try:
        app = _testee() if arguments.testee else _load(arguments.app)
        config = uvicorn.Config(
            app, ws=arguments.ws, ws_max_size=MAX_FRAME, log_level="warning", lifespan="auto"
        )
        config.load()
    except (ImportError, AttributeError, ValueError) as error:
        complain(f"nothing to serve: {error}")
        return 2
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        complain(f"can't listen on {arguments.host}:{arguments.port}: {error.strerror}")
        return 1
    return _serve(uvicorn.Server(config), listener, _name(arguments, listener))


def _testee() -> Any:
    from ws_sync.testee import make_app

    return make_app()


def _load(name: str) -> Any:
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"{name!r} is not of the form module:app")
    return getattr(importlib.import_module(module), attribute)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _name(arguments: argparse.Namespace, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    path = "/ws/{session}" if arguments.testee else ""
    what = "the testee" if arguments.testee else arguments.app
    return f"{what} at ws://{arguments.host}:{port}{path}"


def _serve(server: uvicorn.Server, listener: socket.socket, name: str) -> int:
    with listener:
        say(f"serving {name}")  # the socket listens already
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has shut down, and passes the signal on
            return 130
    return 0 if server.started else 1
