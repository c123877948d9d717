"""Serve the library behind nginx as docs/security.md says: `python -m tools.behind_nginx`.

A page of the same origin must be accepted, whatever port it has, and a foreign one rejected.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import websockets
from websockets.typing import Origin

from tests.deadlines import DEADLINE
from tests.ws_sync.harness import on_uvicorn
from ws_sync import Session

PAGE = Path(__file__).parents[1] / "docs" / "security.md"
CONFIGURATION = """
daemon off; pid nginx.pid; error_log stderr;
events {{ }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{target};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      {line};
    }}
  }}
}}
"""
EXPECTED = {
    ("https://example.com", "example.com"): 101,
    ("https://example.com:3001", "example.com:3001"): 101,
    ("https://example.com:3001", "example.com"): 403,
    ("https://evil.example", "example.com:3001"): 403,
}
"""The status of the answer for each pair of `Origin` and `Host`."""


def documented_line() -> str:
    """Return the directive that the page recommends."""
    found = re.findall(r"`(proxy_set_header Host [^;`]+);`", PAGE.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise SystemExit(f"{PAGE} must have one line for nginx, not {found!r}")
    return str(found[0])


@contextmanager
def nginx(target: int, line: str) -> Iterator[int]:
    """Run nginx as a proxy for a port; return its own port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        file = Path(folder, "nginx.conf")
        file.write_text(CONFIGURATION.format(port=port, target=target, line=line), encoding="utf-8")
        with subprocess.Popen(["nginx", "-p", folder, "-c", str(file)]) as process:
            try:
                yield port
            finally:
                process.terminate()


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def handshake(port: int, origin: str, host: str) -> int:
    """Return the status of the answer to a handshake."""
    try:
        async with websockets.connect(
            f"ws://{host}/", host="127.0.0.1", port=port, origin=Origin(origin), proxy=None
        ):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


async def main() -> int:
    """Compare the answers with those expected; return the exit status."""
    line = documented_line()
    async with on_uvicorn(Session().handle_connection) as target:
        with nginx(target, line) as port:
            await asyncio.wait_for(_listens(port), DEADLINE)
            found = {pair: await handshake(port, *pair) for pair in EXPECTED}
    for (origin, host), status in found.items():
        expected = EXPECTED[origin, host]
        verdict = "as expected" if status == expected else f"expected {expected}"
        print(f"{line}: Origin {origin}, Host {host}: {status}, {verdict}")
    return int(found != EXPECTED)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
