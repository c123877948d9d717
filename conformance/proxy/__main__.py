"""`python -m conformance.proxy`: judge what passes between clients and a server."""

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
"""Seconds between checks for late answers."""
UNUSABLE = 2


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    return asyncio.run(_watch(read(given)))


async def _watch(chosen: Options) -> int:
    terminal = Terminal()
    watcher = Watcher(terminal, chosen.deadline)
    proxy = Proxy(watcher, chosen.target)
    target = chosen.target.geturl()
    write = _Writer(watcher, chosen.report, target) if chosen.report else None
    over = _handle_signals(terminal, write)  # before a client can connect
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
        await asyncio.sleep(0)  # the ends of connections come before the summary
    finally:
        terminal.summary(watcher)
    if write is not None:
        terminal.say(write.now())
    broken = any(found.level == "must" for found in watcher.findings)
    return int(chosen.fail and broken)


def _handle_signals(terminal: Terminal, write: _Writer | None) -> asyncio.Event:
    """Write files on SIGUSR1; return the event that SIGINT and SIGTERM set."""

    def ask() -> None:
        hint = "ws-sync: nothing is written: start the proxy with --report DIR"
        terminal.say(write.now() if write else hint)

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    loop.add_signal_handler(signal.SIGUSR1, ask)
    return over


class _Writer:
    """Writes the files on request of the page."""

    def __init__(self, watcher: Watcher, folder: Path, target: str) -> None:
        self._watcher = watcher
        self._folder = folder
        self._target = target

    async def __call__(self) -> str:
        return self.now()

    def now(self) -> str:
        """Write; return a sentence for people."""
        try:
            return f"ws-sync: wrote {export.write(self._folder, self._watcher, self._target)}"
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
