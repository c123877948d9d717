# 0.5.1 0.6.9
"""The server of the README."""

from fastapi import FastAPI, WebSocket

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "My Notes"
        self.sync = Sync.all(self, "NOTES") if hasattr(ws_sync, "sync_all") else Sync("NOTES", self)


with Session() as session:
    my_notes = Notes()
    my_session = session

app = FastAPI()


@app.websocket("/ws")
async def websocket_endpoint(ws: WebSocket):
    await ws.accept()

    try:
        await my_session.new_connection(ws)
        await my_session.handle_connection()
    finally:
        my_session.ws = None
        await ws.close()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "My Notes"}
>>> my_notes.title = "x"
>>> await my_notes.sync()
    _PATCH:NOTES {"title": "x"}
disconnect
connect
    _SET:NOTES {"title": "x"}
>>> my_notes.title = "y"
>>> await my_notes.sync()
    _PATCH:NOTES {"title": "y"}
"""
