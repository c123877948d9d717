"""Tests of `ws_sync.cli`, most of them in a process of their own."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests import forked
from tests.deadlines import DEADLINE
from tests.ws_sync.harness import Client
from ws_sync._core.json.codec import JSON
from ws_sync.cli import main
from ws_sync.tokens import Tokens

pytestmark = pytest.mark.io

URL = "ws://127.0.0.1:8000/ws/{session}"


README = Path(__file__).parents[2] / "README.md"
WS_SYNC = "import sys; from ws_sync.cli import main; sys.exit(main())"
IMPATIENT = f"from ws_sync.cli import serve; serve.GRACE = 0.1; {WS_SYNC}"


@asynccontextmanager
async def command(
    *arguments: str, program: str = WS_SYNC, cwd: Path | None = None, fork: bool = True
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `ws-sync` as its console script does: the current directory is not on the path."""
    python = forked.python() if fork else [sys.executable]
    process = await asyncio.create_subprocess_exec(
        *(*python, "-P", "-c", program, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    try:
        async with asyncio.timeout(DEADLINE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address(process: asyncio.subprocess.Process) -> str:
    """Return the URL that a server prints for an application."""
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    match = re.fullmatch(r"ws-sync: serving \w+:\w+ at (ws://127\.0\.0\.1:\d+)\n", line)
    assert match is not None, line
    return match[1]


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


Refuse = Callable[..., str]


@pytest.fixture
def refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refuse:
    """Run `serve` in `tmp_path` and in this process; it is refused, and its errors returned."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for module in ("notes", "sound", "broken"):
        monkeypatch.delitem(sys.modules, module, raising=False)

    def run(*arguments: str) -> str:
        try:
            status: object = main(["serve", *arguments])
        except SystemExit as end:
            status = end.code
        assert status == 2
        return capsys.readouterr().err

    return run


async def test_serve_says_where_and_serves_until_interrupted() -> None:
    async with command("serve", "--testee", "--port", "0") as process:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        match = re.fullmatch(
            r"ws-sync: serving the testee at (ws://127\.0\.0\.1:\d+)/ws/\{session\}\n", line
        )
        assert match is not None
        hint = (await process.stdout.readline()).decode()
        assert hint == (
            f"ws-sync: judge it with: ws-sync test '{match[1]}/ws/{{session}}' "
            f"--auth-url {match[1]}/auth\n"
        )
        async with websockets.connect(f"{match[1]}/ws/a") as connection:
            assert (await Client(connection).receive())[0] == "_SET:TESTEE"
        process.send_signal(signal.SIGINT)
        code, errors = await outcome(process)
        assert (code, errors) == (130, "")


NOISY = """
import logging
from ws_sync import Sync, remote_action

class Noisy:
    def __init__(self):
        self.sync = Sync(self, "N")

    @remote_action
    async def fail(self):
        raise RuntimeError("two\\nlines")

def make():
    logging.getLogger("mine").info("made")
    return Noisy()
"""


async def logged(directory: Path, transport: str, *options: str, setup: str = "") -> list[str]:
    """Return the lines of the log after an unknown action and a failing one."""
    (directory / "noisy.py").write_text(NOISY + setup)
    options = ("--port", "0", "--transport", transport, *options)
    async with command("serve", "noisy:make", *options, cwd=directory) as process:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().split()[-1]
        async with websockets.connect(f"{url}/ws/a") as connection:
            client = Client(connection)
            await client.act("N", "nothing\n")
            await client.act("N", "fail")
            await client.fence("N")
        process.send_signal(signal.SIGINT)
        return (await outcome(process))[1].splitlines()


@pytest.mark.parametrize("transport", ["uvicorn", "picows"])
async def test_serve_writes_its_log_as_json(transport: str, tmp_path: Path) -> None:
    lines = await logged(tmp_path, transport, "--log-json", "--log-level", "info")
    records = {line.get("record", line["message"]): line for line in map(json.loads, lines)}
    assert records["made"]["logger"] == "mine"
    unknown, failed = records["action-unknown"], records["handler-failed"]
    assert (unknown["level"], unknown["key"], unknown["session"]) == ("warning", "N", "a")
    assert (unknown["requirement"], unknown["name"]) == ("actions-unknown", "nothing\\n")
    assert failed["traceback"].endswith("RuntimeError: two\nlines")
    assert failed["peer"].startswith("127.0.0.1:")


async def test_serve_writes_its_log_for_people_unless_the_application_does(tmp_path: Path) -> None:
    lines = await logged(tmp_path, "uvicorn")
    assert "WARNING ws_sync: N has no action 'nothing\\n'" in lines[0]
    assert sum("made" in line for line in lines) == 0
    setup = "logging.basicConfig(format='mine: %(message)s', level='INFO')\n"
    lines = await logged(tmp_path, "uvicorn", setup=setup)
    assert "mine: made" in lines
    lines = await logged(tmp_path, "uvicorn", "--log-level", "error", setup=setup)
    assert "mine: made" not in lines
    assert "ERROR ws_sync: the handler of '_ACTION:N' failed" in lines[0]


def test_serve_complains_about_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--testee", "--port", str(port)]) == 1
    errors = capsys.readouterr().err
    assert errors == f"ws-sync: can't listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("app", "'app' is not of the form module:app"),
        (".app:app", "'.app:app' is not of the form module:app"),
        ("nowhere:app", "no module 'nowhere' in {cwd} or among the installed packages"),
        ("sound.app:app", "no module 'sound.app' in {cwd} or among the installed packages"),
        ("sound:nothing", "no 'nothing' in the module 'sound', {cwd}/sound.py"),
        ("sound:title", "'sound:title' is not an ASGI application, but of type str"),
    ],
    ids=["form", "relative", "module", "submodule", "attribute", "type"],
)
def test_serve_complains_about_what_is_no_application(
    name: str, complaint: str, tmp_path: Path, refuse: Refuse
) -> None:
    (tmp_path / "sound.py").write_text("title = 'Sound'\n")
    assert refuse(name) == f"ws-sync: nothing to serve: {complaint.format(cwd=tmp_path)}\n"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("\napp = 1 / 0\n", "ZeroDivisionError: division by zero"),
        ("app = (\n", "SyntaxError: '(' was never closed"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
    ],
    ids=["library", "exception", "syntax", "exit"],
)
def test_serve_shows_why_a_module_can_not_be_imported(
    source: str, error: str, tmp_path: Path, refuse: Refuse
) -> None:
    (tmp_path / "broken.py").write_text(source)
    lines = refuse("broken:app").splitlines()
    assert lines[0] == (
        f"ws-sync: nothing to serve: importing the module 'broken' fails, {tmp_path / 'broken.py'}:"
    )
    assert lines[-1] == error
    assert {line.split('"')[1] for line in lines if line.startswith("  File")} == {
        str(tmp_path / "broken.py")
    }


@pytest.mark.parametrize(("transport", "extra"), [("uvicorn", "server"), ("picows", "picows")])
def test_serve_says_what_to_install(
    transport: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, transport, None)
    assert main(["serve", "--testee", "--transport", transport]) == 2
    assert f"pip install 'ws-sync-kit[{extra}]'" in capsys.readouterr().err


async def test_serve_runs_the_example_of_the_readme_in_the_current_directory(
    tmp_path: Path,
) -> None:
    example = re.search(r"^```python\n(.+?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert example is not None
    (tmp_path / "notes.py").write_text(example[1])
    async with command("serve", "notes:app", "--port", "0", cwd=tmp_path) as process:
        async with websockets.connect(f"{await address(process)}/ws") as connection:
            client = Client(connection)
            state: dict[str, JSON] = {"title": "My Notes", "notes": [], "total_length": 0}
            assert await client.receive() == ("_SET:NOTES", state)
            await client.act("NOTES", "ADD", note="milk")
            assert await client.until("_PATCH:NOTES")
            state |= {"notes": ["milk"], "total_length": 4}
            assert await client.fence("NOTES") == ([], state)
        process.send_signal(signal.SIGINT)
        assert await outcome(process) == (130, "")


ENDPOINTS = """
from fastapi import FastAPI
from starlette.routing import Mount, Route, Router, WebSocketRoute

async def endpoint(ws): ...

app = FastAPI()
app.add_api_websocket_route("/live", endpoint)
app.mount("/rooms/{room}", Router([WebSocketRoute("/{user:path}/ws", endpoint)]))
"""


async def test_serve_says_where_the_devtools_are_as_far_as_it_knows(tmp_path: Path) -> None:
    (tmp_path / "served.py").write_text(ENDPOINTS)
    async with command("serve", "served:app", "--port", "0", cwd=tmp_path) as process:
        base = (await address(process)).replace("ws:", "http:")
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
    page = "?address=/live&address=/rooms/devtools/devtools/ws"
    assert line == f"ws-sync: devtools: {base}/ws-sync/devtools/{page}\n"


STALLING: dict[str, Any] = {"max_queue": 1, "close_timeout": 0, "compression": None}

HANGS = """
import asyncio
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

async def endpoint(ws):
    await ws.accept()
    await ws.send_text("hanging")
    await asyncio.Event().wait()

async def flood(ws):
    await ws.accept()
    while True:
        await ws.send_bytes(bytes(1 << 20))

app = Starlette(routes=[WebSocketRoute("/hang", endpoint), WebSocketRoute("/flood", flood)])
"""


@pytest.mark.parametrize("path", ["/hang", "/flood"], ids=["endpoint", "reader"])
async def test_serve_ends_on_sigterm_though_something_hangs(path: str, tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text(HANGS)
    arguments = ("serve", "hangs:app", "--port", "0")
    async with command(*arguments, program=IMPATIENT, cwd=tmp_path) as process:
        url = await address(process)
        async with websockets.connect(url + path, **STALLING) as connection:
            await connection.recv()
            process.terminate()
            assert await process.wait() == -signal.SIGTERM


FACTORY = """
import asyncio
import pathlib
from ws_sync import Sync, remote_task, sync_all

class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self):
        self.text = ""

    @remote_task
    async def wait(self):
        try:
            await asyncio.Event().wait()
        finally:
            pathlib.Path("cancelled").touch()

def for_one(user_and_session):
    notes = Notes()
    notes.text = "of " + " ".join(user_and_session)
    return notes

def two(one, other):
    pass

class App:
    async def __call__(self, scope, receive, send):
        pass

app = App()
"""
TRANSPORTS = ["uvicorn", "picows"]
COMPRESSION = {"auto": False, "websockets": True, "websockets-sansio": False, "wsproto": False}


@asynccontextmanager
async def factory(
    name: str, folder: Path, *options: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Serve a factory of `FACTORY`; yield the process and the URL."""
    (folder / "notes.py").write_text(FACTORY)
    arguments = ("serve", f"notes:{name}", "--port", "0", *options)
    async with command(*arguments, cwd=folder) as process:
        yield process, await address(process)


@pytest.mark.parametrize(("implementation", "compresses"), COMPRESSION.items())
async def test_serve_compresses_only_where_a_queue_bounds_what_is_decompressed(
    implementation: str, compresses: bool, tmp_path: Path
) -> None:
    async with (
        factory("Notes", tmp_path, "--ws", implementation) as (_, url),
        websockets.connect(f"{url}/ws/a") as connection,
    ):
        assert bool(connection.protocol.extensions) is compresses


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_serve_makes_a_session_for_each_name_of_the_path(
    transport: str, tmp_path: Path
) -> None:
    async with factory("Notes", tmp_path, "--transport", transport) as (_, url):
        for name, expected in (("a", ""), ("b%20c", ""), ("a", "new")):
            async with websockets.connect(f"{url}/ws/{name}") as connection:
                client = Client(connection)
                assert await client.receive() == ("_SET:NOTES", {"text": expected})
                await client.patch("NOTES", "replace", "/text", value="new")
                await client.fence("NOTES")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_serve_makes_a_session_for_each_user_and_session(
    transport: str, tmp_path: Path
) -> None:
    options = ("--transport", transport, "--limit", "1")
    async with factory("for_one", tmp_path, *options) as (_, url):
        for session, code in (("1", None), ("2", 1013)):
            async with websockets.connect(f"{url}/ws") as connection:
                client = Client(connection)
                assert await client.receive() == ("_REQUEST_USER_SESSION", None)
                await client.send("_USER_SESSION", {"user": "ann", "session": session})
                if code is None:
                    assert await client.receive() == ("_SET:NOTES", {"text": "of ann 1"})
                else:
                    assert await client.close_code() == code


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)],
    ids=["SIGINT", "SIGTERM"],
)
async def test_serve_cancels_tasks_and_sends_clients_to_the_next_process(
    number: signal.Signals, status: int, transport: str, tmp_path: Path
) -> None:
    async with factory("Notes", tmp_path, "--transport", transport) as (process, url):
        async with websockets.connect(f"{url}/ws/a") as connection:
            client = Client(connection)
            await client.receive()
            await client.send("_TASK_START:NOTES", {"type": "wait"})
            await client.fence("NOTES")
            process.send_signal(number)
            assert await client.close_code() == 1012
        assert await outcome(process) == (status, "")
    assert (tmp_path / "cancelled").exists()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("app", "--transport picows can serve a factory, but not an ASGI application"),
        (
            "two",
            "nothing to serve: two is neither an ASGI application, which takes scope, receive and "
            "send, nor a factory, which takes nothing or the session's identity",
        ),
    ],
    ids=["application", "arguments"],
)
def test_serve_complains_about_what_no_session_can_be_made_of(
    name: str, complaint: str, tmp_path: Path, refuse: Refuse
) -> None:
    (tmp_path / "notes.py").write_text(FACTORY)
    assert refuse(f"notes:{name}", "--transport", "picows") == f"ws-sync: {complaint}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--testee", "--nonsense"),
        ("--testee", "--port", "65536"),
        ("--testee", "--port", "x"),
        ("notes:Notes", "--limit", "0"),
        ("notes:Notes", "--grace", "-1"),
        ("notes:Notes", "--lifetime", "long"),
    ],
    ids=["nothing", "option", "large port", "no number", "limit", "grace", "lifetime"],
)
def test_serve_refuses_wrong_arguments(arguments: tuple[str, ...], refuse: Refuse) -> None:
    assert "usage: ws-sync serve" in refuse(*arguments)


