"""The pages beside what is served: whether they are offered, and where they are.

The devtools are given the address of what is served, as far as it is known. At one that names a
session of their own, they connect at once; others are only offered, since to connect there may
take over from the client that is there.

They show and change whatever the application holds, so they are for the developer's own machine.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.routing import Mount, WebSocketRoute

from ws_sync._apps.pages import DEMO, DEVTOOLS
from ws_sync._apps.routes import NAMED
from ws_sync.cli.service import Service

NAME = "devtools"
"""Of the session of the devtools."""


def offer(service: Service, host: str, transport: str, demo: bool) -> Service:
    """Return a service with its pages beside it, if it is served to this machine alone."""
    if transport != "uvicorn" or not _is_loopback(host):
        return service
    return replace(service, home=DEMO if demo else _devtools(service))


def _devtools(service: Service) -> str:
    if service.routes is not None:
        # Where a client has to prove who it is, the devtools are nobody.
        return f"{DEVTOOLS}#{NAMED}{NAME}" if service.routes.named else DEVTOOLS
    found = [("address", path) for path in _endpoints(service.app)]
    return f"{DEVTOOLS}?{urlencode(found, safe='/')}" if found else DEVTOOLS


def _endpoints(app: Any, prefix: str = "") -> Iterator[str]:
    """Yield the paths of an application's WebSockets, if it tells its routes as Starlette's do."""
    routes = getattr(app, "routes", None)
    for route in routes if isinstance(routes, Sequence) else ():
        if isinstance(route, WebSocketRoute):
            yield _with_names(prefix + route.path)
        elif isinstance(route, Mount):
            yield from _endpoints(route, prefix + route.path)


def _with_names(path: str) -> str:
    """Put a name for each parameter of a path."""
    return re.sub(r"\{[^}]*\}", NAME, path)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
