"""Serve a testee for tests of the kit: `python -m tests.mutants.serve NAME --port PORT`.

NAME is a class of this package: `Honest` keeps all requirements, a mutant breaks one, and a legal
testee keeps them in an unusual way. The command prints the URL when it listens; port 0 picks a free
port.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from functools import partial

from tests.mutants.catalogue import kinds
from tests.mutants.honest import Honest, Server


def serve(name: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until the process ends; call `tell` with the URL when the testee listens."""
    asyncio.run(run(kinds()[name], port, tell))


async def run(kind: type[Honest], port: int, tell: Callable[[str], None]) -> None:
    """Serve in the running event loop."""
    async with await Server(kind).listen(port) as server:
        bound = next(iter(server.sockets)).getsockname()[1]
        tell(f"ws://127.0.0.1:{bound}")
        await server.serve_forever()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(kinds()), metavar="NAME")
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    serve(chosen.name, chosen.port, partial(print, flush=True))


if __name__ == "__main__":
    main()
