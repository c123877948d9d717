"""Tests of `ws_sync.web` and `ws_sync.cli.pages`: the served files and pages."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ws_sync._apps.routes import Routes
from ws_sync.cli.pages import (
    DEMO,
    DEVTOOLS,
    WithPages,
    devtools_of_app,
    devtools_of_factory,
)
from ws_sync.cli.transports import Service
from ws_sync.sessions import Sessions
from ws_sync.web import FOLDER, TYPES, files

MOUNTED = Starlette(routes=[Mount("/client", files())])


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def ask(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> Answer:
    """Request a path of an application, as an ASGI server does."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "server": ("page", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent: list[Message] = []

    requests: list[Message] = [{"type": "http.request"}]

    async def receive() -> Message:
        if requests:
            return requests.pop()
        return await asyncio.Future()  # the client stays connected

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(_run(app, scope, receive, send))
    start = sent[0]
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], named, b"".join(m.get("body", b"") for m in sent[1:]))


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


@pytest.mark.parametrize(
    "path",
    [p.relative_to(FOLDER) for p in sorted(FOLDER.rglob("*")) if p.suffix in TYPES],
    ids=str,
)
def test_files_are_served_with_their_type_and_asked_for_again(path: Path) -> None:
    answer = ask(MOUNTED, f"/client/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[path.suffix]
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text == (FOLDER / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/client/ws-sync.js", "/client/demo/"])
def test_what_has_not_changed_is_not_sent_again(path: str) -> None:
    first = ask(MOUNTED, path)
    again = ask(MOUNTED, path, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["__init__.py", "pages.py", "nothing.js", "../demo.py", "..%2fdemo.py", "", "demo/x"]
)
def test_nothing_else_is_served(path: str) -> None:
    assert ask(MOUNTED, f"/client/{path}").status_code == 404
    assert ask(WithPages(MOUNTED, None), f"/ws-sync/{path}").status_code == 404


def test_files_are_read_only() -> None:
    assert ask(files(), "/ws-sync.js", "POST").status_code == 405


def test_pages_load_nothing_from_elsewhere() -> None:
    policy = ask(WithPages(MOUNTED, None), DEMO).headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    for page in FOLDER.rglob("*.html"):
        assert not re.search(r"https?://", page.read_text(encoding="utf-8"))


def test_modules_import_only_each_other_and_react() -> None:
    for module in FOLDER.rglob("*.js"):
        for name in re.findall(
            r'^(?:import|export)\b[^"]*? from "([^"]+)"', module.read_text(), re.MULTILINE
        ):
            assert name == "react" or (module.parent / name).is_file(), (module, name)


def test_application_keeps_its_own_paths() -> None:
    async def own(_: object) -> PlainTextResponse:
        return PlainTextResponse("mine")

    app = Starlette(routes=[Route("/", own), Route("/ws-syncer", own)])
    assert ask(WithPages(app, None), "/").text == "mine"
    assert ask(WithPages(app, None), "/ws-syncer").text == "mine"
    assert ask(WithPages(app, DEVTOOLS), "/?a=1").headers["location"] == f"{DEVTOOLS}?a=1"
    at = f"{DEVTOOLS}#/ws/devtools"
    assert ask(WithPages(app, at), "/?a=1").headers["location"] == f"{DEVTOOLS}?a=1#/ws/devtools"
    assert ask(WithPages(app, DEVTOOLS), DEVTOOLS).status_code == 200


@pytest.mark.parametrize(
    ("host", "transport", "demo", "home"),
    [
        ("127.0.0.1", "uvicorn", False, DEVTOOLS),
        ("::1", "uvicorn", True, DEMO),
        ("localhost", "uvicorn", False, DEVTOOLS),
        ("0.0.0.0", "uvicorn", True, None),
        ("192.168.0.1", "uvicorn", False, None),
        ("example.org", "uvicorn", False, None),
        ("127.0.0.1", "picows", True, None),
    ],
)
def test_pages_are_offered_to_this_machine_alone(
    host: str, transport: str, demo: bool, home: str | None
) -> None:
    async def own(*_: object) -> None: ...

    assert Service(own, None).with_pages(host, transport, demo).home == home


def test_devtools_connect_at_once_only_to_a_session_of_their_own() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None: ...

    assert devtools_of_app(app) == DEVTOOLS
    assert devtools_of_factory(Routes(Sessions(object))) == f"{DEVTOOLS}#/ws/devtools"
    verified = Routes(Sessions(object, verify=lambda *_: True))
    assert devtools_of_factory(verified) == DEVTOOLS
