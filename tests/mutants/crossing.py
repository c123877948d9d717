"""The honest testee's care for writes that cross (state-crossing): such values are sent again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from tests.mutants.frames import JSON
from tests.mutants.link import Link

REST = 0.15
"""Seconds without a change until an attribute whose edits may have crossed is sent again."""
CROSSING = 1.0
"""Seconds after a change was sent in which a client may not have read it."""


class Crossing:
    """When each attribute was sent, and which ones are to rest. What it needs is in `Honest`."""

    link: Link | None
    snapshots: dict[str, dict[str, JSON]]

    def __init__(self) -> None:
        super().__init__()
        self._sent_at: dict[tuple[str, str], float] = {}
        self._resting: dict[tuple[str, str], asyncio.TimerHandle] = {}

    def state(self, key: str) -> dict[str, JSON]:
        """The state of a document."""
        raise NotImplementedError

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        """Send `_PATCH`."""
        raise NotImplementedError

    def pointer(self, path: str, name: str) -> str:
        """The pointer of a member."""
        raise NotImplementedError

    def note_sent(self, key: str, names: Iterable[str]) -> None:
        """Remember when attributes were sent; those that were to rest start again."""
        for name in list(names):
            self._sent_at[key, name] = time.monotonic()
            if (key, name) in self._resting and self.link is not None:
                self._rest(self.link, key, name)

    def note_written(self, link: Link, key: str, names: Iterable[str]) -> None:
        """Let those attributes rest whose last patch the client may not have seen."""
        for name in names:
            if time.monotonic() - self._sent_at.get((key, name), -CROSSING) < CROSSING:
                self._rest(link, key, name)

    def _rest(self, link: Link, key: str, name: str) -> None:
        earlier = self._resting.pop((key, name), None)
        if earlier is not None:
            earlier.cancel()
        loop = asyncio.get_running_loop()
        self._resting[key, name] = loop.call_later(REST, self._settle, link, key, name)

    def _settle(self, link: Link, key: str, name: str) -> None:
        del self._resting[key, name]
        if self.link is link:
            value = self.state(key)[name]
            self.snapshots[key] = {**self.snapshots[key], name: value}
            operation = {"op": "replace", "path": self.pointer("", name), "value": value}
            self.send_patch(link, key, [operation])
