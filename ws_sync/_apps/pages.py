"""The pages that `ws-sync serve` offers on loopback, beside the application that it serves.

Everything is below `/ws-sync/`; only where the application answers to no HTTP at all does `/` lead
there.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ws_sync.web import files

PREFIX = "/ws-sync"
DEMO = f"{PREFIX}/demo/"
DEVTOOLS = f"{PREFIX}/devtools/"


class WithPages:
    """An ASGI application with the pages beside it.

    Args:
        app: the application.
        home: the page to which `/` leads, with a fragment or not; None: `/` is the application's.
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
