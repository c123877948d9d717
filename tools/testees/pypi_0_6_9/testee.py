"""The testee on ws-sync 0.6.9 from PyPI: the contract's objects, written as a user of it would.

Nothing here makes up for what the release does wrong on the wire: the kit shall see it.
"""

import argparse
import asyncio
import base64

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from ws_sync import Session, get_user_session, remote_action, remote_task, sync_only

import contract


class Testee:
    """The object `TESTEE`. Arguments are named as on the wire: the release passes them by name."""

    @sync_only(
        "TESTEE",
        _toCamelCase=True,
        _expose_running_tasks=True,
        features=...,
        text=...,
        number=...,
        flag=...,
        items=...,
        table=...,
        anything=...,
        item_count=...,
    )
    def __init__(self):
        contract.set_attributes(self, contract.testee_values())
        self.others = []  # the session's other objects, which `reset` resets too
        self._later = set()  # the assignments that `assignLater` has promised

    @property
    def item_count(self):
        """The length of `items`."""
        return contract.count_items(self.items)

    @remote_action("reset")
    async def reset(self):
        """Cancel what runs, wait for its end and make every object initial."""
        ending = [*self.sync.running_tasks.values(), *self._later]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        # The release never forgets a task that was cancelled before its first step. The case that
        # provoked this has seen it; the next one shall not inherit it.
        self.sync.running_tasks.clear()
        contract.set_attributes(self, contract.testee_values())
        await self.sync()
        for other in self.others:
            contract.set_attributes(other, contract.other_values())
            await other.sync()

    @remote_action("assign")
    async def assign(self, name, value):
        """Set one attribute."""
        await self.assign_many({name: value})

    @remote_action("assignMany")
    async def assign_many(self, values):
        """Set several attributes."""
        contract.require_writable(values, contract.testee_values())
        contract.set_attributes(self, values)
        await self.sync()

    @remote_action("assignQuietly")
    async def assign_quietly(self, name, value):
        """Set one attribute without a sync."""
        contract.require_writable([name], contract.testee_values())
        setattr(self, name, value)

    @remote_action("publish")
    async def publish(self):
        """Sync what is pending."""
        await self.sync()

    @remote_action("burst")
    async def burst(self, count):
        """Count `number` up, with a sync at each step."""
        for _ in range(count):
            self.number += 1
            await self.sync()

    @remote_action("assignLater")
    async def assign_later(self, name, value, afterMs):
        """Set one attribute after a while, whether a client is connected or not."""
        contract.require_writable([name], contract.testee_values())
        seconds = afterMs / 1000

        async def assign():
            await asyncio.sleep(seconds)
            await self.assign(name, value)

        later = asyncio.create_task(assign())
        self._later.add(later)
        later.add_done_callback(self._later.discard)
        await self.sync()

    @remote_action("callBack")
    async def call_back(self, name, arguments):
        """Call an action of the client."""
        await self.sync.send_action({"type": name, **arguments})
        await self.sync()

    @remote_action("notify")
    async def notify(self, message, level):
        """Send a toast."""
        await self.sync.toast(message, type=level)
        await self.sync()

    @remote_action("sendFile")
    async def send_file(self, filename, content):
        """Send a download."""
        await self.sync.download(filename, base64.b64decode(content))
        await self.sync()

    @remote_action("sendBytes")
    async def send_bytes(self, metadata, content):
        """Send bytes as an action of the client."""
        await self.sync.send_binary(metadata, base64.b64decode(content))
        await self.sync()

    @remote_action("receiveBytes")
    async def receive_bytes(self, data, label):
        """Record the bytes that came."""
        self.anything = contract.describe_bytes(data, label)
        await self.sync()

    @remote_action("typed")
    async def typed(self, count, label="none"):
        """Record the arguments if they are of their types."""
        self.anything = contract.read_typed(count, label)
        await self.sync()

    @remote_action("fail")
    async def fail(self, message):
        """Raise."""
        raise RuntimeError(message)

    @remote_task("count")
    async def count(self, steps, intervalMs):
        """Count `number` up, slowly."""
        for _ in range(steps):
            self.number += 1
            await self.sync()
            await asyncio.sleep(intervalMs / 1000)

    @remote_task("wait")
    async def wait(self):
        """Run until cancelled."""
        await asyncio.Event().wait()

    @wait.cancel
    async def wait_cancelled(self):
        """Record the cancellation; the sync at the task's end carries it to the client."""
        self.text = "cancelled"

    @remote_task("crash")
    async def crash(self):
        """Raise after one step."""
        await asyncio.sleep(0)
        raise RuntimeError("crashed as asked")


class Second:
    """The object `SECOND`."""

    @sync_only("SECOND", value=...)
    def __init__(self):
        contract.set_attributes(self, contract.other_values())

    @remote_action("assign")
    async def assign(self, name, value):
        """Set one attribute."""
        contract.require_writable([name], contract.other_values())
        setattr(self, name, value)
        await self.sync()


class Nested:
    """The object `scope/NESTED`: the release has no scopes, so its key is written out."""

    @sync_only("scope/NESTED", value=...)
    def __init__(self):
        contract.set_attributes(self, contract.other_values())


class Lazy:
    """The object `LAZY`, sent only when asked for."""

    @sync_only("LAZY", _send_on_init=False, value=...)
    def __init__(self):
        contract.set_attributes(self, contract.other_values())


class Sessions(dict):
    """The sessions by name; the first use of a name makes its session with fresh objects."""

    def __missing__(self, name):
        with Session() as session:
            testee = Testee()
            testee.others = [Second(), Nested(), Lazy()]
        self[name] = session
        return session


def create_app():
    """Return the application: `/ws/{session}`, and `/auth` with its own sessions."""
    named, identified = Sessions(), Sessions()

    async def connect(ws: WebSocket):
        await named[ws.path_params["session"]].handle_connection(ws)

    async def identify(ws: WebSocket):
        await ws.accept()
        user, session = await get_user_session(ws)
        if user is not None:
            await identified[user, session].handle_connection(ws)

    return Starlette(
        routes=[WebSocketRoute("/ws/{session}", connect), WebSocketRoute("/auth", identify)]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(create_app(), host="127.0.0.1", port=parser.parse_args().port, log_level="warning")
