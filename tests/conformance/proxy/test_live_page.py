"""The live page: its readers, and its updates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from conformance.proxy.feed import SHOWN_CHARACTERS, Reader
from conformance.proxy.live_page import Page
from conformance.proxy.watcher import Watched, Watcher
from tests.conformance.proxy.watching import Listening
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io

HEAD = b"\r\n\r\n"


def watcher() -> tuple[Watcher, Watched]:
    """Return a watcher with one connection."""
    made = Watcher(Listening(), 5.0)
    return made, made.open("/ws?<b>", "http://app.example", "a browser")


@asynccontextmanager
async def page(write: Any = None) -> AsyncIterator[Page]:
    shown = Page(watcher()[0], {"target": "ws://t"}, write, "127.0.0.1", 0)
    serving = asyncio.create_task(shown.serve())
    try:
        yield shown
    finally:
        shown.close()
        await asyncio.wait_for(serving, DEADLINE)


async def ask(shown: Page, path: str, host: str = "", origin: str = "", method: str = "GET") -> Any:
    """Return the status, headers and body of an answer."""
    _, _, port = shown.address.partition(":")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or shown.address}", "Connection: close"]
    lines += [f"Origin: {origin}"] if origin else []
    lines += ["Content-Length: 0"] if method == "POST" else []
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await asyncio.wait_for(reader.read(), DEADLINE)
    writer.close()
    head, _, body = answer.partition(HEAD)
    return int(head.split()[1]), head.decode().lower(), body


@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css", "/api/about", "/api/entry/1"])
async def test_own_page_is_served_with_a_policy(path: str) -> None:
    async with page() as shown:
        status, head, body = await ask(shown, path)
    assert status == 200
    assert body
    assert "content-security-policy: default-src 'none'" in head
    assert "cross-origin-resource-policy: same-origin" in head


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", ""),
        ("evil.example:80", "http://evil.example"),
        ("127.0.0.1", ""),  # another port's page
        ("", "http://evil.example"),
        ("", "null"),
        ("", "https://{own}"),
    ],
)
async def test_foreign_pages_are_refused(host: str, origin: str) -> None:
    async with page() as shown:
        for path in ("/", "/api/feed", "/api/about"):
            own = origin.format(own=shown.address)
            assert (await ask(shown, path, host, own))[0] == 403


async def test_local_names_and_the_own_origin_are_let_in() -> None:
    async with page() as shown:
        name = shown.address.replace("127.0.0.1", "localhost")
        assert (await ask(shown, "/", name, f"http://{name}"))[0] == 200


@pytest.mark.parametrize("path", ["/..%2f__init__.py", "/nothing.js", "/__init__.py", "/page/x"])
async def test_nothing_else_is_served(path: str) -> None:
    async with page() as shown:
        assert (await ask(shown, path))[0] == 404


async def test_report_is_written_for_the_own_page_alone() -> None:
    written = []

    async def write() -> str:
        written.append(1)
        return "written"

    async with page(write) as shown:
        own = f"http://{shown.address}"
        assert (await ask(shown, "/api/report", method="POST"))[0] == 403
        assert (await ask(shown, "/api/report", origin=own))[0] == 405
        assert written == []
        status, _, body = await ask(shown, "/api/report", origin=own, method="POST")
        assert (status, json.loads(body)) == (200, {"said": "written"})
    async with page() as shown:
        own = f"http://{shown.address}"
        assert (await ask(shown, "/api/report", origin=own, method="POST"))[0] == 409


async def test_feed_streams_and_ends_with_the_page() -> None:
    async with page() as shown:
        _, _, port = shown.address.partition(":")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(f"GET /api/feed HTTP/1.1\r\nHost: {shown.address}\r\n\r\n".encode())
        await reader.readuntil(b"data: ")
        news = json.loads(await reader.readuntil(b"\n\n"))
        assert [one["path"] for one in news["connections"]] == ["/ws?<b>"]
        shown.close()
        await asyncio.wait_for(reader.read(), DEADLINE)
        writer.close()


def frame(text: str) -> bytes:
    from websockets.frames import Frame, Opcode

    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def test_news_are_what_has_changed() -> None:
    made, watched = watcher()
    reader = Reader(made)
    first = json.loads(reader.news())
    assert [one["label"] for one in first["connections"]] == ["A"]
    assert [one["text"] for one in first["entries"]] == [
        "connects to /ws?<b> from http://app.example"
    ]
    again = json.loads(reader.news())
    assert not any(again[name] for name in ("connections", "entries", "documents", "findings"))
    watched.server(frame('{"type":"_SET:K","data":{"x":1}}'))
    watched.server(frame('{"type":"_PATCH:K","data":[{"op":"remove","path":"/y"}]}'))
    news = json.loads(reader.news())
    assert [(one["type"], one["findings"]) for one in news["entries"]] == [
        ("_SET:K", []),
        ("_PATCH:K", [1]),
    ]
    (document,) = news["documents"]
    assert document["followed"] is False
    assert [one["requirement"] for one in news["findings"]] == ["patch-applicable"]
    watched.server(frame('{"type":"_SET:K","data":{"x":2}}'))
    (document,) = json.loads(reader.news())["documents"]
    assert document["state"] == {"x": 2}


def test_news_are_bounded_and_harmless() -> None:
    made, watched = watcher()
    reader = Reader(made)
    for _ in range(1000):
        watched.server(frame('{"type":"\u202e\x1b[31m' + "x" * 5000 + '"}'))
    watched.server(frame('{"type":"_SET:K","data":{"x":"' + "y" * 300_000 + '"}}'))
    watched.server(frame('{"type":"_SET:D","data":{"x":' + "[" * 500 + "]" * 500 + "}}"))
    news = json.loads(reader.news())
    assert len(news["entries"]) + news["skipped"] == 1003
    assert max(len(one["text"]) for one in news["entries"]) <= SHOWN_CHARACTERS
    assert "\u202e" not in news["entries"][0]["text"]
    assert "too large to be shown" in news["documents"][0]["why"]
    assert len(json.dumps(news)) < 1_000_000


def test_late_reader_gets_all_findings_and_states() -> None:
    made, watched = watcher()
    watched.server(frame('{"type":"_SET:K","data":{"x":1}}'))
    for _ in range(37):
        watched.server(frame("?"))
    news = json.loads(Reader(made).news())
    assert [(one["requirement"], one["count"]) for one in news["findings"]] == [
        ("events-strict-json", 37)
    ]
    assert news["documents"][0]["state"] == {"x": 1}
