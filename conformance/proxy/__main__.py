"""`python -m conformance.proxy`: watch what passes between clients and a server."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from conformance.proxy import export
from conformance.proxy.forwarder import Proxy
from conformance.proxy.live_page import Page
from conformance.proxy.options import Options, read
from conformance.proxy.terminal import Terminal
from conformance.proxy.watcher import Watcher

TICK = 0.25
"""Seconds between looks for what is late."""
UNUSABLE = 2


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; its exit status."""
    return asyncio.run(_watch(read(given)))


async def _watch(chosen: Options) -> int:
    terminal = Terminal()
    watcher = Watcher(terminal, chosen.deadline)
    proxy = Proxy(watcher, chosen.target)
    target = chosen.target.geturl()
    write = _Writer(watcher, chosen.report, target) if chosen.report else None
    over = _told(terminal, write)  # before anybody can know that it listens
    try:
        server = await proxy.listen(*chosen.listen)
    except OSError as error:
        return _unusable(chosen.listen, error)
    about = {"listen": f"ws://{_address(server)}", "target": target}
    try:
        page = Page(watcher, about, write, *chosen.page) if chosen.page else None
    except OSError as error:
        return _unusable(chosen.page or chosen.listen, error)
    terminal.say(f"ws-sync: watching {about['listen']} -> {target}")
    if page is not None:
        terminal.say(f"ws-sync: live at http://{page.address}/")
    serving = asyncio.create_task(page.serve()) if page else None
    try:
        while not over.is_set():
            watcher.tick()
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), TICK)
        server.close()
        proxy.close()
        if page is not None and serving is not None:
            page.close()
            await serving
        await asyncio.sleep(0)  # the ends of connections are told before they are summed up
    finally:
        terminal.summary(watcher)
    if write is not None:
        terminal.say(write.now())
    broken = any(found.level == "must" for found in watcher.findings)
    return int(chosen.fail and broken)


def _told(terminal: Terminal, write: _Writer | None) -> asyncio.Event:
    """What is set when the watcher is told to end; it writes when it is told to."""

    def ask() -> None:
        terminal.say(write.now() if write else "ws-sync: no files: start it with --report DIR")

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    loop.add_signal_handler(signal.SIGUSR1, ask)
    return over


class _Writer:
    """Writes the files, and says where they are."""

    def __init__(self, watcher: Watcher, folder: Path, target: str) -> None:
        self._watcher = watcher
        self._folder = folder
        self._target = target

    async def __call__(self) -> str:
        """Write, when the page asks for it."""
        return self.now()

    def now(self) -> str:
        """Write; the sentence that tells of it."""
        try:
            return f"ws-sync: written {export.write(self._folder, self._watcher, self._target)}"
        except OSError as error:
            return f"ws-sync: --report {self._folder} can't be written: {error.strerror or error}"


def _unusable(address: tuple[str, int], error: OSError) -> int:
    host, port = address
    print(f"ws-sync: can't listen on {host}:{port}: {error.strerror}", file=sys.stderr)  # noqa: T201 - this is a command line
    return UNUSABLE


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
