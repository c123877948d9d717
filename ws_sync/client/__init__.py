"""A client in Python: it mirrors and edits the documents of a server, and calls their actions.

    from ws_sync.client import Client

    async with Client("ws://127.0.0.1:8000/ws") as client:
        await client.synced("NOTES")
        async with client.edit("NOTES") as notes:
            notes["title"] = "Groceries"
        await client.call("NOTES", "archive", reason="done")

It needs the extra `client`. `connector` reconnects, `connection` is one WebSocket, `documents`
mirrors the documents, `callbacks` runs what the server calls, `client` is the interface.
"""

from ws_sync.client.backoff import Backoff
from ws_sync.client.client import Client
from ws_sync.exceptions import NoConnection, NoState, NotInSync, Stopped, WouldWait

__all__ = ["Backoff", "Client", "NoConnection", "NoState", "NotInSync", "Stopped", "WouldWait"]
