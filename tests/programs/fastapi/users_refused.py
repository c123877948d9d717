# 0.5.1 0.6.9
"""`get_user_session` returns two None for what is not an identification, and closes."""

from fastapi import FastAPI, WebSocket

from ws_sync import get_user_session

app = FastAPI()


@app.websocket("/ws")
async def endpoint(ws: WebSocket):
    await ws.accept()
    print(await get_user_session(ws))

DIALOGUE = r"""
connect
_SOMETHING {"user": "ada", "session": "1"}
until closed
    0.5.1 0.6.9: _REQUEST_USER_SESSION
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: | (None, None)
    here: _REQUEST_USER_SESSION
    here: closed 4401
    here: | (None, None)
connect
_USER_SESSION {"user": "", "session": "1"}
until closed
    0.5.1 0.6.9: _REQUEST_USER_SESSION
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: | (None, None)
    here: _REQUEST_USER_SESSION
    here: closed 4401
    here: | (None, None)
connect
_USER_SESSION {"user": "ada"}
until closed
    0.5.1 0.6.9: _REQUEST_USER_SESSION
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: | (None, None)
    here: _REQUEST_USER_SESSION
    here: closed 4401
    here: | (None, None)
connect
_USER_SESSION
until closed
    0.5.1 0.6.9: _REQUEST_USER_SESSION
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: | (None, None)
    here: _REQUEST_USER_SESSION
    here: closed 4401
    here: | (None, None)
"""
