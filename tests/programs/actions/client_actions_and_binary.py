# 0.5.1 0.6.9
"""Calls of the client's actions, bytes both ways, downloads."""

import ws_sync
from ws_sync import Session, Sync


class Files:
    def __init__(self):
        self.size = 0
        actions = {"UPLOAD": self.upload, "EXPORT": self.export}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "FILES", actions=actions)
        else:
            self.sync = Sync("FILES", self, on_action=actions)

    async def upload(self, data, name):
        self.size += len(data)
        print(name, type(data).__name__)
        await self.sync()

    async def export(self, name):
        await self.sync.send_action({"type": "EXPORTING", "name": name})
        await self.sync.send_binary({"type": "EXPORTED", "name": name}, b"abc")
        await self.sync.download(name, b"\x00\x01")
        await self.sync.download(filename=name, binary=b"")


with Session() as session:
    files = Files()

DIALOGUE = r"""
connect
    _SET:FILES {"size": 0}
_BIN_META:FILES UPLOAD {"name": "f"} < hello
    _PATCH:FILES {"size": 5}
    | f bytes
_ACTION:FILES EXPORT {"name": "g"}
    _ACTION:FILES {"name": "g", "type": "EXPORTING"}
    _BIN_META {"metadata": {"name": "g", "type": "EXPORTED"}, "type": "_ACTION:FILES"}
    bytes 'abc'
    _DOWNLOAD {"data": "AAE=", "filename": "g"}
    _DOWNLOAD {"data": "", "filename": "g"}
"""
