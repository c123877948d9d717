"""The client: documents of a server, mirrored, edited and called from Python.

    from ws_sync.client import Client

    async with Client("ws://127.0.0.1:8000/ws") as client:
        await client.synced("NOTES")
        async with client.edit("NOTES") as notes:
            notes["title"] = "Groceries"
        await client.call("NOTES", "archive", reason="done")

It needs the extra `client`. `backoff` and `callbacks` know no WebSocket, `link` is one connection,
`client` is what outlives it.
"""

from ws_sync.client.backoff import Backoff
from ws_sync.client.client import Client
from ws_sync.exceptions import NoConnection, NoState, NotInSync, Stopped, WouldWait

__all__ = ["Backoff", "Client", "NoConnection", "NoState", "NotInSync", "Stopped", "WouldWait"]
