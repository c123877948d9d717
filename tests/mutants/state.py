"""Mutants of spec/state.md: documents, `_SET`, `_GET`, syncing, writes of the client."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

from contextlib import suppress
from itertools import count

from tests.mutants.contract import initial
from tests.mutants.frames import JSON
from tests.mutants.honest import Write
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link
from tests.mutants.patching import Refused


class SendsBareValue(Mutant):
    """It sends the state of LAZY as its only value instead of an object."""

    breaks = "state-object"

    def send(self, link: Link, type_: str, data: JSON) -> None:
        super().send(link, type_, data["value"] if type_ == "_SET:LAZY" else data)


class BeginsAtOne(Mutant):
    """It begins a session with the number 1."""

    breaks = "state-object"

    def take_over(self, link: Link) -> None:
        if not self.snapshots:
            self.documents["TESTEE"]["number"] = 1
        super().take_over(link)


class GrowsAttributes(Mutant):
    """It has one more attribute after a reset."""

    breaks = "state-attributes-fixed"

    def do_reset(self) -> None:
        super().do_reset()
        self.documents["TESTEE"]["resets"] = 1


class HidesEmptyAttributes(Mutant):
    """It omits an array from the state when it has become empty."""

    breaks = "state-attributes-fixed"
    filled = False

    def send_state(self, link: Link, key: str) -> None:
        super().send_state(link, key)
        self.filled = self.filled or bool(self.documents["TESTEE"]["items"])

    def send(self, link: Link, type_: str, data: JSON) -> None:
        if type_ == "_SET:TESTEE" and self.filled and not data["items"]:
            data = {name: value for name, value in data.items() if name != "items"}
        super().send(link, type_, data)


class AnswersTwice(Mutant):
    """It answers `_GET` of TESTEE twice."""

    breaks = "state-get"

    def answer(self, link: Link, key: str, data: JSON) -> None:
        super().answer(link, key, data)
        if key == "TESTEE":
            super().answer(link, key, data)


class DemandsQuestion(Mutant):
    """It ignores a `_GET` whose data is not an object."""

    breaks = "state-get-data"

    def answer(self, link: Link, key: str, data: JSON) -> None:
        if data is None or isinstance(data, dict):
            super().answer(link, key, data)


class AnswersFromSnapshot(Mutant):
    """It answers `_GET` with the state that it synced last."""

    breaks = "state-get-current"

    def answer(self, link: Link, key: str, data: JSON) -> None:
        if key in link.known:
            self.send(link, f"_SET:{key}", self.snapshots[key])
        else:
            super().answer(link, key, data)


class HidesLazy(Mutant):
    """It does not answer `_GET` for a document that it does not announce."""

    breaks = "state-get-unannounced"

    def answer(self, link: Link, key: str, data: JSON) -> None:
        if key in link.known:
            super().answer(link, key, data)


class TellsOfLazy(Mutant):
    """It sends the state of LAZY to every client at a reset."""

    breaks = "state-unannounced-silent"

    def do_reset(self) -> None:
        super().do_reset()
        if self.link is not None:
            self.send_state(self.link, "LAZY")


class ForgetsLazy(Mutant):
    """It answers `_GET` for LAZY, and sends none of its later changes."""

    breaks = "state-unannounced-followed"

    def sync(self, key: str) -> None:
        if key != "LAZY":
            super().sync(key)


class LosesEvery50th(Mutant):
    """It loses every 50th patch."""

    breaks = "state-converges"
    patches = count(1)

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        if next(self.patches) % 50:
            super().send_patch(link, key, operations)


class LosesSecond(Mutant):
    """It loses the second patch of each session."""

    breaks = "state-converges"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.patches = count(1)

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        if next(self.patches) != 2:
            super().send_patch(link, key, operations)


class SendsTwice(Mutant):
    """It sends every patch that adds something to an array twice."""

    breaks = "state-converges"

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        super().send_patch(link, key, operations)
        if operations[-1]["op"] == "add" and operations[-1]["path"][-1].isdigit():
            super().send_patch(link, key, operations)


class ForgetsWrites(Mutant):
    """It makes patches against a snapshot that does not follow the writes of the client."""

    breaks = "state-converges"

    def follow(self, link: Link, key: str, data: JSON) -> None:
        pass


class SyncsStaleBase(Mutant):
    """It makes every second patch of items against the snapshot before the last."""

    breaks = "state-converges"
    older: JSON = None

    def sync(self, key: str) -> None:
        if key == "TESTEE" and self.link is not None:
            newer = self.snapshots[key]
            if self.older is not None and len(self.older["items"]) < len(newer["items"]):
                self.snapshots[key] = {**newer, "items": self.older["items"]}
            self.older = newer
        super().sync(key)


class SwallowsQuiet(Mutant):
    """It never sends a change that was made without a sync."""

    breaks = "state-converges"

    def do_assignQuietly(self, name: str, value: JSON) -> None:  # noqa: N802 - the contract's
        super().do_assignQuietly(name, value)
        self.snapshots["TESTEE"] = {**self.snapshots["TESTEE"], name: value}


class ForgetsLater(Mutant):
    """It does not sync the change of `assignLater`."""

    breaks = "state-converges"

    def do_assignLater(self, name: str, value: JSON, afterMs: float) -> None:  # noqa: N802, N803
        super().do_assignLater(name, value, afterMs)
        self.timers.pop().cancel()
        self.assign(name, value)


class SkipsLastOfBurst(Mutant):
    """It does not sync the last step of a burst, like a throttle that drops the last value."""

    breaks = "state-converges"

    def do_burst(self, count: int) -> None:
        super().do_burst(count - 1)
        self.documents["TESTEE"]["number"] += 1


class WritesToAll(Mutant):
    """It sets a value that a client writes in every document with such an attribute."""

    breaks = "state-keys-apart"

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        super().write(link, key, result, data)
        if key != "TESTEE":
            for other in ("SECOND", "scope/NESTED", "LAZY"):
                self.documents[other] = self.documents[key]


class SetReplaces(Mutant):
    """It gives attributes that a `_SET` does not name their initial values."""

    breaks = "state-set-merges"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        return {**super().merge(key, data), **initial()[key], **data}


class SetSkipsUnknown(Mutant):
    """It sets the attributes that it has and ignores whatever else a `_SET` names."""

    breaks = "state-set-unknown"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        if not isinstance(data, dict):
            raise Refused
        return super().merge(key, {k: v for k, v in data.items() if k in self.state(key)})


class SetKeepsUnknown(Mutant):
    """It lets `_SET` write a name that begins with an underscore."""

    breaks = "state-set-unknown"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        if isinstance(data, dict) and any(name.startswith("_") for name in data):
            data = {k: v for k, v in data.items() if not k.startswith("_")}
        return super().merge(key, data)


class SetRefusesReadOnly(Mutant):
    """It refuses a `_SET` that names a read-only attribute with another value."""

    breaks = "state-set-read-only"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        merged = super().merge(key, data)
        self.check_result(key, self.state(key), merged)
        return merged


class SetWritesCount(Mutant):
    """It lets `_SET` write the derived attribute until items are assigned."""

    breaks = "state-set-read-only"
    forged: JSON = None

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        merged = super().merge(key, data)
        self.forged = data.get("itemCount", self.forged)
        return merged

    def read_only(self) -> dict[str, JSON]:
        true = super().read_only()
        return true if self.forged is None else {**true, "itemCount": self.forged}


class SetTakesArrays(Mutant):
    """It takes the first element of a `_SET` whose data is an array."""

    breaks = "state-set-malformed"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        return super().merge(key, data[0] if isinstance(data, list) and data else data)


class UndoesUnsynced(Mutant):
    """It applies writes of the client to the state that it synced last."""

    breaks = "state-unsynced-kept"
    hint = "snapshot-written-back"

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        if key in link.known:
            for name in self.documents[key]:
                self.documents[key][name] = self.snapshots[key][name]
        super().write(link, key, result, data)


class UndoesUnsyncedElements(Mutant):
    """It takes an attribute that a patch touches from the state that it synced last."""

    breaks = "state-unsynced-kept"
    hint = "snapshot-written-back"

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        after, snapshot = super().patched(key, operations), self.snapshots[key]
        touched = self.changed(self.state(key), after)
        try:
            edited = self.apply_patch(snapshot, operations)
        except Refused:
            return after
        return {**after, **{name: edited[name] for name in touched}}


class AcceptsEverything(Mutant):
    """It never refuses a write, and applies the parts that it can apply."""

    breaks = "state-refused-unchanged"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        members = data if isinstance(data, dict) else {}
        return super().merge(key, {k: v for k, v in members.items() if k in self.documents[key]})

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        state = self.state(key)
        for operation in operations if isinstance(operations, list) else []:
            try:
                result = self.apply_patch(state, [operation])
                self.check_result(key, state, result)
            except Refused:
                continue
            state = result
        return state


class RefusesSilently(Mutant):
    """It does not send the state when it refuses a write."""

    breaks = "state-refused-resync"

    def refused(self, link: Link, key: str) -> None:
        pass


class ResyncsStale(Mutant):
    """It answers a refused write of wrong shape, but not one that can't be applied."""

    breaks = "state-refused-resync"

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        try:
            super().check_result(key, state, result)
        except Refused:
            self.snapshots[key] = state
            raise Silent from None

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        with suppress(Silent):
            super().write(link, key, result, data)


class Silent(Exception):
    """A refusal that the client does not learn about."""


class NeverCorrects(Mutant):
    """It relies on the client to compute the number of items."""

    breaks = "state-corrected"

    def correct(self, link: Link, key: str) -> None:
        self.snapshots[key] = {**self.snapshots[key], **self.read_only_of(key)}

    def read_only_of(self, key: str) -> dict[str, JSON]:
        return self.read_only() if key == "TESTEE" else {}
