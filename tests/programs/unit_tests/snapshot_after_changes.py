# 0.6.9
"""`state_snapshot` is what the client has, also without one."""

from unittest.mock import AsyncMock, Mock

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES", expose_running_tasks=True)
    def __init__(self):
        self.title = "T"
        self.notes = []


async def test():
    with Session() as session:
        notes = Notes()
    notes.notes.append("x")
    print(notes.sync.state_snapshot)
    await notes.sync()
    print(notes.sync.state_snapshot)
    session.ws = Mock(send_json=AsyncMock())
    await notes.sync()
    print(notes.sync.state_snapshot)

DIALOGUE = r"""
>>> await test()
    0.6.9: | {'notes': [], 'title': 'T', 'running_tasks': []}
    0.6.9: | {'notes': [], 'title': 'T', 'running_tasks': []}
    0.6.9: | {'notes': ['x'], 'title': 'T', 'running_tasks': []}
    here: | {'title': 'T', 'notes': [], 'running_tasks': []}
    here: | {'title': 'T', 'notes': [], 'running_tasks': []}
    here: | {'title': 'T', 'notes': ['x'], 'running_tasks': []}
"""
