"""Tests of `ws_sync.cli`, in processes of their own."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import websockets

from tests.ws_sync.harness import Client
from ws_sync.cli import main

DEADLINE = 20.0  # seconds; a process starts slowly


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ws_sync.cli",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(DEADLINE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_serve_says_where_and_serves_until_interrupted() -> None:
    async with command("serve", "--testee", "--port", "0") as process:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        match = re.fullmatch(
            r"ws-sync: serving the testee at (ws://127\.0\.0\.1:\d+)/ws/\{session\}\n", line
        )
        assert match is not None
        async with websockets.connect(f"{match[1]}/ws/a") as connection:
            assert (await Client(connection).receive())[0] == "_SET:TESTEE"
        process.send_signal(signal.SIGINT)
        code, errors = await said(process)
        assert (code, errors) == (130, "")


async def test_serve_complains_about_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with command("serve", "--testee", "--port", str(port)) as process:
            code, errors = await said(process)
    assert code == 1
    assert errors == f"ws-sync: can't listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    "arguments",
    [("serve", "nowhere:app"), ("serve", "ws_sync.testee"), ("serve", "ws_sync.testee:nothing")],
    ids=["module", "form", "name"],
)
def test_serve_complains_about_what_is_no_application(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("ws-sync: nothing to serve: ")


def test_serve_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", "--testee"]) == 2
    assert "pip install 'ws-sync-kit[server]'" in capsys.readouterr().err


async def test_serve_runs_an_application_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text("from ws_sync.testee import make_app\napp = make_app()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with command("serve", "mine:app", "--port", "0") as process:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert re.fullmatch(r"ws-sync: serving mine:app at ws://127\.0\.0\.1:\d+\n", line)


def test_serve_refuses_options_that_it_does_not_know() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", "--testee", "--nonsense"])
    assert caught.value.code == 2


@pytest.mark.parametrize("missing", ["conformance", "pytest"])
def test_test_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == missing else find(name),
    )
    assert main(["test", "ws://127.0.0.1:1/ws/{session}"]) == 2
    errors = capsys.readouterr().err
    assert errors == f"ws-sync: testing needs {missing}: pip install 'ws-sync-kit[conformance]'\n"


def test_test_passes_options_on_and_returns_the_status_of_the_kit(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["test", "ws://127.0.0.1:1/ws/{session}", "--version"]) == 0
    assert capfd.readouterr().out.strip()
