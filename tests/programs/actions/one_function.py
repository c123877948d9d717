# 0.5.1
"""One function gets the whole data of each action."""

from ws_sync import Session, Sync


class Log:
    def __init__(self):
        self.lines = []
        self.sync = Sync("LOG", self, on_action=self.act)

    async def act(self, action):
        self.lines.append(action)
        await self.sync()


with Session() as session:
    log = Log()

DIALOGUE = r"""
connect
    _SET:LOG {"lines": []}
_ACTION:LOG A {"x": 1}
    _PATCH:LOG {"lines": [{"type": "A", "x": 1}]}
_ACTION:LOG {"no": "type"}
    0.5.1: _PATCH:LOG {"lines": [{"type": "A", "x": 1}, {"no": "type"}]}
_ACTION:LOG "text"
    0.5.1: _PATCH:LOG {"lines": [{"type": "A", "x": 1}, {"no": "type"}, {"type": "\"text\""}]}
    here: _PATCH:LOG {"lines": [{"type": "A", "x": 1}, {"type": "\"text\""}]}
>>> log.lines
    0.5.1: | [{'type': 'A', 'x': 1}, {'no': 'type'}, {'type': '"text"'}]
    here: | [{'type': 'A', 'x': 1}, {'type': '"text"'}]
"""
