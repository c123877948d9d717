"""The testee as users build it in: at endpoints of FastAPI, and inside of a larger application."""

from __future__ import annotations

from fastapi import FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.routing import Mount

from ws_sync._apps.testee import make_app, make_routes


def in_fastapi() -> FastAPI:
    """Endpoints of FastAPI."""
    app = FastAPI()
    sessions = make_routes().sessions

    @app.websocket("/ws/{session:path}")
    async def by_name(ws: WebSocket, session: str) -> None:
        await sessions.handle_connection(ws, session)

    @app.websocket("/auth")
    async def by_identification(ws: WebSocket) -> None:
        await sessions.handle_connection(ws)

    return app


def mounted_in_starlette() -> Starlette:
    """The testee below `/inside` of another application."""
    return Starlette(routes=[Mount("/inside", make_app())])


def mounted_in_fastapi() -> FastAPI:
    """The same in one of FastAPI."""
    app = FastAPI()
    app.mount("/inside", make_app())
    return app
