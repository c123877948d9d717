"""Counts states, to distinguish the answer to a `_GET` from a change.

Theory of operation
    A fence is a `_GET` whose answer shows that everything sent before it has had its effect. A
    server may send a change as `_SET` instead of `_PATCH`. Then the next `_SET`
    after a `_GET` may be a change that was on its way, and not the answer.

    Each document has three counters. `questions` counts the `_GET`s that were sent, `changes` the
    changes that may follow what was sent, `states` the `_SET`s that arrived. The server owes at
    most one initial state, one answer for each question, and one `_SET` for each change. When as
    many states have arrived, and one more for the fence, the fence is answered.

    `CHANGES` says how many changes may follow an event. The first row that matches counts.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from conformance.protocol.contract import SECOND
from conformance.protocol.wire import JSON, Event, MalformedFrame, decode

MOST = 50
"""Changes that a fence waits for, at most: the task `count` makes any number of them."""

OWN: Final = ""
"""The document that the event is sent to."""
ANY: Final = ""
"""Every action or task, and an event that calls none."""

Changes = dict[str, int | str]
"""The number of changes by document; or the name of the member of `data` that holds it."""

CHANGES: Final[tuple[tuple[str, str, Changes], ...]] = (
    # event, action or task, changes
    ("_GET", ANY, {}),
    ("_TASK_START", "count", {OWN: MOST}),
    ("_TASK_START", ANY, {OWN: 2}),  # it starts and ends
    ("_TASK_CANCEL", "count", {OWN: MOST}),
    ("_TASK_CANCEL", ANY, {OWN: 2}),
    ("_ACTION", "burst", {OWN: "count"}),
    ("_ACTION", "reset", {OWN: 1, SECOND: 1}),
)
DEFAULT: Final[Changes] = {OWN: 1}
"""What may follow every other event that has a key."""


class Fences:
    """The counters of one connection."""

    def __init__(self) -> None:
        self._questions = Counter[str]()
        self._changes = Counter[str]()
        self._states = Counter[str]()

    def sent(self, text: str) -> None:
        """Count a frame of the kit."""
        try:
            event = decode(text)
        except MalformedFrame:
            return
        if event.key is None:
            return
        self._questions[event.key] += event.name == "_GET"
        for key, number in _changes(event.name, _member(event, "type")).items():
            times = _member(event, number) if isinstance(number, str) else number
            self._changes[key or event.key] += times if isinstance(times, int) else 1

    def received(self, event: Event) -> None:
        """Count an event of the server."""
        if event.name == "_SET" and event.key is not None:
            self._states[event.key] += 1

    def missing(self, key: str) -> int:
        """The number of states of a document up to the answer to a `_GET` that is sent next."""
        initial = 1
        owed = initial + self._questions[key] + min(self._changes[key], MOST)
        return max(owed - self._states[key], 0) + 1


def _changes(event: str, called: JSON) -> Changes:
    rows = (changes for name, call, changes in CHANGES if name == event and call in (called, ANY))
    return next(rows, DEFAULT)


def _member(event: Event, name: str) -> JSON:
    return event.data.get(name) if isinstance(event.data, dict) else None
