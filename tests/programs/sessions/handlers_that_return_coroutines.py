# 0.5.1 0.6.9
"""Handlers that are a lambda or an object, and return a coroutine."""

from ws_sync import Session


class Echo:
    async def __call__(self, data):
        await session.send("echo", data)


async def greet():
    await session.send("hello", None)


with Session() as session:
    session.register_event("ECHO", Echo())
    session.register_init(lambda: greet())

DIALOGUE = r"""
connect
    here: hello
ECHO 3
    here: echo 3
"""
