# 0.6.9
"""A decorator that takes an argument out of its `**kwargs`."""

import functools

from ws_sync import Session, remote_action, sync_all


def guarded(method):
    @functools.wraps(method)
    async def wrapper(self, **arguments):
        if arguments.pop("token", None) != "secret":
            return await self.sync.toast("denied", type="error")
        return await method(self, **arguments)

    return wrapper


class Store:
    @sync_all("STORE")
    def __init__(self):
        self.size = 0

    @remote_action("ADD")
    @guarded
    async def add(self, n: int = 1):
        print("added", n)


with Session() as session:
    store = Store()

DIALOGUE = r"""
connect
    _SET:STORE {"size": 0}
_ACTION:STORE ADD {"n": 4, "token": "secret"}
    0.6.9: | added 4
    here: _TOAST {"message": "denied", "type": "error"}
_ACTION:STORE ADD {"n": 4}
    _TOAST {"message": "denied", "type": "error"}
"""
