"""Runs programs, with the release of ws-sync that this Python has: `python -P host.py FILE …`.

Each program runs in a process of its own, forked from this one, which has imported what programs
import. The process serves the program's `session`, or its `app`, with uvicorn on the loopback, and
is its client, too: it plays the steps of the dialogue. For each program it prints one line of JSON,
`[file, [[step, [output, …]], …]]`; `transcript.py` has their grammar.

It imports no other module of the tests, because a release has an environment of its own.
"""

import ast
import asyncio
import contextlib
import importlib.util
import inspect
import io
import itertools
import json
import os
import re
import select
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import jsonpatch
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

import ws_sync

with contextlib.suppress(ImportError):
    import fastapi  # noqa: F401
    import pydantic  # noqa: F401

PROCESSES = (os.cpu_count() or 1) + 1
PATIENCE = 10 * float(os.environ.get("TEST_TIME_SCALE", "1"))
"""Seconds for anything that must happen, and six times as many for a program."""

FENCE = "the client of the test has a fence here"

NAMED = re.compile(r"(_ACTION|_TASK_START|_TASK_CANCEL|_BIN_META):")


class Client:
    """A client that holds the documents and notes what comes.

    Attributes:
        output: what has come in this step.
        documents: the client's copy of each document, by key.
    """

    def __init__(self, url: str, program: Any, app: "Application") -> None:
        self.url, self.program, self.app = url, program, app
        self.output: list[str] = []
        self.documents: dict[str, Any] = {}
        self.path = "/ws"
        self.ws: Any = None
        self.older: Any = None
        self.is_fenced = hasattr(program, "session")

    async def play(self, step: str, following: str) -> None:
        """Play a step, until the server has handled what it sends.

        What comes because of a step that `until` follows belongs to the `until`.
        """
        word, _, rest = step.partition(" ")
        if word == ">>>":
            await self.evaluate(rest)
        elif word in {"GET", "POST"}:
            await asyncio.to_thread(self.request, word, *rest.split(" ", 1))
        elif word == "until":
            await self.until(*rest.split(" ", 1))
        elif word == "connect":
            self.path = rest or self.path
            self.older, self.ws = self.ws, None
            await self.connect()
        elif word == "disconnect":
            await self.ws.close()
            self.ws = None
            await self.app.all_end()
        else:
            await self.send(word, rest)
        if not following.startswith("until "):
            await self.fence()
        if word == "until":
            self.output = without_superseded(self.output)

    async def connect(self) -> None:
        """Open a connection beside the one that is open."""
        self.ws = await websockets.connect(self.url + self.path, close_timeout=1, max_size=None)

    async def evaluate(self, code: str) -> None:
        """Evaluate an expression or run a statement in the program, which may await."""
        try:
            tree = ast.parse(code)
            is_expression = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)
            mode = "eval" if is_expression else "exec"
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            value = eval(compile(code, "step", mode, flags), vars(self.program))
            if inspect.iscoroutine(value):
                value = await value
            if value is not None:
                print(repr(value))  # noqa: T201  # printed by the program
        except BaseException as error:  # noqa: BLE001  # whatever a program raises
            self.output.append(f"! {name_of(error)}")

    def request(self, method: str, path: str, body: str = "") -> None:
        """Send a request and note the answer."""
        url = self.url.replace("ws:", "http:") + path
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(url, body.encode() or None, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                self.output.append(f"{answer.status} {answer.read().decode()}")
        except urllib.error.HTTPError as error:
            self.output.append(f"{error.code}")

    async def send(self, event: str, rest: str) -> None:
        """Send an event, in the short forms of the grammar or with its JSON."""
        kind, _, key = event.partition(":")
        rest, _, payload = rest.partition(" < ")
        if NAMED.match(event) and not rest.startswith("{"):
            name, _, arguments = rest.partition(" ")
            data = {"type": name, **json.loads(arguments or "{}")}
        elif kind == "_PATCH":
            data = operations(rest)
        else:
            data = json.loads(rest or "null")
        if self.ws is None:
            self.output.append("not connected")
            return
        if kind == "_BIN_META":
            event, data = kind, {"type": f"_ACTION:{key}", "metadata": data}
        if kind == "_PATCH" and key in self.documents:
            with contextlib.suppress(Exception):
                self.documents[key] = jsonpatch.apply_patch(self.documents[key], data)
        if kind == "_SET" and isinstance(data, dict):
            self.documents[key] = {**self.documents.get(key, {}), **data}
        with contextlib.suppress(websockets.ConnectionClosed):  # the fence notes it
            await self.ws.send(json.dumps({"type": event, "data": data}))
            if payload:
                await self.ws.send(payload.encode())

    async def fence(self) -> None:
        """Receive until the server has handled all that was sent, on a new connection if need be.

        Like the client of upstream, connect again at once when the server has closed.
        """
        if self.older is not None:
            older, self.older = self.older, None
            await self.drain(older)
        if self.ws is None or not self.is_fenced:
            return
        for _ in range(2):
            with contextlib.suppress(websockets.ConnectionClosed):
                await self.ws.send(json.dumps({"type": FENCE, "data": None}))
            async with asyncio.timeout(PATIENCE):
                while (event := await self.receive()) not in {FENCE, None}:
                    pass
            if event == FENCE:
                self.output.pop()
                return
            await self.app.all_end()
            await self.connect()

    async def drain(self, older: Any) -> None:
        """Note what comes on the older connection until it is closed."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    event = json.loads(await older.recv())
                    self.output.append(f"older {show(event['type'], event.get('data'))}")
            except websockets.ConnectionClosed as closed:
                self.output.append(f"older closed {closed.rcvd.code if closed.rcvd else None}")

    async def until(self, name: str, members: str = "") -> None:
        """Receive until an event comes, or until a document has these members.

        Args:
            name: the event, or the key of a document if there are members.
            members: the members as JSON; at the top level only.
        """
        wanted = json.loads(members) if members else {}
        is_event = not members
        async with asyncio.timeout(PATIENCE):
            while is_event or not wanted.items() <= self.documents.get(name, {}).items():
                event = await self.receive()
                if event is None or (is_event and event == name):
                    break

    async def receive(self) -> "str | None":
        """Receive an event or bytes; return its name, or None if the connection is closed."""
        if self.ws is None:
            return None
        try:
            frame = await self.ws.recv()
        except websockets.ConnectionClosed as closed:
            self.output.append(f"closed {closed.rcvd.code if closed.rcvd else None}")
            self.ws = None
            return None
        if isinstance(frame, bytes):
            self.output.append(f"bytes {frame.decode('latin-1')!r}")
            return "bytes"
        event = json.loads(frame)
        name, data = event["type"], event.get("data")
        kind, _, key = str(name).partition(":")
        if kind == "_PATCH" and key in self.documents:
            data = jsonpatch.apply_patch(self.documents[key], data)
            if json.dumps(data) == json.dumps(self.documents[key]):
                return str(name)
        if kind == "_SET" or (kind == "_PATCH" and key in self.documents):
            self.documents[key] = data
        self.output.append(show(name, data))
        return str(name)


class Application:
    """Runs an ASGI application, and counts its connections."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.running = 0
        self.ended = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the application for a connection."""
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1
            self.ended.set()

    async def all_end(self) -> None:
        """Wait until the application has done what it does at the end of its connections."""
        async with asyncio.timeout(PATIENCE):
            while self.running:
                self.ended.clear()
                await self.ended.wait()


def operations(rest: str) -> Any:
    """Return the operations of a patch: JSON, or one operation; see `transcript.py`."""
    if rest.startswith("["):
        return json.loads(rest)
    op, path, *value = rest.split(" ", 2) if rest[0] != "/" else ["replace", *rest.split(" ", 1)]
    return [{"op": op, "path": path} | ({"value": json.loads(value[0])} if value else {})]


def without_superseded(output: "list[str]") -> "list[str]":
    """Return the output without patches that the next line continues: time decides their number."""
    following = [*(line.partition(" ")[0] for line in output[1:]), ""]
    return [
        line
        for line, after in zip(output, following)  # noqa: B905  # no output, nothing follows
        if not (after.startswith("_PATCH:") and line.startswith(f"{after} "))
    ]


def show(name: Any, data: Any) -> str:
    """Return an event as a line."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return str(name) if data is None else f"{name} {text}"


def name_of(error: BaseException) -> str:
    """Return the name of the built-in exception that an exception is."""
    builtin = (each for each in type(error).__mro__ if each.__module__ == "builtins")
    return next(builtin).__name__


def load(path: str) -> Any:
    """Run a program's file, and return it as a module."""
    spec = importlib.util.spec_from_file_location("program", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    return module


def make_app(program: Any) -> Any:
    """Return the program's application, or one that serves its session."""

    async def endpoint(ws: Any) -> None:
        await ws.accept()
        await program.session.new_connection(ws)
        await program.session.handle_connection()

    return getattr(program, "app", None) or Starlette(routes=[WebSocketRoute("/ws", endpoint)])


async def play(program: Any, steps: "list[str]", played: Any, printed: io.StringIO) -> None:
    """Serve a program and play the steps of its dialogue."""

    async def fence(_: Any) -> None:
        await program.session.send(FENCE, None)

    if isinstance(getattr(program, "session", None), ws_sync.Session):
        program.session.register_event(FENCE, fence)
    app = Application(make_app(program))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="websockets-sansio")
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
        client = Client(f"ws://127.0.0.1:{listener.getsockname()[1]}", program, app)
        for step, following in itertools.zip_longest(steps, steps[1:], fillvalue=""):
            try:
                await client.play(step, following)
            except TimeoutError:
                client.output.append("timed out")
            output = client.output + [f"| {line}" for line in taken(printed)]
            played.append([step, output])
            client.output = []
        serving.cancel()


def taken(printed: io.StringIO) -> "list[str]":
    """Return the lines that were printed since the last call."""
    lines = printed.getvalue().splitlines()
    printed.seek(0)
    printed.truncate()
    return lines


def steps_of(path: str) -> "list[str]":
    """Return the steps of the dialogue at the end of a program's file."""
    _, _, dialogue = Path(path).read_text(encoding="utf-8").partition('\nDIALOGUE = r"""\n')
    lines = dialogue.removesuffix('"""\n').split("\n")
    return [line for line in lines if line and not line[0].isspace()]


def run(path: str) -> "list[Any]":
    """Run a program; return its steps with their output."""
    played: list[Any] = []
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            program = load(path)
        except BaseException as error:  # noqa: BLE001  # whatever a program raises
            return [["", [*(f"| {line}" for line in taken(printed)), f"! {name_of(error)}"]]]
        played.append(["", [f"| {line}" for line in taken(printed)]])
        asyncio.run(play(program, steps_of(path), played, printed))
    return played


def fork(path: str) -> "tuple[int, int]":
    """Run a program in a process of its own; return its id and the end that it writes to."""
    reading, writing = os.pipe()
    if process := os.fork():
        os.close(writing)
        return process, reading
    os.close(reading)
    signal.alarm(int(6 * PATIENCE))
    result = json.dumps([path, run(path)]).encode() + b"\n"
    with os.fdopen(writing, "wb") as end:
        end.write(result)
    os._exit(0)


def main(waiting: "list[str]") -> None:
    """Run programs, some at a time."""
    running: dict[int, tuple[int, str, bytes]] = {}
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            path = waiting.pop(0)
            process, end = fork(path)
            running[end] = process, path, b""
        for end in select.select(list(running), [], [])[0]:
            process, path, begun = running[end]
            if data := os.read(end, 1 << 16):
                running[end] = process, path, begun + data
                continue
            os.close(end)
            os.waitpid(process, 0)
            del running[end]
            line = begun.decode() or json.dumps([path, [["", ["died"]]]]) + "\n"
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
