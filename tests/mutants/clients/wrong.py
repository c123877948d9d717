"""Clients that lie, a few lines each: every one breaks the requirement that it names."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import contextlib
import json
import uuid
from typing import Any

from websockets.asyncio.client import ClientConnection

from tests.mutants.clients.honest import FIRST, KEY
from tests.mutants.clients.kinds import Mutant
from tests.mutants.frames import JSON, Malformed
from tests.mutants.patching import Refused


class NaivePatches(Mutant):
    """It does not decode escapes in pointers, and patches an array like an object."""

    breaks = "patch-unescape"
    hint = "never-unescaped"

    def unescape(self, token: str) -> str:
        return token

    def read_pointer(self, pointer: JSON) -> list[str]:
        return ["0", *str(pointer).split("/")[1:]]

    def escape(self, name: str) -> str:
        return name

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        parent = self.find(root, path[:-1])
        with contextlib.suppress(ValueError, TypeError):
            if isinstance(parent, list):
                place = int(path[-1])
                parent[place : place + 1] = [value]
            else:
                parent[path[-1]] = value

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        self.add(root, path, value)

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        pass


class MergesStates(Mutant):
    """It merges a state into its copy, recursively."""

    breaks = "state-set-replaces"
    hint = "merged-state"

    def take_state(self, data: JSON) -> None:
        before = self.value
        super().take_state(data)
        self.value = merged(before, data)
        self.shared = self.value


def merged(before: JSON, after: JSON) -> JSON:
    """Both, the latter over the former."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    both = {name: merged(before.get(name), value) for name, value in after.items()}
    return {**before, **both}


class NeverAnswers(Mutant):
    """It does not answer `_GET`."""

    breaks = "state-get"

    def answer(self, data: JSON) -> None:
        pass


class AnswersOnlyObjects(Mutant):
    """It answers `_GET` only if its data is an object."""

    breaks = "state-get-data"

    def answer(self, data: JSON) -> None:
        if isinstance(data, dict):
            super().answer(data)


class SwallowsBadPatches(Mutant):
    """It drops a patch that it can't apply, and continues with its copy."""

    breaks = "state-ask-again"
    hint = "dropped-patch"

    def not_applicable(self, data: JSON) -> None:
        pass


class AppliesHalf(Mutant):
    """It keeps the operations before the one that fails."""

    breaks = "patch-atomic"
    hint = "half-applied"

    def not_applicable(self, data: JSON) -> None:
        for count in range(len(data) if isinstance(data, list) else 0, 0, -1):
            with contextlib.suppress(Refused):
                self.value = self.apply_patch(self.value, data[:count])
                break
        super().not_applicable(data)


class PatchesBeforeState(Mutant):
    """It sends its edits on a new connection before the state has arrived."""

    breaks = "state-client-base"
    hint = "base-outlives"

    def opened(self) -> None:
        shared = self.shared
        super().opened()
        self.shared = shared


class StaleEdits(Mutant):
    """It keeps patches that it could not send, and sends them unchanged after the next state."""

    breaks = "state-client-patch"
    hint = "stale-edits"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.last: JSON = {}

    def publish(self) -> None:
        if self.shared is None:
            self.last = self.make_patch(self.last, self.value) if self.last else []
        super().publish()

    def opened(self) -> None:
        if self.shared is not None:
            self.stale = self.make_patch(self.shared, self.value)
        super().opened()

    stale: JSON = ()

    def take_state(self, data: JSON) -> None:
        super().take_state(data)
        if self.stale:
            self.send(f"_PATCH:{KEY}", self.stale)
        self.stale = ()


class KeepsPlaces(Mutant):
    """It repeats unsent edits at the same places of the next state."""

    breaks = "state-client-kept"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept: list[JSON] = []

    def opened(self) -> None:
        if self.shared is not None:
            self.kept = self.make_patch(self.shared, self.value)
        super().opened()

    def take_state(self, data: JSON) -> None:
        kept, self.kept = self.kept, []
        if self.shared is not None:
            kept = self.make_patch(self.shared, self.value)
        super().take_state(data)
        with contextlib.suppress(Refused):
            self.value = self.apply_patch(self.value, kept)


class ForgetsWhatCame(Mutant):
    """It computes patches against the last `_SET`, and so sends earlier changes again."""

    breaks = "state-client-patch"
    hint = "base-stays"
    base: JSON = None

    def take_state(self, data: JSON) -> None:
        super().take_state(data)
        self.base = data

    def publish(self) -> None:
        if self.shared is not None:
            self.shared = self.base
        super().publish()


class SendsStateAgain(Mutant):
    """It computes patches against a base that does not include the states that it has sent."""

    breaks = "state-client-patch"
    hint = "base-stays"

    def answer(self, data: JSON) -> None:
        shared = self.shared
        super().answer(data)
        self.shared = shared


