# 0.6.9
"""A Sync that has only actions."""

from ws_sync import Session, Sync


class Commands:
    def __init__(self):
        self.secret = 1
        self.sync = Sync(self, "COMMANDS", actions={"HELLO": self.hello})

    async def hello(self, name="you"):
        await self.sync.toast(f"hello {name}")


with Session() as session:
    commands = Commands()

DIALOGUE = r"""
connect
    _SET:COMMANDS {}
_ACTION:COMMANDS HELLO
    _TOAST {"message": "hello you", "type": "default"}
_ACTION:COMMANDS HELLO {"name": "me"}
    _TOAST {"message": "hello me", "type": "default"}
_GET:COMMANDS
    _SET:COMMANDS {}
"""
