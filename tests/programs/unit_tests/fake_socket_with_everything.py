# 0.6.9
"""A fake WebSocket for `handle_connection`, with a list of messages to receive."""

from starlette.websockets import WebSocketDisconnect, WebSocketState

from ws_sync import Session, remote_action, sync_all


class Fake:
    client = "test"
    application_state = WebSocketState.CONNECTING
    client_state = WebSocketState.CONNECTING

    def __init__(self, *messages):
        self.messages = list(messages)
        self.sent = []

    async def accept(self):
        self.application_state = WebSocketState.CONNECTED
        self.client_state = WebSocketState.CONNECTED

    async def send_json(self, data):
        self.sent.append(data)

    async def receive_json(self):
        if not self.messages:
            raise WebSocketDisconnect(1000)
        return self.messages.pop(0)

    async def close(self):
        self.application_state = WebSocketState.DISCONNECTED


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync()


async def test():
    with Session() as session:
        notes = Notes()
    ws = Fake({"type": "_ACTION:NOTES", "data": {"type": "RENAME", "title": "x"}})
    await session.handle_connection(ws)
    for each in ws.sent:
        print(each)
    print(notes.title, session.is_connected)

DIALOGUE = r"""
>>> await test()
    | {'type': '_SET:NOTES', 'data': {'title': 'T'}}
    | {'type': '_PATCH:NOTES', 'data': [{'op': 'replace', 'path': '/title', 'value': 'x'}]}
    | x False
"""
