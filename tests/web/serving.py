"""Serves an application and a test page: `python -m tests.web.serving NAME FOLDER`.

The name is `seed` or `demo`; the folder has the page. With `seed`, a POST to `/add` makes the
server add a note.
"""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any

import uvicorn
from fastapi import WebSocket
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from ws_sync._apps import demo


def seed() -> Any:
    """Return the application of the first document of ws-sync.

    It uses `WebSocket` without importing it; the rest is unchanged.
    """
    main = runpy.run_module("tests.web.seed.main", {"WebSocket": WebSocket})

    async def add(request: Request) -> Response:
        await main["my_notes"].add((await request.body()).decode())
        return Response(status_code=204)

    main["app"].add_route("/add", add, methods=["POST"])
    return main["app"]


def main(name: str, folder: str) -> None:
    """Serve until the process ends."""
    app = seed() if name == "seed" else demo.make_routes().app()
    app.mount("/", StaticFiles(directory=folder, html=True))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)  # noqa: T201
        # The example closes connections that the client has closed already, which uvicorn logs.
        uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
