# 0.6.9
"""The public names of a Sync that older programs read."""

from ws_sync import Session, Sync, remote_action, remote_task, sync_all


class Notes:
    @sync_all("NOTES", toCamelCase=True, expose_running_tasks=True)
    def __init__(self):
        self.my_title = "T"

    @remote_action("A")
    async def a(self):
        print("a called")

    @remote_task("T")
    async def t(self):
        pass


with Session() as session:
    notes = Notes()
print(notes.sync.key_to_attr, notes.sync.task_exposure, notes.sync.logger, notes.sync.camelize)
print(notes.sync.casing("a_b"), callable(notes.sync.tasks), callable(notes.sync.task_cancels))
print(notes.sync.key, notes.sync.obj is notes, notes.sync.session is session, notes.sync.running_tasks)
notes.sync.state_snapshot = {}
print(notes.sync.state_snapshot)

DIALOGUE = r"""
    | {'myTitle': 'my_title'} runningTasks None True
    | aB True True
    | NOTES True True {}
    | {}
connect
    _SET:NOTES {"myTitle": "T", "runningTasks": []}
>>> await notes.sync.actions({"type": "A"})
    | a called
"""
