"""Legal servers with unusual behaviour: each keeps all requirements, as few servers do."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

from websockets.asyncio.server import ServerConnection

from tests.mutants.frames import JSON
from tests.mutants.kinds import Legal
from tests.mutants.link import Link


class SlowLink(Link):
    """A connection on which a moment passes before each frame."""

    async def write(self, frame: str | bytes) -> None:
        await asyncio.sleep(0.001)
        await super().write(frame)


class Slow(Legal):
    """It takes some milliseconds before it sends anything."""

    def send(self, link: Link, type_: str, data: JSON) -> None:
        frame = self.encode(type_, data)
        asyncio.get_running_loop().call_later(0.004, link.put, frame)

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        if self.link is not None:
            announcement = self.encode("_BIN_META", {"type": type_, "metadata": metadata})
            for frame in (announcement, content):
                asyncio.get_running_loop().call_later(0.004, self.link.put, frame)

    def dismiss(self, older: Link) -> None:
        self.send(older, "_DISCONNECT", "somewhere else")
        asyncio.get_running_loop().call_later(0.02, older.close, 1000)


class AddsMembers(Legal):
    """It adds a revision, an origin and a comment to every envelope."""

    def encode(self, type_: str, data: JSON) -> str:
        return self.dump({"rev": 7, "": None, "type": type_, "data": data, "meta": {"type": "?"}})


class DataFirst(Legal):
    """It writes the data before the type, and the members of every object in reverse order."""

    def encode(self, type_: str, data: JSON) -> str:
        return self.dump({"data": data, "type": type_})

    def dump(self, value: JSON) -> str:
        return super().dump(turned(value))


class PrettyPrints(Legal):
    """It indents its JSON and ends it with a line break."""

    def dump(self, value: JSON) -> str:
        return json.dumps(value, indent="\t", ensure_ascii=False) + "\r\n"


class SpeaksAscii(Legal):
    """It escapes every character outside ASCII, and the slash too."""

    def dump(self, value: JSON) -> str:
        return json.dumps(value).replace("/", "\\/")


class SendsFloats(Legal):
    """It sends whole numbers outside its documents' arrays of names with a fraction of zero."""

    def dump(self, value: JSON) -> str:
        return super().dump(floated(value))


class ReplacesAttributes(Legal):
    """It sends every change as a replacement of the whole attribute."""

    def change_attribute(self, name: str, before: JSON, after: JSON) -> list[JSON]:
        return [{"op": "replace", "path": self.pointer("", name), "value": after}]


class ReplacesRoot(Legal):
    """It sends every change as a replacement of the whole document."""

    warns = frozenset({"patch-size"})

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        changed = super().make_patch(before, after)
        return [{"op": "replace", "path": "", "value": after}] if changed else []


class SetsInsteadOfPatches(Legal):
    """It sends the whole state instead of a patch."""

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        self.send(link, f"_SET:{key}", self.snapshots[key])


class SetsSlowly(SetsInsteadOfPatches):
    """It sends the whole state instead of a patch, and a moment passes between its frames."""

    def make_link(self, socket: ServerConnection) -> Link:
        return SlowLink(socket)


class AddsInsteadOfReplaces(Legal):
    """It sends `add` instead of `replace`, which has the same effect on members."""

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        if len(operations) == 1 and operations[0]["path"].count("/") == 1:
            operations = [{**operations[0], "op": "add"}]
        super().send_patch(link, key, operations)


class MovesAndTests(Legal):
    """It begins its patches with a `test`, and adds needless copies and moves."""

    warns = frozenset({"patch-plain-operations", "patch-size"})

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        if key == "TESTEE":
            now = self.snapshots[key]["itemCount"]
            operations = [
                *operations,
                {"op": "test", "path": "/itemCount", "value": now},
                {"op": "copy", "from": "/text", "path": "/text"},
                {"op": "move", "from": "/flag", "path": "/flag"},
            ]
        super().send_patch(link, key, operations)


class OneEventForEachAttribute(Legal):
    """It sends the changes of one sync as an event for each operation."""

    warns = frozenset({"state-one-patch"})

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        for operation in operations:
            super().send_patch(link, key, [operation])


class MergesBursts(Legal):
    """It syncs only when it is idle, or before it answers `_GET`."""

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.due: dict[str, asyncio.Handle] = {}

    def sync(self, key: str) -> None:
        if key not in self.due:
            self.due[key] = asyncio.get_running_loop().call_soon(self.sync_now, key)

    def sync_now(self, key: str) -> None:
        self.due.pop(key).cancel()
        super().sync(key)

    def receive(self, link: Link, frame: str | bytes) -> None:
        for key in [*self.due] if isinstance(frame, bytes) or '"_ACTION' not in frame else []:
            self.sync_now(key)
        super().receive(link, frame)

    def end_task(self, name: str) -> None:
        for key in [*self.due]:
            self.sync_now(key)
        super().end_task(name)


