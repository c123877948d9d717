"""A program in its own process, and a client that plays a script with it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonpatch
import websockets

from tests.deadlines import DEADLINE

HERE = Path(__file__).parent
IDLE = "no task runs"


@dataclass(frozen=True)
class Step:
    """One step of a script.

    Attributes:
        name: its name in the results.
        frames: the frames that the client sends: events as (type, data), or bytes.
        key: the document whose state the client requests at the end.
        until: the event to wait for first; `IDLE` waits for the patch after which no task runs.
    """

    name: str
    frames: Sequence[tuple[str, Any] | bytes]
    key: str
    until: str | None = None


class Client:
    """A connection that mirrors the documents.

    Attributes:
        seen: the received events, as (event, data); a patch has the whole patched document.
    """

    def __init__(self, ws: websockets.ClientConnection) -> None:
        self._ws = ws
        self._documents: dict[str, Any] = {}
        self.seen: list[Any] = []

    async def send(self, frame: tuple[str, Any] | bytes) -> None:
        """Send an event or bytes."""
        if isinstance(frame, tuple):
            await self._ws.send(json.dumps({"type": frame[0], "data": frame[1]}))
        else:
            await self._ws.send(frame)

    async def until(self, event: str) -> None:
        """Receive until an event has come."""
        async with asyncio.timeout(DEADLINE):
            while await self._receive() != event and not (event == IDLE and self._is_idle()):
                pass

    def _is_idle(self) -> bool:
        name, document = self.seen[-1]
        return bool(name.startswith("_PATCH:") and document.get("runningTasks") == [])

    async def play(self, step: Step, fence: str) -> list[Any]:
        """Play a step; return the received events, without the answer to the fence.

        Args:
            step: the step.
            fence: a document that no step writes; its state comes after all events of the step.
        """
        self.seen = []
        try:
            for frame in step.frames:
                await self.send(frame)
            if step.until is not None:
                await self.until(step.until)
            await self.send((f"_GET:{fence}", {}))
            await self.until(f"_SET:{fence}")
            self.seen.pop()
            await self.send((f"_GET:{step.key}", {}))
            await self.until(f"_SET:{step.key}")
        except TimeoutError as error:
            raise TimeoutError(f"in {step.name!r}: {self.seen}") from error
        except websockets.ConnectionClosed as closed:
            self.seen.append(("closed", closed.rcvd.code if closed.rcvd else None))
        return self.seen

    async def _receive(self) -> str:
        frame = await self._ws.recv()
        if isinstance(frame, bytes):
            self.seen.append(("bytes", frame.hex()))
            return "bytes"
        event = json.loads(frame)
        name, data = event["type"], event.get("data")
        kind, _, key = name.partition(":")
        if kind == "_PATCH":
            data = jsonpatch.apply_patch(self._documents.get(key, {}), data)
        if kind in {"_SET", "_PATCH"}:
            self._documents[key] = data
        self.seen.append((name, data))
        return str(name)


@contextmanager
def running(python: Path | str, program: str, log: Path) -> Iterator[int]:
    """Run a program; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-W", "ignore", str(HERE / f"{program}.py"), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def connected(port: int, path: str) -> AsyncIterator[Client]:
    """Connect to a program as soon as it listens."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                ws = await websockets.connect(f"ws://127.0.0.1:{port}{path}", close_timeout=1)
                break
            except OSError:
                await asyncio.sleep(0.02)  # the program starts
    async with ws:
        yield Client(ws)


async def play(
    port: int, script: Sequence[Sequence[Step]], path: str, fence: str
) -> dict[str, list[Any]]:
    """Play a script, with one connection per part; return the events of each step."""
    brought: dict[str, list[Any]] = {}
    for part in script:
        async with connected(port, path) as client:
            for step in part:
                brought[step.name] = await client.play(step, fence)
                if brought[step.name][-1][0] == "closed":
                    break
    return brought
