"""Testees that die: `python -m tests.conformance.dying PORT [FILE SIGNAL]`.

One exits when an action is called. With a file and a signal, it sends itself the signal at the
first patch instead, unless the file exists; it makes the file first.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.mutants import serve
from tests.mutants.frames import JSON
from tests.mutants.honest import Honest
from tests.mutants.link import Link


class Dies(Honest):
    """It exits at any action except the one that the probe calls."""

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        if isinstance(data, dict) and data.get("value") == "of the first session":
            super().run_action(link, key, data)
        else:
            os._exit(3)


class DiesOnce(Honest):
    """It sends itself a signal at the first patch."""

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        mark = Path(sys.argv[2])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), int(sys.argv[3]))
        return super().patched(key, operations)


if __name__ == "__main__":
    kind = DiesOnce if sys.argv[2:] else Dies
    asyncio.run(serve.run(kind, int(sys.argv[1]), print))
