# 0.6.9
"""A chat between two sessions."""

from ws_sync import Session, remote_action, sync_all


class Room:
    def __init__(self):
        self.members = []
        self.lines = []


room = Room()


class Chat:
    @sync_all("CHAT")
    def __init__(self, name):
        self.name = name
        room.members.append(self)

    @property
    def lines(self):
        return list(room.lines)

    @remote_action("SAY")
    async def say(self, text):
        room.lines.append([self.name, text])
        for member in room.members:
            await member.sync()


with Session() as session:
    chat = Chat("ada")
with Session() as other:
    chat2 = Chat("bob")

DIALOGUE = r"""
connect
    _SET:CHAT {"lines": [], "name": "ada"}
_ACTION:CHAT SAY {"text": "hi"}
    _PATCH:CHAT {"lines": [["ada", "hi"]], "name": "ada"}
>>> await chat2.say("hello")
    _PATCH:CHAT {"lines": [["ada", "hi"], ["bob", "hello"]], "name": "ada"}
"""
