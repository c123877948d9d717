"""The probe of a server that is not a testee: one clear message and the right exit status."""

from __future__ import annotations

import http
import socket

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.conformance import liars
from tests.conformance.kit import QUICK, WAITED, run_kit
from tests.conformance.liars import Liar, lying

pytestmark = pytest.mark.io


@pytest.mark.parametrize(
    ("liar", "status", "said"),
    [
        (liars.says_nothing, 1, f"accepts a connection and then sends nothing for {WAITED}"),
        (
            liars.closes_at_once,
            1,
            "closes connections: connection A closed with code 1011 ('no')",
        ),
        (liars.sends_junk, 1, "sends an illegal frame (binary-pair): expected _BIN_META before"),
        (liars.sends_no_json, 1, "sends an illegal frame (events-strict-json): expected a legal"),
        (liars.is_another_app, 1, "does not answer _GET:NOTES with _SET:NOTES (state-get)"),
        (liars.lacks_testee, 1, "sends _SET:SECOND, but not _SET:TESTEE"),
        (liars.announces_nothing, 1, "sends _TOAST, but no document, so there is nothing to judge"),
        (liars.asks_who_is_there, 2, "give it as --auth-url"),
        (liars.lists_an_unknown_feature, 1, "'telepathy' is not one of"),
        (liars.never_answers, 1, "does not answer _GET:SECOND with _SET:SECOND"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
async def test_server_that_is_no_testee_gets_one_sentence(
    liar: Liar, status: int, said: str
) -> None:
    async with lying(liar) as url:
        result = await run_kit("--server-url", url, *QUICK)
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == status


@pytest.mark.parametrize("code", [403, 404, 500])
async def test_http_answer_is_named(code: int) -> None:
    def answer(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(http.HTTPStatus(code), "no")

    async with lying(liars.says_nothing, answer) as url:
        result = await run_kit("--server-url", url, *QUICK)
    assert f"answers the handshake with HTTP {code}: check the path" in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 3


async def test_unreachable_server_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result = await run_kit(
            "--server-url", f"ws://127.0.0.1:{unused.getsockname()[1]}/ws", *QUICK
        )
    assert "no server listens at ws://127.0.0.1:" in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 3


async def test_server_that_does_not_speak_http_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}/ws"
        result = await run_kit("--server-url", url, *QUICK)
    assert f"does not answer the WebSocket handshake within {WAITED}" in result.output
    assert result.status == 3


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:8000/ws", "write a WebSocket URL, which begins with ws:// or wss://"),
        ("127.0.0.1:8000", "write a WebSocket URL, which begins with ws:// or wss://"),
        ("ws:///ws", "it has no host"),
        ("ws://127.0.0.1:99999/ws", "an invalid port"),
        ("ws://127.0.0.1:0/ws", "an invalid port"),
        ("ws://127.0.0.1:8000/ws/{sesion}", "only {session} is replaced"),
        (
            "ws://127.0.0.1:{port}/ws/{session}",
            "ws://127.0.0.1:{port}/ws/{session}': {port} needs --server-cmd",
        ),
    ],
)
async def test_wrong_url_is_a_wrong_option(url: str, said: str) -> None:
    result = await run_kit("--server-url", url)
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--time-scale", "0"], "write a number greater than 0"),
        (["--time-scale", "nan"], "write a number greater than 0"),
        (["--time-scale", "soon"], "invalid float value"),
        (["--known-failing", "no-such-file"], "can't be read"),
        (["--server-cmd", "no-such-command {port}"], "can't be run"),
        (["--server-cmd", "serve"], "write {port} where the command takes its port"),
        (["--report-json", "none/report.json"], "the directory none does not exist"),
        (["--budget", "soon"], "write a number and s, m or h"),
        (["--no-such-option"], "no-such-option"),
    ],
    ids=lambda value: value[0].removeprefix("--") if isinstance(value, list) else "",
)
async def test_wrong_option_is_named(options: list[str], said: str) -> None:
    result = await run_kit(*options)
    assert said in result.output
    assert "Traceback" not in result.output
    assert result.status in (2, 3)


async def test_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}/ws"
        result = await run_kit("--server-cmd", "sleep 1", "--server-url", url)
    assert "another process listens on port" in result.output
    assert result.status == 3


async def test_sessions_that_are_one_are_noticed() -> None:
    async with lying(liars.Shared().serve) as url:
        result = await run_kit("--server-url", url, *QUICK)
    assert "two names for {session} share one session" in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 1


async def test_command_that_ends_is_shown_with_what_it_printed() -> None:
    result = await run_kit("--server-cmd", "sh -c 'echo out of order; exit 7' {port}")
    assert "ended with status 7" in result.output
    assert "out of order" in result.output
    assert result.status == 3
