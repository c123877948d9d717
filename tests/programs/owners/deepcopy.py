# 0.6.9
"""A deep copy of the state that an object keeps for undo."""

import copy

from ws_sync import Session, remote_action, sync_all


class Doc:
    @sync_all("DOC")
    def __init__(self):
        self.lines = ["a"]
        self._undo = []

    @remote_action("ADD")
    async def add(self, line):
        self._undo.append(copy.deepcopy(self.lines))
        self.lines.append(line)
        await self.sync()

    @remote_action("UNDO")
    async def undo(self):
        self.lines = self._undo.pop()
        await self.sync()


with Session() as session:
    doc = Doc()

DIALOGUE = r"""
connect
    _SET:DOC {"lines": ["a"]}
_ACTION:DOC ADD {"line": "b"}
    _PATCH:DOC {"lines": ["a", "b"]}
_ACTION:DOC UNDO
    _PATCH:DOC {"lines": ["a"]}
"""
