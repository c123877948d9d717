"""A proxy in the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from conformance.proxy.findings import Finding
from conformance.proxy.forwarder import Proxy
from conformance.proxy.watcher import Watched, Watcher
from tests.mutants.catalogue import kinds
from tests.mutants.serve import run


@dataclass
class Listening:
    """A listener that keeps its notifications."""

    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    closed: list[Watched] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, watched: Watched) -> None:
        self.lines.append(f"{watched.label} opened")
        self.news.set()

    def ended(self, watched: Watched) -> None:
        self.lines.append(f"{watched.label} {watched.ending}")
        self.closed.append(watched)
        self.news.set()

    def found(self, finding: Finding) -> None:
        if finding.count == 1:
            self.findings.append(finding)
        self.news.set()

    def noted(self, connection: str, text: str) -> None:
        self.lines.append(f"{connection} {text}")
        self.news.set()


@dataclass
class Watching:
    """A proxy, its listener and its port."""

    proxy: Proxy
    heard: Listening
    port: int

    @property
    def watcher(self) -> Watcher:
        return self.proxy.watcher

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def broken(self, side: str) -> set[str]:
        """The ids of the requirements that a side has certainly broken."""
        return {
            found.requirement.id
            for found in self.watcher.findings
            if found.side == side and found.level != "suspect"
        }

    def suspected(self, side: str) -> set[str]:
        """The ids of the requirements that a side may have broken."""
        return {
            found.requirement.id
            for found in self.watcher.findings
            if found.side == side and found.level == "suspect"
        }


@asynccontextmanager
async def watching(target: str, deadline: float = 5.0) -> AsyncIterator[Watching]:
    """Run a proxy before a URL."""
    heard = Listening()
    proxy = Proxy(Watcher(heard, deadline), urlsplit(target))
    server = await proxy.listen("127.0.0.1", 0)
    ticking = asyncio.create_task(_tick(proxy.watcher))
    try:
        yield Watching(proxy, heard, server.sockets[0].getsockname()[1])
    finally:
        ticking.cancel()
        server.close()
        proxy.close()
        await asyncio.sleep(0)


@asynccontextmanager
async def watching_testee(name: str) -> AsyncIterator[Watching]:
    """Run a proxy before a testee of `tests/mutants`, in the same event loop."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(run(kinds()[name], 0, url.set_result))
    try:
        async with watching(await url) as watched:
            yield watched
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def _tick(watcher: Watcher) -> None:
    while True:
        await asyncio.sleep(0.05)  # as the command does, only more often
        watcher.tick()
