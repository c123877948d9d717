"""Runs programs against a client, and checks after each step that both sides agree.

The client must report the state that results from the kit's patches and its own. While the client
has unsent edits, only the state at the end is compared, because a client may keep them or drop them
when a state arrives.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from random import Random

from conformance.client_mode import generators
from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest, call
from conformance.driver import expect
from conformance.protocol.mirror import Mirror
from conformance.protocol.wire import JSON, Event
from conformance.sequences.steps import Step

FAULTS = frozenset({"lose", "refuse"})
AFTER_FAILURES = 3
"""Handshakes that are refused in a row."""


class Sequence:
    """A run of one program.

    Attributes:
        position: The index of the current step.
    """

    def __init__(self, client: ClientUnderTest) -> None:
        self.position = 0
        self._client = client
        self._pending = False

    async def run(self, program: list[Step]) -> None:
        """Take all steps, and compare the states at the end.

        Raises:
            KeyError: A step is of an unknown kind, or lacks a member.
        """
        for self.position, step in enumerate(program):
            self._client.trace.add(
                self._client.connection.label, "noted", f"step {self.position + 1}: {step['do']}"
            )
            self._client.answers = True
            await STEPS[step["do"]](self, step, Random(step["seed"]))
            if illegal := self._client.first_violation():
                raise illegal
            if not self._pending:
                await self._client.holds(requirement="state-client-patch")
        await self._client.agrees()

    # What the kit sends

    async def _patch(self, step: Step, random: Random) -> None:
        await self._client.patch(*generators.patch(random, self._client.state, step["count"]))

    async def _set(self, _: Step, random: Random) -> None:
        state = generators.state(random, self._client.state)
        await self._client.at_once(Event(f"_SET:{KEY}", state))

    async def _nonsense(self, step: Step, random: Random) -> None:
        client = self._client
        first = {"op": "replace", "path": "/number", "value": random.random()}
        broken = {
            "missing": {"op": "remove", "path": "/table/nothing at all"},
            "index": {"op": "remove", "path": "/items/01"},
            "test": {"op": "test", "path": "/text", "value": {"no": "such"}},
        }
        match step["what"]:
            case "missing" | "index" | "test" as what:
                await client.illegal(f"_PATCH:{KEY}", [first, broken[what]])
            case "malformed":
                await client.text('{"type":"_SET:TESTEE","data":{"text":')
            case "nan":
                state = Event(f"_SET:{KEY}", START).text().replace('"number":0', '"number":NaN')
                await client.text(state)
            case "unknown":
                await client.illegal("_LATER:TESTEE", {"text": "lost"})
            case "bytes":
                await client.connection.send_bytes(b"alone")
            case "half-a-pair":
                data = {"type": f"_ACTION:{KEY}", "metadata": {"type": "never"}}
                await client.illegal("_BIN_META", data)
                await client.illegal("_BIN_META", None)
        await client.fence()

    # What the client does

    async def _assign(self, _: Step, random: Random) -> None:
        name, value = generators.attribute(random)
        await self._edited(call("assign", name=name, value=value), {name: value})

    async def _edit(self, step: Step, random: Random) -> None:
        if self._pending:  # its state is not known
            await self._publish(step, random)
        state = self._client.state
        operations = generators.patch(random, state, step["count"])
        mirror = Mirror()
        mirror.set(KEY, state)
        mirror.patch(KEY, operations)
        await self._edited(call("edit", operations=operations), mirror[KEY])

    async def _edited(self, event: Event, attributes: dict[str, JSON]) -> None:
        wanted = {**self._client.state, **attributes}
        await self._client.at_once(event)
        if not self._pending:
            what = "the state after the client's patch"
            expect.equal(self._client.state, wanted, what, requirement="state-client-patch")
        self._pending = False  # the client sends all edits with it

    async def _quiet(self, _: Step, random: Random) -> None:
        name, value = generators.attribute(random)
        await self._client.act("assignQuietly", name=name, value=value)
        self._pending = True

    async def _publish(self, _: Step, __: Random) -> None:
        await self._client.act("publish")
        self._pending = False

    async def _fetch(self, _: Step, __: Random) -> None:
        await self._client.act("fetchState")
        await self._client.fence()

    async def _send_state(self, _: Step, __: Random) -> None:
        await self._client.act("sendState")
        self._pending = False

    async def _call(self, _: Step, random: Random) -> None:
        arguments = {"value": generators.value(random)}
        since = await self._client.act("call", name="one", arguments=arguments)
        called = self._client.events(f"_ACTION:{KEY}", since)[0]
        expect.equal(called, {"type": "one", **arguments}, "the call", requirement="actions-shape")

    async def _toast(self, _: Step, __: Random) -> None:
        await self._client.at_once(Event("_TOAST", {"message": "x", "type": "info"}))
        self._pending = True

    async def _pair(self, _: Step, random: Random) -> None:
        content = random.randbytes(random.randint(0, 40))
        text = base64.b64encode(content).decode()
        since = await self._client.act("sendBytes", name="up", metadata={}, content=text)
        pairs = [
            r.content for r in self._client.connection.received[since:] if r.content is not None
        ]
        expect.true(
            pairs == [content],
            requirement="binary-pair",
            expected=f"one pair with {len(content)} bytes",
            received=f"{len(pairs)} pairs, or different bytes",
        )
        await self._client.pair(f"_ACTION:{KEY}", {"type": "down"}, content)
        await self._client.fence()
        self._pending = True

    async def _at_once(self, _: Step, random: Random) -> None:
        client = self._client
        await self._settled()  # an unsent edit of the same attribute would cross the patches
        numbers = [random.randrange(1000) for _ in range(3)]
        events: list[Event] = []
        for number in numbers:
            replace = {"op": "replace", "path": "/number", "value": number}
            events += [
                Event(f"_PATCH:{KEY}", [replace]),
                call("assign", name="text", value=f"{number}"),
                call("call", name=f"{number}", arguments={}),
            ]
        since = await client.at_once(*events)
        called = [data["type"] for data in client.events(f"_ACTION:{KEY}", since)][:3]
        wanted = [f"{number}" for number in numbers]
        expect.equal(called, wanted, "the calls in their order", requirement="connection-order")
        self._pending = False

    # Connections

    async def _lose(self, step: Step, random: Random) -> None:
        client = self._client
        state = client.state if step["then"] == "same" else generators.state(random, client.state)
        await _end(client, step["how"])
        await client.returned(requirement="session-reconnect")
        if step["asks"]:
            client.write(Event("_REQUEST_USER_SESSION"))
            await client.next("_USER_SESSION", since=0, requirement="session-identify-answer")
        if step["then"] == "late":
            name, value = generators.attribute(random)
            await client.act("assign", name=name, value=value)
            self._pending = True
        await client.at_once(Event(f"_SET:{KEY}", state))
        await self._settled()

    async def _refuse(self, _: Step, random: Random) -> None:
        client = self._client
        state = generators.state(random, client.state)
        client.host.welcome = random.choice(["refuse", "drop"])
        before = len(client.host.arrivals)
        await client.connection.cut()
        came = await client.host.arrived(before + AFTER_FAILURES, AFTER_FAILURES * client.deadline)
        client.host.welcome = "accept"
        expect.true(
            came,
            requirement="session-reconnect",
            expected="further attempts to connect",
            received="none before the deadline",
        )
        await client.back(state, requirement="session-reconnect")
        await self._settled()

    async def _settled(self) -> None:
        """Make the client send its unsent edits, so that its state is known again."""
        if self._pending:
            await self._client.act("publish")
            self._pending = False


async def _end(client: ClientUnderTest, how: str) -> None:
    link = client.connection
    match how.split("-"):
        case ["end", code]:
            await link.end(int(code))
        case ["cut"]:
            await link.cut()
        case ["reset"]:
            await link.reset()
        case ["in", "a", "frame"]:
            state = {**START, "text": "lost"}
            await link.cut_inside(Event(f"_SET:{KEY}", state).text(), 20)
        case ["in", "a", "pair"]:
            metadata = {"type": f"_ACTION:{KEY}", "metadata": {"type": "lost"}}
            await link.send("_BIN_META", metadata)
            await link.cut()
        case _:
            raise KeyError(how)


STEPS: dict[str, Callable[[Sequence, Step, Random], Awaitable[None]]] = {
    "patch": Sequence._patch,
    "set": Sequence._set,
    "nonsense": Sequence._nonsense,
    "assign": Sequence._assign,
    "edit": Sequence._edit,
    "quiet": Sequence._quiet,
    "publish": Sequence._publish,
    "fetch": Sequence._fetch,
    "send-state": Sequence._send_state,
    "call": Sequence._call,
    "toast": Sequence._toast,
    "pair": Sequence._pair,
    "at-once": Sequence._at_once,
    "lose": Sequence._lose,
    "refuse": Sequence._refuse,
}
