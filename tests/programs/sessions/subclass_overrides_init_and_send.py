# 0.6.9
"""A subclass of Session that overrides `init` and `send`."""

from ws_sync import Session, sync_all


class Logged(Session):
    async def init(self):
        print("init")
        await super().init()

    async def send(self, event, data):
        if event.startswith("_"):
            print("send", event)
        await super().send(event, data)


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"


with Logged() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
    | init
    | send _SET:NOTES
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"title": "x"}
    | send _PATCH:NOTES
>>> await notes.sync.toast("hello")
    _TOAST {"message": "hello", "type": "default"}
    | send _TOAST
    | 'hello'
_GET:NOTES
    _SET:NOTES {"title": "x"}
    | send _SET:NOTES
"""