class NeverEscapes(Mutant):
    """It writes names into pointers as they are."""

    breaks = "patch-escaping"
    hint = "never-escaped"

    def escape(self, name: str) -> str:
        return name


class RemovesFromFront(Mutant):
    """It removes several elements of an array in the order of their indexes."""

    breaks = "state-client-patch"
    hint = "removes-ascending"

    def change_array(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        operations = super().change_array(path, before, after)
        removals = [o for o in operations if o["op"] == "remove"]
        return [o for o in operations if o["op"] != "remove"] + removals[::-1]


class SeesNoTypes(Mutant):
    """It sends nothing when 1 becomes `true`."""

    breaks = "patch-type-changes"
    hint = "true-is-one"

    def differs(self, before: JSON, after: JSON) -> bool:
        return bool(before != after)


class LeavesOutNull(Mutant):
    """It leaves `value` out of an operation when it is null."""

    breaks = "patch-shape"
    hint = "null-left-out"

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        operations = super().make_patch(before, after)
        return [{k: v for k, v in o.items() if k != "value" or v is not None} for o in operations]


class ReplacesTheDocument(Mutant):
    """It sends the whole document for any edit."""

    breaks = "patch-size"

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        return [{"op": "replace", "path": "", "value": after}]


class SendsMoves(Mutant):
    """It sends `move` operations for a reversed array."""

    breaks = "patch-plain-operations"

    def change_array(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        if sorted(map(str, before)) == sorted(map(str, after)):
            return [{"op": "move", "from": f"{path}/{len(before) - 1}", "path": f"{path}/0"}]
        return super().change_array(path, before, after)


class TakesOneForTrue(Mutant):
    """It treats 1 and `true` as equal in a `test`."""

    breaks = "patch-test"

    def equal(self, left: JSON, right: JSON) -> bool:
        return bool(left == right)


class CountsFromTheEnd(Mutant):
    """It counts a negative index from the end, as Python does."""

    breaks = "patch-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        return int(token) if token.startswith("-1") and array else super().read_index(token, array)


class ReadsLooseIndexes(Mutant):
    """It reads an index as Python reads an integer: with a sign, leading zeros and spaces."""

    breaks = "patch-index"
    hint = "loose-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        try:
            return super().read_index(str(int(token)), array)
        except ValueError:
            raise Refused from None


class WritesOverElements(Mutant):
    """Its `add` overwrites an element, as an assignment in JavaScript does."""

    breaks = "patch-operations"
    hint = "over-element"

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        parent = self.find(root, path[:-1])
        if isinstance(parent, list) and path[-1] != "-":
            place = self.read_index(path[-1], [*parent, None])
            parent[place : place + 1] = [value]
        else:
            super().add(root, path, value)


class MovesIntoItself(Mutant):
    """It moves a value to a place inside itself, and loses it."""

    breaks = "patch-move-into-itself"

    def move(self, root: JSON, origin: list[str], path: list[str]) -> None:
        if len(path) > len(origin) and path[: len(origin)] == origin:
            self.remove(root, origin)
        else:
            super().move(root, origin, path)


class NeverComesBack(Mutant):
    """It gives up when the connection is lost."""

    breaks = "session-reconnect"

    def goes_on(self) -> bool:
        return False


class ComesBackOnlyAfterErrors(Mutant):
    """It does not reconnect after the close code 1000."""

    breaks = "session-reconnect"

    async def serve(self, socket: ClientConnection) -> None:
        await super().serve(socket)
        if socket.close_code == 1000:
            self.stopped = True


class HammersTheServer(Mutant):
    """It always reconnects at once."""

    breaks = "session-backoff"
    hint = "constant-wait"

    def wait(self) -> float:
        return FIRST


class ComesBackWhenSentAway(Mutant):
    """It reconnects after `_DISCONNECT`."""

    breaks = "session-disconnect-final"

    def receive_plain(self, name: str, data: JSON) -> None:
        if name != "_DISCONNECT":
            super().receive_plain(name, data)


class OthersEachTime(Mutant):
    """It sends another session on each connection."""

    breaks = "session-identify-answer"

    def identify(self) -> None:
        self.identity = {**self.identity, "session": uuid.uuid4().hex}
        super().identify()


class AsksBeforeItIsKnown(Mutant):
    """It sends `_GET` on each connection before it identifies itself."""

    breaks = "session-identify-answer"

    def opened(self) -> None:
        super().opened()
        self.ask()


class GreetsFirst(Mutant):
    """It begins each connection with `_HELLO`."""

    breaks = "versioning-hello-late"

    def opened(self) -> None:
        super().opened()
        self.send("_HELLO", {"extensions": []})


class OffersSubprotocol(Mutant):
    """It offers a subprotocol."""

    breaks = "connection-no-subprotocol"

    def options(self) -> dict[str, Any]:
        return {**super().options(), "subprotocols": ["ws-sync"]}


class TextsInBetween(Mutant):
    """It sends bytes only after the waiting text frames."""

    breaks = "binary-pair"

    def send_bytes(self, name: str, metadata: JSON, content: str) -> None:
        super().send_bytes(name, metadata, content)
        self.outbox.insert(-1, self.encode(f"_GET:{KEY}", {}))


class PairsAcrossConnections(Mutant):
    """It pairs `_BIN_META` with bytes of the next connection."""

    breaks = "binary-per-connection"

    def opened(self) -> None:
        announced = self.announced
        super().opened()
        self.announced = announced


class KeepsFirstAnnouncement(Mutant):
    """It pairs bytes with the first `_BIN_META` that is waiting."""

    breaks = "binary-newest"

    def announce(self, data: JSON) -> None:
        if self.announced is None:
            super().announce(data)


class ForgetsPairAtText(Mutant):
    """It forgets `_BIN_META` when a text frame arrives."""

    breaks = "binary-text-between"

    def receive_keyed(self, name: str, key: str, data: JSON) -> None:
        self.announced = None
        super().receive_keyed(name, key, data)


class ActionsFirst(Mutant):
    """It sends calls before the pending edits."""

    breaks = "connection-order"

    async def send_out(self, socket: ClientConnection) -> None:
        pass

    async def serve(self, socket: ClientConnection) -> None:
        async for frame in socket:
            with contextlib.suppress(Malformed, Refused):
                self.receive(frame)
            if any('"_SET:' in str(each) or "fence" in str(each) for each in self.outbox):
                self.outbox.sort(key=lambda each: '"_PATCH' in str(each))
                while self.outbox:
                    await socket.send(self.outbox.pop(0))
            if self.stopped:
                return


class DiesOfNonsense(Mutant):
    """It closes the connection at a malformed frame."""

    breaks = "connection-malformed-survives"

    async def serve(self, socket: ClientConnection) -> None:
        self.opened()
        async for frame in socket:
            try:
                self.receive(frame)
            except Malformed:
                await socket.close(1007)
                return
            except Refused:
                pass
            await self.send_out(socket)
            if self.stopped:
                return


class RepairsJson(Mutant):
    """It reads `NaN` as null."""

    breaks = "events-not-finite"

    def read_constant(self, name: str) -> JSON:
        return None


class KnowsEveryKey(Mutant):
    """It uses the part after the last colon or slash as the key."""

    breaks = "events-key"

    def receive_keyed(self, name: str, key: str, data: JSON) -> None:
        super().receive_keyed(name, key.replace("/", ":").rpartition(":")[2], data)


class ObeysTaskEvents(Mutant):
    """It runs an action for `_TASK_START`."""

    breaks = "events-direction-client"

    def receive_keyed(self, name: str, key: str, data: JSON) -> None:
        super().receive_keyed("_ACTION" if name == "_TASK_START" else name, key, data)


class RoundsNumbers(Mutant):
    """It keeps numbers as 32-bit integers."""

    breaks = "events-integers"
    hint = "32-bits"

    def read_int(self, text: str) -> JSON:
        return (super().read_int(text) + 2**31) % 2**32 - 2**31


class DropsProto(Mutant):
    """It loses members whose names have a meaning in JavaScript."""

    breaks = "events-member-names"
    hint = "loses-proto"

    def read_object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        return {
            name: value for name, value in super().read_object(pairs).items() if name != "__proto__"
        }


class TrimsToasts(Mutant):
    """It strips spaces from the text of a toast."""

    breaks = "notices-deliver"

    def record(self, what: str, data: JSON) -> None:
        if what == "toast":
            data = {**data, "message": str(data.get("message")).strip()}
        super().record(what, data)


class RunsTwice(Mutant):
    """It records a call with one argument more than it has."""

    breaks = "actions-deliver"

    def unknown_call(self, data: JSON) -> None:
        super().unknown_call({**data, "again": True})


class EndsWithAnAction(Mutant):
    """Its process ends when an action fails."""

    breaks = "actions-error"

    def failed(self) -> None:
        raise SystemExit(3)


class WritesBytes(Mutant):
    """It sends its events as binary frames."""

    breaks = "binary-pair"
    hint = "bytes-for-text"

    def send(self, type_: str, data: JSON) -> None:
        super().send(type_, data)
        text = self.outbox[-1]
        if type_.startswith("_PATCH") and isinstance(text, str):
            self.outbox[-1] = text.encode()


class QuotesTheArguments(Mutant):
    """It sends the arguments of a call as JSON text."""

    breaks = "actions-shape"

    def call(self, name: str, arguments: JSON) -> None:
        if arguments:
            arguments = {"arguments": json.dumps(arguments)}
        super().call(name, arguments)
