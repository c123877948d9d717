# 0.6.9
"""Decorated methods are methods: they can be called, have names and docstrings."""

from ws_sync import Session, remote_action, remote_task, remote_task_cancel, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.n = 0

    @remote_action("UP")
    async def up(self, by=1):
        """Count."""
        self.n += by
        return self.n

    @remote_task("RUN")
    async def run(self):
        """Run."""
        return "ran"

    @run.cancel
    async def stop(self):
        return "stopped"

    @remote_task_cancel("OTHER")
    async def stop_other(self):
        return "other"


with Session() as session:
    notes = Notes()
print(notes.up.__name__, Notes.up.__doc__, Notes.run.__doc__, Notes.up.remote_action, Notes.run.remote_task)
print(Notes.stop.remote_task_cancel, Notes.stop_other.remote_task_cancel)

DIALOGUE = r"""
    | up Count. Run. UP RUN
    | RUN OTHER
connect
    _SET:NOTES {"n": 0}
>>> await notes.up(by=2)
    | 2
>>> await notes.up(3)
    | 5
>>> await notes.run()
    | 'ran'
>>> await notes.stop()
    | 'stopped'
>>> await notes.sync()
    _PATCH:NOTES {"n": 5}
"""
