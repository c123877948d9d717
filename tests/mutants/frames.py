"""The honest testee's text frames: what spec/events.md rules, one rule a method."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""A JSON value."""


class Malformed(Exception):
    """A text frame that is not an event."""


class Frames:
    """Text frames to events and back."""

    deepest = 200
    """Levels of a frame beyond which it is malformed."""
    longest = 8 << 20
    """Characters of a frame beyond which it is not read (connection-oversized-no-effect)."""

    def decode(self, text: str) -> tuple[str, JSON]:
        """The type and the data of the event in a frame.

        Raises:
            Malformed: There is none.
        """
        envelope = self.parse(text)
        if not isinstance(envelope, dict):
            raise Malformed
        return self.read_type(envelope), self.read_data(envelope)

    def read_type(self, envelope: dict[str, JSON]) -> str:
        """events-type-string; nothing is said of other members (events-extra-members)."""
        type_ = envelope.get("type")
        if not isinstance(type_, str):
            raise Malformed
        return type_

    def read_data(self, envelope: dict[str, JSON]) -> JSON:
        """events-data-absent."""
        return envelope.get("data")

    def parse(self, text: str) -> JSON:
        """The JSON value of a frame, checked."""
        if len(text) > self.longest:
            raise Malformed
        try:
            value = json.loads(
                text,
                parse_constant=self.read_constant,
                parse_float=self.read_float,
                parse_int=self.read_int,
                object_pairs_hook=self.read_object,
            )
        except RecursionError:
            return self.too_deep()
        except ValueError:
            return self.repair(text)
        self.check(value)
        return value

    def repair(self, text: str) -> JSON:
        """connection-malformed-no-effect: there is no second reading of what is not JSON."""
        raise Malformed from None

    def too_deep(self) -> JSON:
        """events-depth-limit."""
        raise Malformed from None

    def read_constant(self, name: str) -> JSON:
        """events-not-finite."""
        raise Malformed

    def read_float(self, text: str) -> JSON:
        """events-not-finite."""
        number = float(text)
        return number if math.isfinite(number) else self.read_constant(text)

    def read_int(self, text: str) -> JSON:
        """events-integers; one too large for a double is as good as infinite."""
        if len(text) > 308 and math.isinf(float(text)):
            return self.read_constant(text)
        return int(text)

    def read_object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        """events-duplicate-members, events-member-names."""
        members = dict(pairs)
        if len(members) != len(pairs):
            raise Malformed
        return members

    def check(self, value: JSON) -> None:
        """events-depth-limit, events-lone-surrogate."""
        for level, part in walk(value):
            if level > self.deepest:
                self.too_deep()
            if isinstance(part, str):
                self.check_string(part)

    def check_string(self, text: str) -> None:
        """events-lone-surrogate."""
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Malformed from None

    def encode(self, type_: str, data: JSON) -> str:
        """The frame of an event (connection-text, events-envelope)."""
        return self.dump({"type": type_, "data": data})

    def dump(self, value: JSON) -> str:
        """events-strict-json."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def walk(value: JSON) -> Iterator[tuple[int, JSON]]:
    """All values and member names in a value, with their levels; never deep in calls."""
    todo = [(0, value)]
    while todo:
        level, part = todo.pop()
        yield level, part
        if isinstance(part, dict):
            todo += [(level + 1, inner) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            todo += [(level + 1, inner) for inner in part]
