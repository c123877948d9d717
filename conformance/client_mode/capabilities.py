"""Finds out, before the first case, which actions of the contract a client has.

A client that lacks an action would fail every case that uses it, each for a requirement that it may
well meet. So these cases are not testable, and the run fails with one message.
"""

from __future__ import annotations

from conformance.client_mode.client_under_test import START, ClientUnderTest, call, member
from conformance.errors import Violation
from conformance.protocol.wire import JSON, Event

SENDING: dict[str, dict[str, JSON]] = {
    "assign": {"name": "text", "value": "assigned"},
    "edit": {"operations": [{"op": "replace", "path": "/text", "value": "edited"}]},
    "fetchState": {},
    "sendState": {},
    "startTask": {"name": "nothing", "arguments": {}},
    "cancelTask": {"name": "nothing", "arguments": {}},
    "sendBytes": {"name": "nothing", "metadata": {}, "content": ""},
}
"""The actions that make the client send something by themselves; the probe has tested `call`."""
WITHOUT_SYNC = call("assignQuietly", name="text", value="quiet")


async def lacking(client: ClientUnderTest) -> list[str]:
    """Return the actions that a client lacks: it treats them as unknown, or sends nothing."""
    found = []
    try:
        await client.at_once(Event("_SET:TESTEE", START))
        for name, arguments in SENDING.items():
            if not await _sends(client, call(name, **arguments)):
                found.append(name)
        if not await _sends(client, WITHOUT_SYNC, call("publish")):
            recorded = member(member(await client.reported(), "anything"), "action")
            found.append("assignQuietly" if member(recorded, "type") != "publish" else "publish")
    except Violation:  # it closes or hangs, which the cases judge
        pass
    return found


async def _sends(client: ClientUnderTest, *calls: Event) -> bool:
    illegal = len(client.connection.legality.violations)
    since = await client.at_once(*calls)
    await client.fence()  # a client that answers the first fence too early is judged by the cases
    sent = len(client.connection.received) - since - 2  # without the fences
    return sent > 0 or len(client.connection.legality.violations) > illegal
