"""Serve the testee, an application of your own, or sessions of your own objects."""

from __future__ import annotations

import argparse
import math
import socket
from collections.abc import Sequence

from ws_sync.cli import logs, on_picows, on_uvicorn
from ws_sync.cli.application import NothingToServe, load
from ws_sync.cli.output import complain, say
from ws_sync.cli.service import CantServe, Service, of_factory

GRACE = 5  # seconds for what still runs when the server is told to end

TRANSPORTS = {"uvicorn": on_uvicorn.prepare, "picows": on_picows.prepare}


def run(given: Sequence[str]) -> int:
    """Serve until interrupted."""
    arguments = _parse(given)
    try:
        service = _service(arguments)
        logs.write(arguments.log_level, arguments.log_json)
        serve = TRANSPORTS[arguments.transport](service, arguments.ws, GRACE)
    except NothingToServe as error:
        complain(f"nothing to serve: {error}")
        return 2
    except CantServe as error:
        complain(str(error))
        return 2
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        complain(f"can't listen on {arguments.host}:{arguments.port}: {error.strerror}")
        return 1
    with listener:
        _say_where(arguments, listener.getsockname()[1])  # the socket listens already
        return serve(listener)


def _service(arguments: argparse.Namespace) -> Service:
    if arguments.testee:
        from ws_sync.testee import make_routes

        return Service(None, make_routes())
    served = load(arguments.app)
    options = {name: getattr(arguments, name) for name in ("limit", "lifetime", "grace")}
    given = {name: value for name, value in options.items() if value is not None}
    return of_factory(served, given) or Service(served, None)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ws-sync serve", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--testee", action="store_true", help="serve the testee of the kit")
    what.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:APP",
        help="an ASGI application, such as notes:app for `app` in ./notes.py; or a factory, such "
        "as notes:Notes, that makes the objects of a session: one of each name at /ws/{session}, "
        "and of each user and session that a client gives at /ws",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--port", type=_port, default=8000, help="default %(default)s; 0 picks a free one"
    )
    parser.add_argument(
        "--transport", choices=TRANSPORTS, default="uvicorn", help="default %(default)s; picows is "
        "faster, and serves factories only"
    )  # fmt: skip
    parser.add_argument(
        "--ws", choices=on_uvicorn.IMPLEMENTATIONS, default="auto",
        help="uvicorn's WebSocket implementation",
    )  # fmt: skip
    log = parser.add_argument_group("the log, on standard error")
    log.add_argument(
        "--log-level", choices=logs.LEVELS, help="default: as the application sets it, or warning"
    )
    log.add_argument("--log-json", action="store_true", help="a JSON object in each line")
    sessions = parser.add_argument_group("sessions of a factory")
    sessions.add_argument("--limit", type=_limit, help="so many at most; default 1000")
    sessions.add_argument("--lifetime", type=_seconds, help="seconds; default: without an end")
    sessions.add_argument("--grace", type=_seconds, help="seconds without a client; default 300")
    return parser.parse_args(given)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _limit(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of sessions")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


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


def _say_where(arguments: argparse.Namespace, port: int) -> None:
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    base = f"ws://{host}:{port}"
    if not arguments.testee:
        say(f"serving {arguments.app} at {base}")
        return
    url = f"{base}/ws/{{session}}"
    say(f"serving the testee at {url}")  # programs read this line
    say(f"judge it with: ws-sync test '{url}' --auth-url {base}/auth")
