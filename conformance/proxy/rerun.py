"""Replays what clients sent through the proxy, and judges the server by the watcher's findings.

A recorded dialogue becomes a program of four kinds of steps. The answers of the server are not
compared with the recorded ones, because they differ from run to run and after a fix. The program
fails if the watcher finds the same requirement broken.

    watched-open   connection, path           connect
    watched-send   connection, text or bytes  send, after as many messages as the client had
                   and after                  received by then, or after the deadline
    watched-close  connection, code           close
    watched-cut    connection                 abort the TCP connection
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.proxy.findings import Finding
from conformance.proxy.forwarder import Proxy
from conformance.proxy.record import Passed
from conformance.proxy.watcher import Watched, Watcher
from conformance.spec import requirements

PREFIX = "watched-"
Step = dict[str, Any]


def program(passed: Sequence[Passed], connections: Mapping[str, Watched]) -> list[Step]:
    """Return the steps that repeat what has passed.

    Raises:
        LookupError: Something was dropped from the record, or kept only in part.
    """
    steps: list[Step] = []
    got = dict.fromkeys(connections, 0)
    begun: set[str] = set()
    for one in passed:
        label = one.connection
        if label not in begun:
            if not one.payload.startswith(b"connects to "):
                raise LookupError(f"the beginning of connection {label} is no longer recorded")
            begun.add(label)
            path = connections[label].path
            steps.append({"do": "watched-open", "connection": label, "path": path})
        elif one.direction == "received":
            got[label] += 1
        elif one.direction == "sent":
            if one.left_out:
                raise LookupError(f"connection {label} has sent a message too large to record")
            content = {"bytes": one.payload.hex()}
            if one.is_text:
                content = {"text": one.payload.decode(errors="replace")}
            step = {"do": "watched-send", "connection": label, "after": got[label]}
            steps.append(step | content)
        elif one.payload.startswith(b"the client closes with code "):
            code = int(one.payload.split()[5])
            steps.append({"do": "watched-close", "connection": label, "code": code})
        elif one.payload.startswith(b"the client ends the connection"):
            steps.append({"do": "watched-cut", "connection": label})
    return steps


class Rerun:
    """A run of such a program.

    Attributes:
        position: The index of the current step.
    """

    def __init__(self, target: Target, trace: Trace, requirement: str) -> None:
        self.position = 0
        self._requirement = requirement
        self._target = target
        self._trace = trace
        self._clients: dict[str, _Client] = {}

    async def run(self, program: list[Step]) -> None:
        """Take all steps, and wait for late answers.

        Raises:
            Violation: The watcher finds a fault of the server.
            LookupError: A step is of an unknown kind, or lacks a member.
            ValueError: The server does not accept a connection.
        """
        watcher = Watcher(_Silent(), self._target.deadline)
        parts = urlsplit(self._target.url)
        proxy = Proxy(watcher, parts._replace(path="", query=""))
        server = await proxy.listen("127.0.0.1", 0)
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            for self.position, step in enumerate(program):
                await self._take(step, url)
            await self._rest(watcher)
        finally:
            for client in self._clients.values():
                await client.cut()
            server.close()
            proxy.close()
            await asyncio.sleep(0)
            for passed in watcher.record.all():
                self._trace.entries.append(passed.entry())
        _raise_finding([f for f in watcher.findings if f.side == "server"], self._requirement)

    async def _take(self, step: Step, url: str) -> None:
        label = step["connection"]
        kind = step["do"]
        if kind == "watched-open":
            try:
                ws = await connect(
                    url + step["path"], compression=None, max_size=None, max_queue=None, proxy=None
                )
            except (OSError, InvalidHandshake, TimeoutError) as error:
                raise ValueError(f"the server does not accept it: {error}") from error
            self._clients[label] = _Client(ws)
            return
        client = self._clients[label]
        if kind == "watched-send":
            content = step["text"] if "text" in step else bytes.fromhex(step["bytes"])
            await client.got(step["after"], self._target.deadline)
            with suppress(ConnectionClosed):  # the watcher judges that
                await client.ws.send(content)
        elif kind == "watched-close":
            await client.ws.close(step["code"] if step["code"] in range(1000, 5000) else 1000)
        elif kind == "watched-cut":
            await client.cut()
        else:
            raise LookupError(f"unknown kind of step: {kind!r}")

    async def _rest(self, watcher: Watcher) -> None:
        """Wait until nothing arrives any more, and nothing is owed that is not late."""
        seen = -1
        while seen != watcher.record.last or any(
            watched.judge.dues for watched in watcher.open_connections()
        ):
            seen = watcher.record.last
            await asyncio.sleep(self._target.deadline / 10)  # silence is not an event
            watcher.tick()


def pytest_conformance_program(
    program: list[Step], requirement: str, dialogue: Dialogue
) -> Rerun | None:
    """Run the programs of recorded dialogues."""
    if program and str(program[0].get("do")).startswith(PREFIX):
        return Rerun(dialogue.target, dialogue.trace, requirement)
    return None


class _Client:
    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self._number = 0
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for _ in self.ws:
                self._number += 1
                self._news.set()
        self._news.set()

    async def got(self, number: int, deadline: float) -> None:
        """Wait until this many messages have arrived, at most for the deadline."""
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                while self._number < number and not self._reader.done():
                    self._news.clear()
                    await self._news.wait()

    async def cut(self) -> None:
        """Abort the TCP connection."""
        self.ws.transport.abort()
        await self._reader


class _Silent:
    """A listener that ignores everything: the findings are read at the end."""

    def opened(self, watched: Watched) -> None:
        """Ignore it."""

    def ended(self, watched: Watched) -> None:
        """Ignore it."""

    def found(self, finding: Finding) -> None:
        """Ignore it."""

    def noted(self, connection: str, text: str) -> None:
        """Ignore it."""


def _raise_finding(found: list[Finding], requirement: str) -> None:
    """Raise the finding about the requirement, or else the first certain one."""
    wanted = [one for one in found if one.requirement.id == requirement]
    certain = [one for one in found if one.level == "must"]
    for one in wanted + certain:
        known = one.requirement.id in requirements()
        raise Violation(
            requirement=one.requirement.id if known else None,
            expected=one.fault.expected,
            received=one.fault.received + (f", in the frame {one.frame}" if one.frame else ""),
        )
