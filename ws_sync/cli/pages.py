"""The demo and the devtools that `ws-sync serve` offers with a service.

The devtools get the addresses of the service, as far as they are known. They connect at once to a
session of their own. Any other address is only offered, because connecting may take over the
session of another client.

The devtools show and change all data of the application, so they are offered on loopback only.
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
from ws_sync.cli.transports import Service

NAME = "devtools"
"""The name of the devtools' session, and the value of each path parameter."""


def with_pages(service: Service, host: str, transport: str, demo: bool) -> Service:
    """Return the service with its pages, if it is served by uvicorn on loopback."""
    if transport != "uvicorn" or not _is_loopback(host):
        return service
    return replace(service, home=DEMO if demo else _devtools(service))


def _devtools(service: Service) -> str:
    if service.routes is not None:
        # The devtools have no token, so they can't connect where clients need one.
        return f"{DEVTOOLS}#{NAMED}{NAME}" if service.routes.named else DEVTOOLS
    found = [("address", path) for path in _endpoints(service.app)]
    return f"{DEVTOOLS}?{urlencode(found, safe='/')}" if found else DEVTOOLS


def _endpoints(app: Any, prefix: str = "") -> Iterator[str]:
    """Yield the paths of an application's WebSockets, if it has `routes` like Starlette's."""
    routes = getattr(app, "routes", None)
    for route in routes if isinstance(routes, Sequence) else ():
        if isinstance(route, WebSocketRoute):
            yield re.sub(r"\{[^}]*\}", NAME, prefix + route.path)
        elif isinstance(route, Mount):
            yield from _endpoints(route, prefix + route.path)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
