"""Odd clients that keep every rule: the kit has to pass them."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import json
import random

from websockets.asyncio.client import ClientConnection

from tests.mutants.clients.honest import FIRST, KEY, LONGEST
from tests.mutants.clients.kinds import Legal
from tests.mutants.frames import JSON


class ReplacesWholeAttributes(Legal):
    """It always sends the whole attribute that changed."""

    def change_attribute(self, name: str, before: JSON, after: JSON) -> list[JSON]:
        return [{"op": "replace", "path": self.pointer("", name), "value": after}]


class SendsEmptyPatches(Legal):
    """It sends an empty patch when nothing changed."""

    def publish(self) -> None:
        if self.shared is not None and not self.make_patch(self.shared, self.value):
            self.send(f"_PATCH:{KEY}", [])
        super().publish()


class AsksTwice(Legal):
    """It sends several `_GET` when it can't apply a patch, and on each connection."""

    def not_applicable(self, data: JSON) -> None:
        super().not_applicable(data)
        self.ask()

    def take_state(self, data: JSON) -> None:
        first = self.shared is None
        super().take_state(data)
        if first:
            self.ask()


class WritesOddJson(Legal):
    """Its frames have spaces, escapes for all characters outside ASCII, and unknown members."""

    def encode(self, type_: str, data: JSON) -> str:
        return json.dumps({"rev": 7, "data": data, "type": type_}, indent=2)


class KeepsEdits(Legal):
    """When a state arrives, it keeps unsent edits of the attributes that did not change."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.last: JSON = None

    def opened(self) -> None:
        self.remember()
        super().opened()

    def not_applicable(self, data: JSON) -> None:
        self.remember()
        super().not_applicable(data)

    def remember(self) -> None:
        self.last = self.last if self.shared is None else self.shared

    def take_state(self, data: JSON) -> None:
        base, mine = self.shared if self.shared is not None else self.last, self.value
        super().take_state(data)
        if base is not None:
            kept = {
                name: mine[name]
                for name in data
                if name in mine and mine[name] != base.get(name) and data[name] == base.get(name)
            }
            self.value = {**self.value, **kept}


class SaysHello(Legal):
    """It offers an extension, once, after the first event of the server."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.greeted = False

    def opened(self) -> None:
        super().opened()
        self.greeted = False

    def take_state(self, data: JSON) -> None:
        super().take_state(data)
        if not self.greeted:
            self.greeted = True
            self.send("_HELLO", {"extensions": ["example.com/odd"]})


class SendsInFragments(Legal):
    """It sends each event in several fragments."""

    async def send_out(self, socket: ClientConnection) -> None:
        while self.outbox:
            frame = self.outbox.pop(0)
            await socket.send(frame if isinstance(frame, bytes) else [frame[:7], frame[7:]])


class AnswersSlowly(Legal):
    """It does everything slowly."""

    async def send_out(self, socket: ClientConnection) -> None:
        await asyncio.sleep(0.004)
        await super().send_out(socket)


class SendsWhatItRecords(Legal):
    """It sends a recorded event at once."""

    def record(self, what: str, data: JSON) -> None:
        super().record(what, data)
        self.publish()


class WaitsLong(Legal):
    """Its first wait is almost its longest, and a third of each wait is random."""

    def wait(self) -> float:
        longest = LONGEST * (0.75 if self.attempts == 0 else 1)
        self.attempts += 1
        return longest * random.uniform(0.7, 1)


class WaitsForSeconds(Legal):
    """Its waits grow to seconds while no server accepts it."""

    def wait(self) -> float:
        self.attempts += 1
        longest: float = min(0.075 * 2**self.attempts, 5)
        return longest * random.uniform(0.5, 1)


class WaitsNearlyByRule(Legal):
    """A tenth of each wait is random."""

    def wait(self) -> float:
        self.attempts += 1
        longest: float = min(FIRST * 2**self.attempts, LONGEST)
        return longest * random.uniform(0.9, 1)
