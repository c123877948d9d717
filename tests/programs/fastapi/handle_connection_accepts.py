# 0.6.9
"""`handle_connection(ws)` accepts the WebSocket itself."""

from fastapi import FastAPI, WebSocket

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "My Notes"


with Session() as session:
    notes = Notes()

app = FastAPI()


@app.websocket("/ws")
async def endpoint(ws: WebSocket):
    await session.handle_connection(ws)


@app.get("/title")
async def title():
    return {"title": notes.title}


@app.post("/title/{title}")
async def change(title: str):
    notes.title = title
    await notes.sync()
    return {"connected": session.is_connected}

DIALOGUE = r"""
GET /title
    200 {"title":"My Notes"}
POST /title/a {}
    200 {"connected":false}
connect
    _SET:NOTES {"title": "a"}
POST /title/b {}
    200 {"connected":true}
    _PATCH:NOTES {"title": "b"}
_PATCH:NOTES /title "c"
GET /title
    200 {"title":"c"}
"""
