# 0.6.9
"""Annotations with names that are imported for type checkers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, remote_action, remote_task, sync_all

if TYPE_CHECKING:
    from somewhere import Unknown


class Box:
    table: Unknown

    @sync_all("BOX", exclude=["table"])
    def __init__(self, table: Unknown = None):
        self.n = 0
        self.table = table

    @remote_action("ADD")
    async def add(self, what: Unknown, n: int = 1) -> Unknown:
        print(what, n)

    @remote_task("RUN")
    async def run(self, what: Unknown | None = None):
        print("run", what)
        await session.send("done", None)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX ADD {"what": {"a": 1}}
    | {'a': 1} 1
_ACTION:BOX ADD {"what": 1, "n": 2}
    | 1 2
_TASK_START:BOX RUN {"what": 3}
until done
    done
    | run 3
"""
