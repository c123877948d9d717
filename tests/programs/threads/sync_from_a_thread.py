# 0.6.9
"""A thread changes attributes; the loop syncs."""

import asyncio

from ws_sync import Session, remote_action, sync_all


class Job:
    @sync_all("JOB")
    def __init__(self):
        self.result = 0

    @remote_action("RUN")
    async def run(self, n):
        def compute():
            self.result = sum(range(n))

        await asyncio.to_thread(compute)
        await self.sync()


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"result": 0}
_ACTION:JOB RUN {"n": 1000}
    _PATCH:JOB {"result": 499500}
"""
