# 0.6.9
"""Two routes with two sessions that share an object's state."""

from fastapi import FastAPI, WebSocket

from ws_sync import Session, Sync


class Board:
    def __init__(self):
        self.text = "t"


board = Board()
syncs = []
with Session() as writer:
    syncs.append(Sync.all(board, "BOARD"))
with Session() as reader:
    syncs.append(Sync.all(board, "BOARD"))

app = FastAPI()


@app.websocket("/write")
async def write(ws: WebSocket):
    await writer.handle_connection(ws)


@app.websocket("/read")
async def read(ws: WebSocket):
    await reader.handle_connection(ws)


async def publish():
    board.text += "!"
    for sync in syncs:
        await sync()

DIALOGUE = r"""
connect /write
until _SET:BOARD
    _SET:BOARD {"text": "t"}
>>> await publish()
until _PATCH:BOARD
    _PATCH:BOARD {"text": "t!"}
disconnect
connect /read
until _SET:BOARD
    _SET:BOARD {"text": "t!"}
>>> await publish()
until _PATCH:BOARD
    _PATCH:BOARD {"text": "t!!"}
"""
