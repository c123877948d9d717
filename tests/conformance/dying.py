"""A testee that exits when an action is called: `python -m tests.conformance.dying PORT`."""

from __future__ import annotations

import asyncio
import os
import sys

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


if __name__ == "__main__":
    asyncio.run(serve.run(Dies, int(sys.argv[1]), print))
