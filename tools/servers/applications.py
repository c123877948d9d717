"""The testee as users embed it: at endpoints of FastAPI, and in a larger application."""

from __future__ import annotations

from fastapi import FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.routing import Mount

from ws_sync._apps.testee import make_app, make_routes


def in_fastapi() -> FastAPI:
    """Return the testee at endpoints of FastAPI."""
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
    """Return a Starlette application with the testee below `/inside`."""
    return Starlette(routes=[Mount("/inside", make_app())])


def mounted_in_fastapi() -> FastAPI:
    """Return a FastAPI application with the testee below `/inside`."""
    app = FastAPI()
    app.mount("/inside", make_app())
    return app
