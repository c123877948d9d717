"""Serve the testee, or an application of your own."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ws_sync.cli.application import NothingToServe, load
from ws_sync.cli.output import complain, say

if TYPE_CHECKING:
    import uvicorn

MAX_FRAME = 16 << 20  # bytes
GRACE = 5  # seconds for what still runs when the server is told to end

IMPLEMENTATIONS = ("auto", "websockets", "websockets-sansio", "wsproto")


def run(given: Sequence[str]) -> int:
    """Serve until interrupted."""
    arguments = _parse(given)
    try:
        import uvicorn
    except ModuleNotFoundError:
        complain("serving needs uvicorn: pip install 'ws-sync-kit[server]'")
        return 2
    try:
        app = _testee() if arguments.testee else load(arguments.app)
    except NothingToServe as error:
        complain(f"nothing to serve: {error}")
        return 2
    config = uvicorn.Config(
        app,
        ws=arguments.ws,
        ws_max_size=MAX_FRAME,
        log_level="warning",
        lifespan="auto",
        timeout_graceful_shutdown=GRACE,
    )
    try:
        config.load()
    except ImportError as error:
        complain(f"--ws {arguments.ws}: {error}")
        return 2
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        complain(f"can't listen on {arguments.host}:{arguments.port}: {error.strerror}")
        return 1
    return _serve(uvicorn.Server(config), listener, arguments)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ws-sync serve", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--testee", action="store_true", help="serve the testee of the kit")
    what.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:APP",
        help="an ASGI application, such as notes:app for `app` in ./notes.py",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--port", type=_port, default=8000, help="default %(default)s; 0 picks a free one"
    )
    parser.add_argument(
        "--ws", choices=IMPLEMENTATIONS, default="auto", help="uvicorn's WebSocket implementation"
    )
    return parser.parse_args(given)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _testee() -> Any:
    from ws_sync.testee import make_app

    return make_app()


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


def _serve(server: uvicorn.Server, listener: socket.socket, arguments: argparse.Namespace) -> int:
    with listener:
        _say_where(arguments, listener.getsockname()[1])  # the socket listens already
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has shut down, and passes the signal on
            return 130
    return 0 if server.started else 1


def _say_where(arguments: argparse.Namespace, port: int) -> None:
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    base = f"ws://{host}:{port}"
    if not arguments.testee:
        say(f"serving {arguments.app} at {base}")
        return
    url = f"{base}/ws/{{session}}"
    say(f"serving the testee at {url}")  # programs read this line
    say(f"judge it with: ws-sync test '{url}' --auth-url {base}/auth")
