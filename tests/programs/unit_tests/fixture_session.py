# 0.6.9
"""A fixture sets the context variable and resets it."""

from ws_sync import Session, session_context, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"


def fixture():
    session = Session()
    token = session_context.set(session)
    yield session
    session_context.reset(token)


def test():
    steps = fixture()
    session = next(steps)
    notes = Notes()
    print(notes.sync.session is session, session.is_connected)
    print(notes.sync.state_snapshot, notes.sync.sync_attributes)
    list(steps)
    print(session_context.get(None))

DIALOGUE = r"""
>>> test()
    | True False
    | {'title': 'T'} {'title': 'title'}
    | None
"""
