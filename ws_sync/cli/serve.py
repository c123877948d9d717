"""Serve the testee, an application of your own, or sessions of your own objects."""

from __future__ import annotations

import argparse
import math
import socket
from collections.abc import Sequence
from typing import Any

from ws_sync._core.protocol.dialects import DIALECTS
from ws_sync._server.origin import Origins
from ws_sync.cli import logs, on_picows, on_uvicorn
from ws_sync.cli.app_loader import NothingToServe, load
from ws_sync.cli.output import complain, say
from ws_sync.cli.pages import offer
from ws_sync.cli.secret import MAX_AGE, NoSecret, add_options, is_named, tokens_of
from ws_sync.cli.service import CantServe, Service, of_factory

GRACE = 5  # seconds for what still runs when the server is told to end

TRANSPORTS = {"uvicorn": on_uvicorn.prepare, "picows": on_picows.prepare}


def run(given: Sequence[str]) -> int:
    """Serve until interrupted."""
    arguments = _parse(given)
    try:
        service = _service(arguments)
        service = offer(service, arguments.host, arguments.transport, arguments.demo)
        logs.write(arguments.log_level, arguments.log_json)
        serve = TRANSPORTS[arguments.transport](service, arguments.ws, GRACE)
    except NothingToServe as error:
        complain(f"nothing to serve: {error}")
        return 2
    except (CantServe, NoSecret) as error:
        complain(str(error))
        return 2
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        complain(f"can't listen on {arguments.host}:{arguments.port}: {error.strerror}")
        return 1
    with listener:
        _say_where(arguments, listener.getsockname()[1], service.home)  # the socket listens already
        return serve(listener)


def _service(arguments: argparse.Namespace) -> Service:
    if arguments.testee:
        from ws_sync._apps.testee import make_routes

        if arguments.dialect:
            raise CantServe("the testee reads no dialect: the specification says so")
        if is_named(arguments):
            raise CantServe("the testee believes every client: no token proves anything to it")
        return Service(None, make_routes(arguments.origin))
    if arguments.demo:
        from ws_sync._apps.demo import make_routes as make_demo

        if arguments.dialect or is_named(arguments):
            raise CantServe("the demo reads no dialect and checks no token")
        return Service(None, make_demo(arguments.origin))
    served = load(arguments.app)
    options = {name: getattr(arguments, name) for name in ("limit", "lifetime", "grace")}
    given = {name: value for name, value in options.items() if value is not None}
    wanted: dict[str, Any] = {}
    if arguments.dialect:
        wanted["dialects"] = arguments.dialect
    if arguments.origin:
        wanted["origins"] = arguments.origin
    if is_named(arguments):
        wanted["verify"] = tokens_of(arguments, arguments.token_max_age or MAX_AGE)
    service = of_factory(served, given | wanted)
    if service is not None:
        return service
    if wanted:
        raise CantServe(
            "--origin, --token-… and --dialect are for factories: an application says itself whom "
            "it admits, by Session(origins=…), Sessions(…, origins=…, verify=…, dialects=…)"
        )
    return Service(served, None)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ws-sync serve", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--testee", action="store_true", help="serve the testee of the kit")
    what.add_argument("--demo", action="store_true", help="serve the demo, to be used in a browser")
    what.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:APP",
        help="an ASGI application, such as notes:app for `app` in ./notes.py; or a factory, such "
        "as notes:Notes, that makes the objects of a session: one of each name at /ws/{session}, "
        "and of each user and session that a client gives at /ws; with a secret only the latter, "
        "where the session has to be a token of that user, see `ws-sync token`",
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
    sessions.add_argument(
        "--dialect", action="append", default=[], choices=sorted(DIALECTS), metavar="DIALECT",
        help="read the patches of clients that are known to be wrong in this way as they are "
        f"meant: {', '.join(sorted(DIALECTS))}; several times for several",
    )  # fmt: skip
    guards = parser.add_argument_group("who may connect")
    guards.add_argument(
        "--origin", action="append", default=[], type=_origin, metavar="ORIGIN",
        help="web pages of this one, such as https://app.example, besides those of the server "
        "itself and, on loopback, of this machine; several times for several, '*' for all",
    )  # fmt: skip
    add_options(guards)
    guards.add_argument(
        "--token-max-age", type=_age, metavar="SECONDS", help=f"how long one is good; {MAX_AGE}"
    )
    arguments = parser.parse_args(given)
    if arguments.token_max_age is not None and not is_named(arguments):
        parser.error("--token-max-age needs a secret: --token-secret-env or --token-secret-file")
    return arguments


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _origin(text: str) -> str:
    try:
        Origins(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _limit(text: str) -> int:
    return _number(text, "sessions")


def _age(text: str) -> int:
    return _number(text, "seconds")


def _number(text: str, what: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of {what}")
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


def _say_where(arguments: argparse.Namespace, port: int, home: str | None) -> None:
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    base = f"ws://{host}:{port}"
    url = f"{base}/ws/{{session}}"
    if arguments.testee:
        say(f"serving the testee at {url}")  # programs read this line
        say(f"judge it with: ws-sync test '{url}' --auth-url {base}/auth")
    elif arguments.demo:
        say(f"serving the demo at {url if home is None else f'http://{host}:{port}/'}")
    else:
        say(f"serving {arguments.app} at {base}")
    if home is not None and not arguments.demo:
        say(f"look into it at http://{host}:{port}{home}")
