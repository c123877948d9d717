# 0.5.1 0.6.9
"""An action that syncs several times sends several patches, and none when nothing changed."""

import ws_sync
from ws_sync import Session, Sync


class Job:
    def __init__(self):
        self.step = 0
        self.data = {"a": [1, 2, {"b": None}]}
        actions = {"RUN": self.run}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "JOB", actions=actions)
        else:
            self.sync = Sync("JOB", self, on_action=actions)

    async def run(self):
        for step in range(3):
            self.step = step
            await self.sync()
        self.data["a"][2]["b"] = True
        del self.data["a"][0]
        await self.sync.sync()
        await self.sync()


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"data": {"a": [1, 2, {"b": null}]}, "step": 0}
_ACTION:JOB RUN
    _PATCH:JOB {"data": {"a": [1, 2, {"b": null}]}, "step": 1}
    _PATCH:JOB {"data": {"a": [1, 2, {"b": null}]}, "step": 2}
    _PATCH:JOB {"data": {"a": [2, {"b": true}]}, "step": 2}
_GET:JOB
    _SET:JOB {"data": {"a": [2, {"b": true}]}, "step": 2}
"""
