# 0.5.1 0.6.9
"""Sessions by user, with `get_user_session`."""

from fastapi import FastAPI, WebSocket

import ws_sync
from ws_sync import Session, Sync, get_user_session


class Notes:
    def __init__(self, owner):
        self.owner = owner
        self.sync = Sync.all(self, "NOTES") if hasattr(ws_sync, "sync_all") else Sync("NOTES", self)


sessions = {}
objects = []
app = FastAPI()


@app.websocket("/ws")
async def endpoint(ws: WebSocket):
    await ws.accept()
    user, name = await get_user_session(ws)
    if user is None:
        print("refused")
        return
    if (user, name) not in sessions:
        with Session() as session:
            objects.append(Notes(user))
        sessions[user, name] = session
    session = sessions[user, name]
    await session.new_connection(ws)
    await session.handle_connection()

DIALOGUE = r"""
connect
_USER_SESSION {"user": "ada", "session": "1"}
until _SET:NOTES
    _REQUEST_USER_SESSION
    _SET:NOTES {"owner": "ada"}
disconnect
connect
_USER_SESSION {"user": "bob", "session": "1"}
until _SET:NOTES
    _REQUEST_USER_SESSION
    _SET:NOTES {"owner": "bob"}
disconnect
connect
_USER_SESSION {"user": "ada", "session": "1"}
until _SET:NOTES
    _REQUEST_USER_SESSION
    _SET:NOTES {"owner": "ada"}
>>> sorted(sessions)
    | [('ada', '1'), ('bob', '1')]
"""