class TellsMore(Legal):
    """It sends events of its own, and ones of a later edition, before every patch."""

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        self.send(link, "clock:tick", {"at": [1, 2]})
        self.send(link, "_FUTURE:TESTEE", None)
        super().send_patch(link, key, operations)


class SyncsNeedlessly(Legal):
    """It sends an empty patch for a sync in which nothing changed."""

    warns = frozenset({"state-quiet"})

    def sync(self, key: str) -> None:
        link = self.link
        if link is not None and key in link.known and self.snapshots.get(key) == self.state(key):
            self.send_patch(link, key, [])
        super().sync(key)


class SyncsAlways(Legal):
    """It syncs every document after every event, and sends the changes slowly."""

    def make_link(self, socket: ServerConnection) -> Link:
        return SlowLink(socket)

    def receive(self, link: Link, frame: str | bytes) -> None:
        super().receive(link, frame)
        if self.link is link:
            self.sync_all()


class Echoes(Legal):
    """It sends values back to the client that wrote them."""

    warns = frozenset({"state-no-echo"})

    def note_written(self, link: Link, key: str, names: Iterable[str]) -> None:
        values = [(self.pointer("", name), self.state(key)[name]) for name in names]
        if values and key in link.known:
            echo = [{"op": "replace", "path": path, "value": value} for path, value in values]
            self.send_patch(link, key, echo)


class CorrectsLater(Legal):
    """It sends derived attributes with the next sync, and does not detect crossing writes."""

    warns = frozenset({"state-corrected-at-once", "state-crossing"})

    def correct(self, link: Link, key: str) -> None:
        pass

    def note_written(self, link: Link, key: str, names: Iterable[str]) -> None:
        pass


class ClosesOnMalformed(Legal):
    """It closes a connection with 1007 on which a malformed frame arrives."""

    warns = frozenset({"connection-malformed-survives"})

    def malformed(self, link: Link) -> None:
        link.close(1007)


class TakesLastDuplicate(Legal):
    """It uses the last of two members of the same name."""

    warns = frozenset({"events-duplicate-members"})

    def read_object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        return dict(pairs)


class TakesBombs(Legal):
    """It applies any number of copies."""

    warns = frozenset({"patch-growth"})

    def check_growth(self, state: JSON, operations: list[JSON]) -> None:
        pass

    def clone(self, value: JSON) -> JSON:
        return json.loads(json.dumps(value))


class AtTheLimit(Legal):
    """It accepts little more than required: frames of 1 MiB, 70 levels, 1,000 operations."""

    max_size = 1 << 20
    deepest = 70
    most_operations = 1000


class GreetsTwiceInReverse(Legal):
    """It sends the initial states slowly, in reverse order, and that of TESTEE twice."""

    warns = frozenset({"connection-initial-order", "connection-initial-once"})

    def make_link(self, socket: ServerConnection) -> Link:
        return SlowLink(socket)

    def greet(self, link: Link) -> None:
        for key in ("TESTEE", "scope/NESTED", "SECOND", "TESTEE"):
            self.send_state(link, key)


class Strict(Legal):
    """It refuses calls with arguments that the action does not know."""

    warns = frozenset({"actions-extra-arguments"})

    def call_action(self, key: str, name: str, data: JSON) -> None:
        if "unknown" not in data:
            super().call_action(key, name, data)


class SaysWhy(Legal):
    """It closes a connection at a malformed frame, with 1000 and the frame as reason."""

    warns = frozenset({"connection-malformed-survives", "connection-close-code", "security-errors"})
    said = ""

    def decode(self, text: str) -> tuple[str, JSON]:
        self.said = text
        return super().decode(text)

    def malformed(self, link: Link) -> None:
        asyncio.get_running_loop().create_task(link.socket.close(1000, self.said[:100]))


class KeepsNotices(Legal):
    """It sends a later connection the last toast of the one before."""

    warns = frozenset({"notices-not-kept"})
    last: JSON = None

    def do_notify(self, message: str, level: str) -> None:
        super().do_notify(message, level)
        self.last = {"message": message, "type": level}

    def greet(self, link: Link) -> None:
        super().greet(link)
        if self.last:
            self.send(link, "_TOAST", self.last)


def turned(value: JSON) -> JSON:
    """A value with the members of its objects in reverse order."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(element) for element in value] if isinstance(value, list) else value


def floated(value: JSON) -> JSON:
    """A value with its whole numbers as floating-point numbers, where those are exact."""
    if isinstance(value, dict):
        return {name: floated(member) for name, member in value.items()}
    if isinstance(value, list):
        return [floated(element) for element in value]
    exact = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53
    return float(value) if exact else value
