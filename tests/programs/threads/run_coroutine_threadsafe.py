# 0.6.9
"""A thread syncs through `run_coroutine_threadsafe`."""

import asyncio

from ws_sync import Session, sync_all


class Job:
    @sync_all("JOB")
    def __init__(self):
        self.result = 0

    def work(self, loop):
        for n in range(3):
            self.result = n + 1
            asyncio.run_coroutine_threadsafe(self.sync(), loop).result(10)


with Session() as session:
    job = Job()


async def run():
    await asyncio.to_thread(job.work, asyncio.get_running_loop())

DIALOGUE = r"""
connect
    _SET:JOB {"result": 0}
>>> await run()
    _PATCH:JOB {"result": 1}
    _PATCH:JOB {"result": 2}
    _PATCH:JOB {"result": 3}
"""
