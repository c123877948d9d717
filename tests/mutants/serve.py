"""Serve one honest, wrong or odd testee: `python -m tests.mutants.serve NAME --port PORT`.

It prints its URL when it listens; port 0 is any that is free.
"""

from __future__ import annotations

import argparse
import asyncio

from tests.mutants.catalogue import kinds
from tests.mutants.honest import Honest, Server


async def run(kind: type[Honest], port: int) -> None:
    """Serve until the process ends."""
    async with await Server(kind).listen(port) as server:
        bound = next(iter(server.sockets)).getsockname()[1]
        print(f"ws://127.0.0.1:{bound}", flush=True)  # noqa: T201 - this is for whoever started it
        await server.serve_forever()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(kinds()), metavar="NAME")
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    asyncio.run(run(kinds()[chosen.name], chosen.port))


if __name__ == "__main__":
    main()
