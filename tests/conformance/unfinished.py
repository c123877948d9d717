"""Clients that are not finished: `python -m tests.conformance.unfinished NAME URL`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tests.mutants.clients.honest import Honest


class EndsWithNonsense(Honest):
    """A malformed frame ends its process."""

    def malformed(self) -> None:
        sys.exit("what is that")


class StartsNoTasks(Honest):
    """It lacks one of the actions, and records it as it records any unknown action."""

    def actions(self) -> dict[str, Any]:
        found = super().actions()
        del found["startTask"]
        return found


class CallsNothing(Honest):
    """It lacks every action, even the first one that the kit needs."""

    def actions(self) -> dict[str, Any]:
        return {}


if __name__ == "__main__":
    kind = {found.__name__: found for found in Honest.__subclasses__()}[sys.argv[1]]
    asyncio.run(kind(sys.argv[2]).run())
