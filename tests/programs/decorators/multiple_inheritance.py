# 0.6.9
"""Two decorated bases; the `__init__` of the class calls only one."""

from ws_sync import Session, remote_action, sync_all


class A:
    @sync_all("A")
    def __init__(self):
        self.a = 1

    @remote_action("PING")
    async def ping(self):
        await self.sync.toast("a")


class B:
    @sync_all("B")
    def __init__(self):
        self.b = 2

    @remote_action("PONG")
    async def pong(self):
        await self.sync.toast("b")


class C(A, B):
    pass


with Session() as session:
    c = C()

DIALOGUE = r"""
connect
    _SET:A {"a": 1}
_ACTION:A PING
    _TOAST {"message": "a", "type": "default"}
_ACTION:A PONG
    _TOAST {"message": "b", "type": "default"}
"""
