"""Runs programs against a testee and checks after each step that everyone agrees.

After a step, at a fence: what a client holds is what the model says, and nothing illegal has
arrived. At the end, and where a step says so: what `_GET` answers is the same, and so is what a
fresh connection is given. Where the protocol promises less (writes that cross), less is demanded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from conformance import expect
from conformance.client import Connection
from conformance.expect import Violation
from conformance.model import Model
from conformance.peer import INITIAL, Dialogue, Peer
from conformance.refusal import survivor
from conformance.strategies import Step
from conformance.wire import JSON, Event, same

KEYS = ("TESTEE", "SECOND")
UNKNOWN = "no-such-name-here"


class Sequence:
    """One program's run: a client, and the model beside it.

    Attributes:
        position: The index of the step that is being taken.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._peer: Peer
        self._model: Model
        self.position = 0

    async def run(self, program: list[Step]) -> None:
        """Take all steps on a fresh session, and compare everything at the end.

        Raises:
            Violation: The server did not do what it had to.
        """
        self._peer = await self._dialogue.open()
        self._model = Model({key: self._peer.mirror(key) for key in KEYS})
        for self.position, step in enumerate(program):
            await getattr(self, "_" + step["do"].replace("-", "_"))(step)
            self._check()
        await self._get({})
        await self._reconnect(Connection.close)
        self._check()

    def _check(self) -> None:
        """Demand that the client holds what the model says."""
        if illegal := self._peer.connection.first_violation():
            raise illegal
        for key in KEYS:
            held, wanted = self._peer.mirror(key), self._model.documents[key]
            if same(held, wanted):
                continue
            if key == "TESTEE" and all(self._model.held(n, held.get(n)) for n in wanted):
                continue
            expect.equal(
                held,
                wanted,
                f"{key} in the client's copy after the step",
                requirement="state-converges",
            )

    async def _at_once(self, type_: str, data: JSON, key: str = "TESTEE") -> None:
        """Send an event and its fence in one write, and wait for the answer."""
        other = "TESTEE" if key == "SECOND" else "SECOND"
        since = self._peer.mark()
        fence = Event(f"_GET:{other}", {}).text()
        await self._peer.connection.send_at_once(Event(type_, data).text(), fence)
        await self._peer.next(f"_SET:{other}", since=since, what=f"the answer to _GET:{other}")
        if other == "TESTEE":
            self._model.synced()

    async def _action(self, name: str, key: str = "TESTEE", /, **arguments: JSON) -> None:
        await self._at_once(f"_ACTION:{key}", {"type": name, **arguments}, key)

    # Steps: each is named after the `do` that asks for it.

    async def _assign(self, step: Step) -> None:
        self._model.assign(step["values"])
        ((name, value),) = step["values"].items()
        await self._action("assign", name=name, value=value)

    async def _quietly(self, step: Step) -> None:
        self._model.assign(step["values"], quietly=True)
        ((name, value),) = step["values"].items()
        await self._action("assignQuietly", name=name, value=value)

    async def _later(self, step: Step) -> None:
        ((name, value),) = step["values"].items()
        if same(self._peer.mirror()[name], value):
            return  # nothing would show that it has happened
        self._model.assign(step["values"], quietly=True)
        await self._action("assignLater", name=name, value=value, afterMs=1)
        await self._peer.until(lambda held: same(held[name], value), f"{name} as assigned later")
        await self._publish(step)

    async def _publish(self, _: Step) -> None:
        self._model.synced()
        await self._action("publish")

    async def _burst(self, step: Step) -> None:
        number = self._model.state["number"]
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) > 2**52:
            return
        self._model.assign({"number": number + step["count"]})
        await self._action("burst", count=step["count"])

    async def _reset(self, _: Step) -> None:
        self._model.assign({k: v for k, v in INITIAL.items() if k != "itemCount"})
        self._model.documents["SECOND"] = {"value": 0}
        await self._action("reset")
        await self._get({})

    async def _second(self, step: Step) -> None:
        self._model.documents["SECOND"] = {"value": step["value"]}
        await self._action("assign", "SECOND", name="value", value=step["value"])

    async def _second_patch(self, step: Step) -> None:
        operations = [{"op": "replace", "path": "/value", "value": step["value"]}]
        self._model.patched("SECOND", operations)
        self._peer.connection.legality.mirror.patch("SECOND", operations)
        await self._at_once("_PATCH:SECOND", operations, "SECOND")

    async def _patch(self, step: Step) -> None:
        accepted = self._model.patched("TESTEE", step["operations"])
        mirror = self._peer.connection.legality.mirror
        if accepted:
            mirror.patch("TESTEE", step["operations"])
        await self._at_once("_PATCH:TESTEE", step["operations"])

    async def _set(self, step: Step) -> None:
        self._model.set("TESTEE", step["members"])
        self._peer.connection.legality.mirror.merge("TESTEE", step["members"])
        await self._at_once("_SET:TESTEE", step["members"])

    async def _crossing(self, step: Step) -> None:
        """Both sides write at once; then only what `_GET` answers is promised."""
        self._model.assign({"items": step["items"]})
        self._model.patched("TESTEE", step["operations"])
        arguments = {"type": "assign", "name": "items", "value": step["items"]}
        await self._peer.connection.send_at_once(
            Event("_ACTION:TESTEE", arguments).text(),
            Event("_PATCH:TESTEE", step["operations"]).text(),
        )
        await self._get({})

    async def _refused(self, step: Step) -> None:
        await self._at_once(step["type"], step["data"])
        if not step["type"].startswith("_ACTION"):
            self._model.synced()

    async def _malformed(self, step: Step) -> None:
        await self._peer.send_text(step["text"])
        before, self._peer = self._peer, await survivor(self._dialogue, self._peer)
        if self._peer is not before:  # connection-malformed-survives is no MUST
            self._model.synced()

    async def _unknown(self, _: Step) -> None:
        await self._action(UNKNOWN)
        await self._at_once(f"_GET:{UNKNOWN}", {})

    async def _get(self, _: Step) -> None:
        answer = await self._peer.get()
        self._model.synced()
        expect.equal(answer, self._model.state, "the answer to _GET", requirement="state-get")

    async def _fail(self, _: Step) -> None:
        await self._action("fail", message="on purpose")

    async def _typed(self, step: Step) -> None:
        arguments = step["arguments"]
        if isinstance(arguments.get("count"), int):
            self._model.assign({"anything": {"label": "none", **arguments}})
        await self._action("typed", **arguments)

    async def _notify(self, _: Step) -> None:
        mark = self._peer.mark()
        self._model.synced()
        await self._action("notify", message="hello", level="info")
        toast = {"type": "info", "message": "hello"}
        expect.equal(self._peer.events("_TOAST", mark), [toast], "the toasts")

    async def _call_back(self, _: Step) -> None:
        mark = self._peer.mark()
        self._model.synced()
        await self._action("callBack", name="ring", arguments={"n": self.position})
        call = {"type": "ring", "n": self.position}
        expect.equal(self._peer.events("_ACTION:TESTEE", mark), [call], "the calls")

    async def _bytes_in(self, step: Step) -> None:
        content = bytes.fromhex(step["content"])
        metadata = {"type": "receiveBytes", "label": step["label"]}
        await self._peer.send_pair("_ACTION:TESTEE", metadata, content)
        digest = hashlib.sha256(content).hexdigest()
        seen = {"label": step["label"], "size": len(content), "sha256": digest}
        self._model.assign({"anything": seen})
        await self._peer.fence()

    async def _bytes_out(self, step: Step) -> None:
        mark = self._peer.mark()
        self._model.synced()
        content = bytes.fromhex(step["content"])
        metadata = {"type": "here", "label": step["label"]}
        await self._action(
            "sendBytes", metadata=metadata, content=base64.b64encode(content).decode()
        )
        pairs = [r for r in self._peer.connection.received[mark:] if r.content is not None]
        found = [[r.event.data["metadata"], (r.content or b"").hex()] for r in pairs]
        expect.equal(found, [[metadata, content.hex()]], "the pairs", requirement="binary-deliver")

    async def _half_pair(self, _: Step) -> None:
        data = {"type": "_ACTION:TESTEE", "metadata": {"type": "receiveBytes", "label": "lost"}}
        await self._peer.connection.send("_BIN_META", data)
        await self._reconnect(Connection.cut)
        await self._peer.connection.send_bytes(b"lost")
        await self._peer.fence()

    # Tasks

    async def _running(self, *names: str) -> None:
        await self._peer.until(
            lambda held: sorted(held["runningTasks"]) == sorted(names), f"runningTasks {names}"
        )
        self._model.state["runningTasks"] = self._peer.mirror()["runningTasks"]

    async def _ran(self, name: str, **arguments: JSON) -> None:
        """Start a task and wait until it has been listed, and is listed no more."""
        versions = self._peer.connection.legality.mirror.versions("TESTEE")
        mark = len(versions)
        await self._peer.start(name, **arguments)

        def was_listed(held: JSON) -> bool:
            running = held["runningTasks"]
            return name not in running and any(name in v["runningTasks"] for v in versions[mark:])

        await self._peer.until(was_listed, f"{name} in runningTasks, and then not any more")
        await self._peer.fence()

    async def _count(self, step: Step) -> None:
        number = self._model.state["number"]
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) > 2**52:
            return
        self._model.assign({"number": number + step["count"]})
        await self._ran("count", steps=step["count"], intervalMs=0)

    async def _crash(self, _: Step) -> None:
        self._model.synced()
        await self._ran("crash")

    async def _wait(self, _: Step) -> None:
        if "wait" not in self._model.state["runningTasks"]:
            self._model.synced()
        await self._peer.start("wait")
        await self._peer.fence()
        await self._running("wait")

    async def _cancel(self, _: Step) -> None:
        await self._peer.cancel("wait")
        await self._peer.fence()
        if "wait" in self._model.state["runningTasks"]:
            self._model.assign({"text": "cancelled"})
            await self._running()

    async def _flash(self, _: Step) -> None:
        """Start a task and cancel it at once; whether it had begun is the server's choice."""
        if "wait" in self._model.state["runningTasks"]:
            return
        await self._peer.connection.send_at_once(
            Event("_TASK_START:TESTEE", {"type": "wait"}).text(),
            Event("_TASK_CANCEL:TESTEE", {"type": "wait"}).text(),
        )
        await self._peer.fence()
        self._model.synced()
        await self._running()
        answer = await self._peer.get()
        if answer["text"] == "cancelled":
            self._model.assign({"text": "cancelled"})

    # Connections

    async def _reconnect(self, end: Callable[[Connection], Awaitable[Any]]) -> None:
        await end(self._peer.connection)
        self._peer = await self._dialogue.open(self._peer.session)
        self._model.synced()

    async def _close(self, _: Step) -> None:
        await self._reconnect(Connection.close)

    async def _cut(self, _: Step) -> None:
        await self._reconnect(Connection.cut)

    async def _cut_inside(self, _: Step) -> None:
        data = {"type": "assign", "name": "text", "value": "lost" * 9}
        lost = Event("_ACTION:TESTEE", data).text()
        await self._reconnect(lambda connection: connection.cut_inside(lost))

    async def _take_over(self, _: Step) -> None:
        older, self._peer = self._peer, await self._dialogue.take_over(self._peer)
        self._model.synced()
        await older.closed(requirement="session-takeover-disconnect")
        if older.types()[-1] != "_DISCONNECT":
            raise Violation(
                requirement="session-takeover-disconnect",
                expected="_DISCONNECT as the last event of the older connection",
                received=older.types()[-1],
            )
        await self._peer.alive("session-takeover")
