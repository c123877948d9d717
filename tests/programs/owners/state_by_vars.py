# 0.6.9
"""A program saves `vars` of an object without its Sync, and restores it."""

import json

from ws_sync import Session, remote_action, sync_all


class Doc:
    @sync_all("DOC")
    def __init__(self):
        self.title = "T"
        self.n = 1

    def save(self):
        return json.dumps({k: v for k, v in vars(self).items() if k != "sync"}, sort_keys=True)

    @remote_action("LOAD")
    async def load(self, text):
        self.__dict__.update(json.loads(text))
        await self.sync()


with Session() as session:
    doc = Doc()

DIALOGUE = r"""
connect
    _SET:DOC {"n": 1, "title": "T"}
>>> doc.save()
    | '{"n": 1, "title": "T"}'
_ACTION:DOC LOAD {"text": "{\"title\": \"new\", \"n\": 2}"}
    _PATCH:DOC {"n": 2, "title": "new"}
>>> doc.save()
    | '{"n": 2, "title": "new"}'
"""
