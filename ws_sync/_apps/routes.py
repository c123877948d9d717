"""The WebSocket endpoints of a store of sessions, for any server.

`/ws/{session}` names the session; on one more path the client identifies its session. If the store
verifies clients, only the latter exists, because a name proves nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ws_sync._server.transport import Transport
from ws_sync.sessions import Sessions

Endpoint: TypeAlias = Callable[[Transport], Awaitable[None]]

NAMED = "/ws/"
"""The path before the name of a session."""


class Routes:
    """The endpoints of a store.

    Attributes:
        sessions: the store.
        asking: the path with identification.
        named: whether there are paths that name a session.
    """

    def __init__(self, sessions: Sessions, asking: str = "/ws") -> None:
        self.sessions = sessions
        self.asking = asking
        self.named = not sessions.asks_for_proof

    def find(self, path: str) -> Endpoint | None:
        """Return the endpoint of a path (unquoted, without the query), or None."""
        if self.named and path.startswith(NAMED):
            return partial(self.sessions.handle_connection, identity=path.removeprefix(NAMED))
        return self.sessions.handle_connection if path == self.asking else None

    def app(self) -> Starlette:
        """Return an ASGI application with the endpoints; its lifespan closes the store."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with self.sessions:
                yield

        async def by_name(ws: WebSocket) -> None:
            await self.sessions.handle_connection(ws, ws.path_params["session"])

        routes = [WebSocketRoute(self.asking, self.sessions.handle_connection)]
        if self.named:
            routes.append(WebSocketRoute(NAMED + "{session:path}", by_name))
        return Starlette(routes=routes, lifespan=lifespan)
