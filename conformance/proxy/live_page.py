"""The live page of the proxy, for a browser.

It is served at one address and only to its own pages. Requests with another `Host`, such as a
foreign name that resolves to this machine, or with a foreign `Origin` are rejected. The page loads
nothing from elsewhere, and shows what comes from the wire as text.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.driver.trace import WHOLE
from conformance.proxy import feed
from conformance.proxy.watcher import Watcher

FILES = Path(__file__).parent / "page"
PERIOD = 0.2
"""Seconds between updates."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

Write = Callable[[], Awaitable[str]]


class Page:
    """The page of one watcher."""

    def __init__(
        self, watcher: Watcher, about: dict[str, str], write: Write | None, host: str, port: int
    ) -> None:
        """Listen; `serve` answers the requests.

        Raises:
            OSError: The address can't be listened on.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family)
        number = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{shown}:{number}"
        self._watcher = watcher
        self._about = about
        self._write = write
        app = Starlette(
            routes=[
                Route("/", self._file),
                Route("/{name:str}", self._file),
                Route("/api/about", self._about_page),
                Route("/api/feed", self._feed),
                Route("/api/entry/{number:int}", self._entry),
                Route("/api/report", self._report, methods=["POST"]),
            ]
        )
        hosts = {f"{name}:{number}" for name in (shown, *LOCAL)}
        config = uvicorn.Config(
            Guard(app, hosts),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)

    async def serve(self) -> None:
        """Serve until `close`."""
        await self._server.serve(sockets=[self._socket])

    def close(self) -> None:
        """End the server and all streams of updates."""
        self._server.should_exit = True

    async def _file(self, request: Request) -> Response:
        path = FILES / request.path_params.get("name", "index.html")
        if path.parent != FILES or path.suffix not in TYPES or not path.is_file():
            return PlainTextResponse("not found", 404)
        return Response(path.read_bytes(), media_type=TYPES[path.suffix])

    async def _about_page(self, _: Request) -> Response:
        return JSONResponse({**self._about, "report": self._write is not None})

    async def _feed(self, _: Request) -> Response:
        return StreamingResponse(self._news(), media_type="text/event-stream")

    async def _news(self) -> AsyncIterator[bytes]:
        reader = feed.Reader(self._watcher)
        while not self._server.should_exit:
            yield b"data: " + reader.news() + b"\n\n"
            await asyncio.sleep(PERIOD)

    async def _entry(self, request: Request) -> Response:
        passed = self._watcher.record.get(request.path_params["number"])
        if passed is None:
            return PlainTextResponse("the entry was dropped from the record", 404)
        return JSONResponse(feed.entry(passed, WHOLE))

    async def _report(self, _: Request) -> Response:
        if self._write is None:
            return PlainTextResponse("start the proxy with --report DIR", 409)
        return JSONResponse({"said": await self._write()})


class Guard:
    """Rejects requests from other origins, and adds `HEADERS` to the other answers."""

    def __init__(self, app: ASGIApp, hosts: set[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or reject a request."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        origin = request.headers.get("origin", "")
        own = request.headers.get("host", "") in self._hosts
        if origin or request.method == "POST":
            own = own and origin.removeprefix("http://") in self._hosts
        app = (
            self._app if own else PlainTextResponse("rejected: foreign Host or Origin header", 403)
        )

        async def answer(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers = [(name.lower().encode(), text.encode()) for name, text in HEADERS.items()]
                message["headers"] = [*message["headers"], *headers]  # type: ignore[misc]
            await send(message)

        await app(scope, receive, answer)  # type: ignore[arg-type]


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, because the command has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
