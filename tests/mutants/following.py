"""Mutants of spec/state.md: wrong changes, so that a client's copy differs."""

from __future__ import annotations

import time
from itertools import count

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class LosesWhileTasksRun(Mutant):
    """It loses every third patch that it makes while a task runs."""

    breaks = "state-converges"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.patches = count(1)

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        if not self.tasks or next(self.patches) % 3:
            super().send_patch(link, key, operations)


class ThrottlesAway(Mutant):
    """It drops what changes within a millisecond of the last patch until something else changes."""

    breaks = "state-converges"
    patched_at = 0.0

    def sync(self, key: str) -> None:
        if time.monotonic() - self.patched_at > 0.001:
            super().sync(key)

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        self.patched_at = time.monotonic()
        super().send_patch(link, key, operations)


class KeepsBaseOfOlder(Mutant):
    """It computes patches after a takeover against the snapshot of the older connection."""

    breaks = "state-converges"

    def take_over(self, link: Link) -> None:
        older = dict(self.snapshots) if self.link is not None else {}
        super().take_over(link)
        self.snapshots = {**self.snapshots, **older}


class KeepsBaseOfLost(Mutant):
    """It computes patches on a new connection against the snapshot of the lost one."""

    breaks = "state-converges"

    def take_over(self, link: Link) -> None:
        lost = dict(self.snapshots) if self.link is None else {}
        super().take_over(link)
        self.snapshots = {**self.snapshots, **lost}


class SendsWithoutSync(Mutant):
    """It does not sync after it sends calls, toasts, files or bytes."""

    breaks = "state-converges"
    telling = False

    def tell(self, type_: str, data: JSON) -> None:
        super().tell(type_, data)
        self.telling = True

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        super().tell_bytes(type_, metadata, content)
        self.telling = True

    def sync(self, key: str) -> None:
        telling, self.telling = self.telling, False
        if not telling:
            super().sync(key)


class SendsNoEmptyNames(Mutant):
    """It omits members with an empty name when it syncs."""

    breaks = "state-converges"

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        operations = super().make_patch(before, after)
        return [{n: without(v) if n == "value" else v for n, v in o.items()} for o in operations]


def without(value: JSON) -> JSON:
    """An object without its member of empty name; anything else as it is."""
    return {n: v for n, v in value.items() if n} if isinstance(value, dict) else value


class AnswersOldCount(Mutant):
    """It answers `_GET` with the number of items of the last sync."""

    breaks = "state-get-current"
    counted = 0

    def sync(self, key: str) -> None:
        super().sync(key)
        self.counted = len(self.documents["TESTEE"]["items"])

    def answer(self, link: Link, key: str, data: JSON) -> None:
        if key == "TESTEE":
            self.send(link, "_SET:TESTEE", {**self.state(key), "itemCount": self.counted})
        else:
            super().answer(link, key, data)


class KnowsWhatWasWritten(Mutant):
    """It sends patches of a document after a write, without having sent its state."""

    breaks = "connection-state-before-patch"

    def follow(self, link: Link, key: str, data: JSON) -> None:
        if key not in link.known:
            link.known.add(key)
            self.snapshots[key] = self.state(key)
        super().follow(link, key, data)
