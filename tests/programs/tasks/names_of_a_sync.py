# 0.5.1
"""The public names of a Sync of 0.5.1."""

from ws_sync import Session, Sync


class Job:
    def __init__(self):
        self.n = 1

    async def run(self):
        pass

    async def act(self, action):
        print(action)


with Session() as session:
    job = Job()
    sync = Sync("JOB", job, on_action=job.act, tasks={"RUN": job.run}, expose_running_tasks=True)
    plain = Sync("PLAIN", job)
print(sync.key, sync.obj is job, sync.session is session, sync.send_on_init, sync.expose_running_tasks)
print(callable(sync.on_action), callable(sync.on_task_start), callable(sync.on_task_cancel))
print(plain.on_action, plain.on_task_start, plain.on_task_cancel, plain.logger)
print(sync.sync_attributes, sync.key_to_attr, sync.running_tasks, sync.state_snapshot)

DIALOGUE = r"""
    | JOB True True True True
    | True True True
    | None None None None
    | {'n': 'n'} {'n': 'n'} {} {'n': 1, 'runningTasks': []}
connect
    _SET:JOB {"n": 1, "runningTasks": []}
    _SET:PLAIN {"n": 1}
>>> await sync.on_action({"type": "X"})
    | {'type': 'X'}
"""
