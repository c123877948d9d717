"""The demo and the devtools that `ws-sync serve` offers with a service.

The devtools get the addresses of the service, as far as they are known. They connect at once to a
session of their own. Any other address is only offered, because connecting may take over the
session of another client.

The devtools show and change all data of the application, so they are offered on loopback only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ws_sync._apps.routes import NAMED, Routes
from ws_sync.web import files

PREFIX = "/ws-sync"
DEMO = f"{PREFIX}/demo/"
DEVTOOLS = f"{PREFIX}/devtools/"

NAME = "devtools"
"""The name of the devtools' session, and the value of each path parameter."""


class WithPages:
    """An ASGI application that serves the pages below `/ws-sync/`, and everything else by `app`.

    Args:
        app: the application.
        home: the page that `/` redirects to, with or without a fragment; None: `app` serves `/`.
    """

    def __init__(self, app: ASGIApp, home: str | None) -> None:
        self._app = app
        self._home = home
        self._files = files()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, a connection, or the lifespan."""
        path = scope["path"] if scope["type"] == "http" else None
        if path == "/" and self._home is not None:
            query = Request(scope).url.query
            page, *fragment = self._home.split("#", 1)
            target = "#".join([f"{page}?{query}" if query else page, *fragment])
            await RedirectResponse(target, 307)(scope, receive, send)
        elif path is not None and path.startswith(f"{PREFIX}/"):
            below = {**scope, "root_path": scope.get("root_path", "") + PREFIX}
            await self._files(below, receive, send)
        else:
            await self._app(scope, receive, send)


def devtools_of_factory(routes: Routes) -> str:
    """Return the path of the devtools for the sessions of a factory."""
    # The devtools have no token, so they can't connect where clients need one.
    return f"{DEVTOOLS}#{NAMED}{NAME}" if routes.named else DEVTOOLS


def devtools_of_app(app: Any) -> str:
    """Return the path of the devtools for an ASGI application."""
    found = [("address", path) for path in _endpoints(app)]
    return f"{DEVTOOLS}?{urlencode(found, safe='/')}" if found else DEVTOOLS


def _endpoints(app: Any, prefix: str = "") -> Iterator[str]:
    """Yield the paths of an application's WebSockets, if it has `routes` like Starlette's."""
    routes = getattr(app, "routes", None)
    for route in routes if isinstance(routes, Sequence) else ():
        if isinstance(route, WebSocketRoute):
            yield re.sub(r"\{[^}]*\}", NAME, prefix + route.path)
        elif isinstance(route, Mount):
            yield from _endpoints(route, prefix + route.path)
