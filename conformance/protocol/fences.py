"""Whose answer has come? How many `_SET` a fence has to wait for.

A server may send a change as `_SET` instead of `_PATCH`. Then a `_SET:SECOND` behind a question
need not be its answer: it may be a change that was under way. A connection therefore counts what
it has asked, and what it has sent that may be followed by a change. When as many states have come
as there can be changes, and one more for each question, the last question was answered.
"""

from __future__ import annotations

from collections import Counter

from conformance.protocol.wire import Event, MalformedFrame, decode

MOST = 50
"""More changes than that are not waited for: a task that counts makes any number of them."""


class Fences:
    """What was sent and received on one connection, as far as it tells answers from changes."""

    def __init__(self) -> None:
        self._asked = Counter[str]()
        self._changes = Counter[str]()
        self._states = Counter[str]()

    def sent(self, text: str) -> None:
        """Note a frame of the kit."""
        try:
            event = decode(text)
        except MalformedFrame:
            return
        if event.key is None:
            return
        if event.name == "_GET":
            self._asked[event.key] += 1
            return
        self._changes[event.key] += _times(event)
        if _name(event) == "reset":
            self._changes["SECOND"] += 1

    def received(self, event: Event) -> None:
        """Note an event of the server."""
        if event.name == "_SET" and event.key is not None:
            self._states[event.key] += 1

    def missing(self, key: str) -> int:
        """How many states of a document have to come until a question that follows is answered."""
        changes = min(self._changes[key], MOST)
        greeting = 1
        return max(greeting + self._asked[key] + changes - self._states[key], 0) + 1


def _name(event: Event) -> str | None:
    name = event.data.get("type") if isinstance(event.data, dict) else None
    return name if isinstance(name, str) else None


def _times(event: Event) -> int:
    """How often an event may be followed by a change of its document."""
    if event.name.startswith("_TASK_"):
        return MOST if _name(event) == "count" else 2
    count = event.data.get("count") if _name(event) == "burst" else 1
    return count if isinstance(count, int) else 1
