"""`ws-sync serve`: its options, and the service that they describe."""

from __future__ import annotations

import argparse
import math
import socket
from collections.abc import Sequence
from typing import Any

from ws_sync._core.protocol.dialects import DIALECTS
from ws_sync._server.origin import Origins
from ws_sync.cli import logs
from ws_sync.cli.app_loader import NothingToServe, load
from ws_sync.cli.output import complain, say
from ws_sync.cli.token import MAX_AGE, NoSecret, add_secret_options, has_secret, tokens_of
from ws_sync.cli.transports import (
    TRANSPORTS,
    WS_IMPLEMENTATIONS,
    CantServe,
    Service,
    service_of_factory,
)

ABOUT = "Serve the testee, the demo, an application, or a factory of the objects of a session."

GRACE = 5  # seconds for what still runs when the server is interrupted


def run(given: Sequence[str]) -> int:
    """Serve until interrupted."""
    arguments = _parse(given)
    try:
        service = _service(arguments).with_pages(
            arguments.host, arguments.transport, arguments.demo
        )
        logs.configure(arguments.log_level, arguments.log_json)
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
        _say_where(arguments, listener.getsockname()[1], service.home)  # connecting works already
        return serve(listener)


def _service(arguments: argparse.Namespace) -> Service:
    if arguments.testee:
        from ws_sync._apps.testee import make_routes

        if arguments.dialect:
            raise CantServe("the testee reads patches strictly: omit --dialect")
        if has_secret(arguments):
            raise CantServe(
                "the testee accepts every client and verifies no token: omit --token-secret-env "
                "and --token-secret-file"
            )
        return Service(None, make_routes(arguments.origin))
    if arguments.demo:
        from ws_sync._apps.demo import make_routes as make_demo

        if arguments.dialect or has_secret(arguments):
            raise CantServe(
                "the demo reads patches strictly and verifies no token: omit --dialect and "
                "--token-secret-…"
            )
        return Service(None, make_demo(arguments.origin))
    served = load(arguments.app)
    options = {name: getattr(arguments, name) for name in ("limit", "lifetime", "grace")}
    given = {name: value for name, value in options.items() if value is not None}
    wanted: dict[str, Any] = {}
    if arguments.dialect:
        wanted["dialects"] = arguments.dialect
    if arguments.origin:
        wanted["origins"] = arguments.origin
    if has_secret(arguments):
        wanted["verify"] = tokens_of(arguments, arguments.token_max_age or MAX_AGE)
    service = service_of_factory(served, given | wanted)
    if service is not None:
        return service
    if wanted:
        raise CantServe(
            "--origin, --token-… and --dialect work for factories only; an application passes them "
            "to its sessions: Session(origins=…), Sessions(…, origins=…, verify=…, dialects=…)"
        )
    return Service(served, None)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ws-sync serve", description=ABOUT)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--testee", action="store_true", help="serve the testee, for the conformance kit"
    )
    what.add_argument("--demo", action="store_true", help="serve the demo, for a browser")
    what.add_argument(
        "app",
        nargs="?",
        metavar="MODULE:APP",
        help="an ASGI application, such as notes:app for `app` in ./notes.py; or a factory, such "
        "as notes:Notes, that creates the objects of one session. A factory has one session for "
        "each name at /ws/{session}, and one for each pair of user and session that clients send "
        "at /ws. With a secret it serves only /ws, and the session must be a token: see `ws-sync "
        "token`",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--port", type=_port, default=8000, help="default %(default)s; 0 picks a free one"
    )
    parser.add_argument(
        "--transport", choices=TRANSPORTS, default="uvicorn", help="default %(default)s; picows is "
        "faster, but serves factories only"
    )  # fmt: skip
    parser.add_argument(
        "--ws", choices=WS_IMPLEMENTATIONS, default="auto",
        help="uvicorn's WebSocket implementation",
    )  # fmt: skip
    _add_log_options(parser.add_argument_group("the log, on standard error"))
    _add_session_options(parser.add_argument_group("sessions of a factory"))
    _add_admission_options(parser.add_argument_group("who may connect"))
    arguments = parser.parse_args(given)
    if arguments.token_max_age is not None and not has_secret(arguments):
        parser.error("--token-max-age needs a secret: --token-secret-env or --token-secret-file")
    return arguments


def _add_log_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--log-level", choices=logs.LEVELS, help="default: the application's level, or warning"
    )
    group.add_argument("--log-json", action="store_true", help="log one JSON object per line")


def _add_session_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--limit", type=_limit, help="the maximum number of sessions; default 1000")
    group.add_argument(
        "--lifetime", type=_seconds, help="seconds until a session ends; default: never"
    )
    group.add_argument(
        "--grace", type=_seconds, help="seconds until a session without a client ends; default 300"
    )
    group.add_argument(
        "--dialect", action="append", default=[], choices=sorted(DIALECTS), metavar="DIALECT",
        help="apply a known kind of invalid patch as intended; may be repeated: "
        f"{', '.join(sorted(DIALECTS))}",
    )  # fmt: skip


def _add_admission_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--origin", action="append", default=[], type=_origin, metavar="ORIGIN",
        help="accept connections from web pages of this origin, such as https://app.example; may "
        "be repeated; '*' accepts all. Pages of the server itself are always accepted; on "
        "loopback, so are pages of this machine",
    )  # fmt: skip
    add_secret_options(group)
    group.add_argument(
        "--token-max-age",
        type=_age,
        metavar="SECONDS",
        help=f"seconds until a token expires; default {MAX_AGE}",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535")
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
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of {what}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, 0 or more")
    return seconds


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only on sockets with an explicit protocol.
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
        say(f"devtools: http://{host}:{port}{home}")
