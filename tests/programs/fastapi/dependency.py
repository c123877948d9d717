# 0.6.9
"""A session as a dependency of routes; a route that changes the state of a user."""

from fastapi import Depends, FastAPI, HTTPException, WebSocket

from ws_sync import Session, sync_all


class Counter:
    @sync_all("COUNTER")
    def __init__(self):
        self.n = 0


counters = {}


def get_session(user: str):
    if user not in counters:
        with Session() as session:
            counters[user] = session, Counter()
    return counters[user]


app = FastAPI()


@app.websocket("/ws/{user}")
async def endpoint(ws: WebSocket, user: str):
    await get_session(user)[0].handle_connection(ws)


@app.post("/up/{user}")
async def up(user: str, found=Depends(get_session)):
    if user == "nobody":
        raise HTTPException(404)
    found[1].n += 1
    await found[1].sync()
    return found[1].n

DIALOGUE = r"""
connect /ws/ada
POST /up/ada {}
    200 1
until _PATCH:COUNTER
    _SET:COUNTER {"n": 0}
    _PATCH:COUNTER {"n": 1}
POST /up/bob {}
    200 1
POST /up/nobody {}
    404
connect /ws/bob
until _SET:COUNTER
    _SET:COUNTER {"n": 1}
    timed out
"""
