"""Tests the proxy's page: `python -m tools.proxy_page [SCREENSHOTS]`, default build/screenshots.

`look.mjs` drives the browser, and prints what the client has to do next. The server is an honest
testee that also sends a toast with an invalid level.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.mutants.honest import Honest, Server
from tests.mutants.link import Link

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m"
CHANGE = '{"type":"_ACTION:TESTEE","data":{"type":"burst","count":1}}'
EDIT = (
    '{"type":"_PATCH:TESTEE","data":'
    '[{"op":"replace","path":"/text","value":"typed by the client"}]}'
)


class Loud(Honest):
    """A testee that sends an invalid toast on request."""

    def unknown_type(self, link: Link, type_: str) -> None:
        """Send the toast."""
        if type_ == "loud":
            self.send(link, "_TOAST", {"type": "loud", "message": HOSTILE})


async def look(pictures: Path) -> int:
    """Run the proxy, its client and the browser; return 0 if the page is right."""
    async with asyncio.timeout(PATIENCE), await Server(Loud).listen(0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        proxy = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ws_sync.cli", "proxy",
            "--listen", "127.0.0.1:0", "--target", f"ws://127.0.0.1:{port}",
            stdout=PIPE,
        )  # fmt: skip
        browser = None
        try:
            listening, page = [await next_line(proxy) for _ in range(2)]
            browser = await asyncio.create_subprocess_exec(
                "node", str(ROOT / "tools/proxy_page/look.mjs"), page.split()[-1], str(pictures),
                stdin=PIPE, stdout=PIPE,
            )  # fmt: skip
            await work(browser, listening.split()[2])
            status = await browser.wait()
            proxy.send_signal(signal.SIGINT)
            output, _ = await proxy.communicate()
        finally:
            for process in filter(None, (proxy, browser)):
                if process.returncode is None:
                    process.kill()
    print(output.decode())
    print(f"the page {'is wrong' if status else 'is right'}; pictures in {pictures}")
    return status


async def next_line(process: Process) -> str:
    """Return the next line of a process."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def work(browser: Process, url: str) -> None:
    """Be the client: do what the browser asks for, line by line."""
    assert browser.stdin is not None
    ws = None
    while (line := await next_line(browser)) not in ("right", "wrong", ""):
        if line == "connect":
            ws = await connect(
                f"{url}/ws/look", origin=Origin("http://app.example"), max_queue=None
            )
        else:
            assert ws is not None
            await client(line, ws)
        browser.stdin.write(f"done {line}\n".encode())


async def client(line: str, ws: ClientConnection) -> None:
    """Do what the browser asks for."""
    match line:
        case "change":
            await ws.send(CHANGE)
        case "edit":
            await ws.send(EDIT)
        case "toast":
            await ws.send('{"type":"loud"}')
        case "again":
            for _ in range(37):
                await ws.send('{"type":"loud"}')
        case "flood":
            for _ in range(6000):
                await ws.send('{"type":"quiet"}')
        case "leave":
            await ws.close()


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "screenshots"
    sys.exit(asyncio.run(look(chosen.resolve())))