def test_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"ws-sync {version('ws-sync-kit')}\n"


@pytest.mark.parametrize(("verb", "doing"), [("test", "testing"), ("replay", "replaying")])
@pytest.mark.parametrize("missing", ["conformance", "pytest"])
def test_verb_of_the_kit_says_what_to_install(
    verb: str,
    doing: str,
    missing: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == missing else find(name),
    )
    assert main([verb, "ws://127.0.0.1:1/ws/{session}"]) == 2
    errors = capsys.readouterr().err
    assert errors == f"ws-sync: {doing} needs {missing}: pip install 'ws-sync-kit[conformance]'\n"


def test_replay_lets_the_kit_run_the_files_and_returns_its_status(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tmp_path / "nothing.json"), URL]) == 2
    assert capfd.readouterr().out.startswith(f"{tmp_path / 'nothing.json'}: could not run: ")


def test_test_passes_options_on_and_returns_the_status_of_the_kit(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["test", "ws://127.0.0.1:1/ws/{session}", "--version"]) == 0
    assert capfd.readouterr().out.strip()


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ([], []),
        ([URL, "-x"], ["--server-url", URL, "-x"]),
        (["-k", "patch", URL], ["--server-url", URL, "-k", "patch"]),
        (["--auth-url", "ws://h/auth", URL], ["--server-url", URL, "--auth-url", "ws://h/auth"]),
        (["--server-cmd", "serve {port}"], ["--server-cmd", "serve {port}"]),
        (["--server-url", URL], ["--server-url", URL]),
        (["localhost:8000"], ["--server-url", "localhost:8000"]),
    ],
    ids=["nothing", "first", "last", "after a URL", "command", "option", "no URL"],
)
def test_test_finds_the_url_among_the_options(
    given: list[str], passed_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = []

    def run(command: list[str]) -> int:
        commands.append(command)
        return 3

    monkeypatch.setattr("ws_sync.cli.kit.run_process", run)
    assert main(["test", *given]) == 3
    assert [command[4:] for command in commands] == [passed_on]


def test_test_lists_the_options_of_the_kit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--help"]) == 0
    shown = capsys.readouterr().out
    for option in ("URL", "--server-cmd", "--auth-url", "--known-failing", "--strict", "-k"):
        assert f" {option}" in shown


async def test_test_uses_no_folder_that_has_the_name_of_a_package(tmp_path: Path) -> None:
    for name in ("conformance", "pytest", "ws_sync"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not the package')\n")
    async with command("test", "-k", "toast_arrives", cwd=tmp_path, fork=False) as process:
        output, errors = await process.communicate()
    assert process.returncode == 0, output + errors
    assert b"conformant: " in output


async def test_test_takes_a_command_in_place_of_a_url() -> None:
    start = f"{sys.executable} -P -m ws_sync.cli serve --testee --port {{port}}"
    async with command("test", "--server-cmd", start, "-k", "toast_arrives") as process:
        output, errors = await process.communicate()
    assert process.returncode == 0, output + errors


EVIL = websockets.Origin("https://evil.example")


def issue(capsys: pytest.CaptureFixture[str], secret: Path, *pair: str) -> str:
    assert main(["token", *pair, "--token-secret-file", str(secret)]) == 0
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_serve_with_a_secret_serves_only_whom_a_token_proves(
    transport: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (old := tmp_path / "old").write_text("x" * 20)
    (both := tmp_path / "both").write_text(f"{'y' * 20}\n{'x' * 20}\n")
    (other := tmp_path / "other").write_text("z" * 20)
    options = ("--transport", transport, "--token-secret-file", str(both))
    async with factory("for_one", tmp_path, *options) as (_, url):
        for token, user, code in (
            (issue(capsys, both, "ann", "1"), "ann", None),
            (issue(capsys, old, "ann", "1"), "ann", None),
            (issue(capsys, other, "ann", "1"), "ann", 4401),
            (issue(capsys, both, "ann", "1"), "bob", 4401),
            ("1", "ann", 4401),
        ):
            async with websockets.connect(f"{url}/ws") as connection:
                client = Client(connection)
                assert await client.receive() == ("_REQUEST_USER_SESSION", None)
                await client.send("_USER_SESSION", {"user": user, "session": token})
                if code is None:
                    assert await client.receive() == ("_SET:NOTES", {"text": "of ann 1"})
                else:
                    assert await client.close_code() == code
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"{url}/ws/ann")
        assert refused.value.response.status_code in {403, 404}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_serve_admits_pages_of_allowed_origins_only(transport: str, tmp_path: Path) -> None:
    options = ("--transport", transport, "--origin", "https://app.example")
    async with factory("Notes", tmp_path, *options) as (_, url):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"{url}/ws/a", origin=EVIL)
        assert refused.value.response.status_code == 403
        for origin in ("https://app.example", url.replace("ws:", "http:"), "http://localhost:5173"):
            async with websockets.connect(
                f"{url}/ws/a", origin=websockets.Origin(origin)
            ) as connection:
                assert (await Client(connection).receive())[0] == "_SET:NOTES"


async def test_serve_tells_how_to_admit_a_page(tmp_path: Path) -> None:
    async with factory("Notes", tmp_path) as (process, url):
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"{url}/ws/a", origin=EVIL)
        process.send_signal(signal.SIGINT)
        status, errors = await outcome(process)
    assert status == 130
    assert f"or --origin {EVIL}" in errors


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--token-secret-env", "NOT_THERE"], "the environment variable 'NOT_THERE' is not set"),
        (["--token-secret-file", "nowhere"], "can't read nowhere: No such file or directory"),
        (
            ["--token-secret-file", "short"],
            "the secret in short is invalid: a secret needs",
        ),
        (
            ["--token-secret-file", "empty"],
            "the secret in empty is invalid: a secret needs",
        ),
        (["--token-secret-file", "bytes"], "can't read bytes: it is not UTF-8 text"),
        (["--token-max-age", "60"], "--token-max-age needs a secret"),
        (
            ["--token-secret-file", "short", "--token-max-age", "0"],
            "'0' is not a positive number",
        ),
        (["--origin", "app.example"], "'app.example' is not an origin"),
        (["--origin", "null"], "any page can have it"),
        (["--dialect", "slash"], "invalid choice: 'slash'"),
    ],
)
def test_serve_complains_about_guards_that_guard_nothing(
    options: list[str], complaint: str, tmp_path: Path, refuse: Refuse
) -> None:
    for name, content in (("notes.py", FACTORY.encode()), ("short", b"abc"), ("empty", b" \n")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "bytes").write_bytes(b"\xff" * 20)
    errors = refuse("notes:Notes", *options)
    assert complaint in errors
    assert "abc" not in errors


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["notes:app", "--origin", "https://a"],
            "--origin, --token-… and --dialect work for factories only",
        ),
        (["--testee", "--token-secret-env", "HOME"], "the testee accepts every client"),
    ],
)
def test_serve_does_not_ignore_guards(
    arguments: list[str], complaint: str, tmp_path: Path, refuse: Refuse
) -> None:
    (tmp_path / "notes.py").write_text(FACTORY)
    assert complaint in refuse(*arguments)


def test_token_comes_from_a_variable_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOKEN_SECRET", "x" * 16)
    assert main(["token", "ann", "--token-secret-env", "TOKEN_SECRET"]) == 0
    pair = Tokens("x" * 16).read(capsys.readouterr().out.strip())
    assert pair is not None
    assert pair[0] == "ann"
    assert main(["token", "", "--token-secret-env", "TOKEN_SECRET"]) == 2
    assert capsys.readouterr().err == "ws-sync: the user and the session must not be empty\n"


def test_token_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "itsdangerous", None)
    monkeypatch.delitem(sys.modules, "ws_sync.tokens", raising=False)
    assert main(["token", "ann", "--token-secret-env", "HOME"]) == 2
    assert "pip install 'ws-sync-kit[tokens]'" in capsys.readouterr().err
