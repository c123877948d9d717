# 0.6.9
"""Unit tests that look at a mock WebSocket at once after `new_connection`."""

import asyncio
from unittest.mock import AsyncMock

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0


def show(*sockets):
    for socket in sockets:
        sent = [call.args[0]["type"] for call in socket.send_json.await_args_list]
        print(sent, socket.close.await_count)


async def test_connection():
    older, newer = AsyncMock(), AsyncMock()
    with Session() as session:
        box = Box()
    await session.new_connection(older)
    show(older)
    await session.new_connection(newer)
    show(older, newer)
    box.n = 1
    await box.sync()
    show(newer)


asyncio.run(test_connection())

DIALOGUE = r"""
    | ['_SET:BOX'] 0
    | ['_SET:BOX', '_DISCONNECT'] 1
    | ['_SET:BOX'] 0
    | ['_SET:BOX', '_PATCH:BOX'] 0
connect
"""
