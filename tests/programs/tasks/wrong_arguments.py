# 0.6.9
"""A task that is started with arguments that it does not take."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Worker:
    @sync_all("W")
    def __init__(self):
        self.got = None

    @remote_task("RUN")
    async def run(self, n):
        self.got = n


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"got": null}
_TASK_START:W RUN {"m": 1}
>>> worker.got
_TASK_START:W RUN {"n": 2}
_GET:W
    _SET:W {"got": 2}
>>> worker.got
    | 2
"""
