# 0.5.1
"""A pair of functions that start and cancel, with the whole data."""

from ws_sync import Session, Sync


class Worker:
    def __init__(self):
        self.calls = []
        self.sync = Sync("W", self, tasks=(self.start, self.stop))

    async def start(self, task):
        self.calls.append(["start", task])
        await self.sync()

    async def stop(self, task):
        self.calls.append(["stop", task])
        await self.sync()


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"calls": []}
_TASK_START:W A {"x": 1}
    _PATCH:W {"calls": [["start", {"type": "A", "x": 1}]]}
_TASK_CANCEL:W A
    _PATCH:W {"calls": [["start", {"type": "A", "x": 1}], ["stop", {"type": "A"}]]}
"""
