"""Mutants of spec/events.md: names, keys and values that are read wrongly."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import json

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class TakesAnyType(Mutant):
    """It handles an event whose type is not a string as a call of an action of TESTEE."""

    breaks = "events-type-string"

    def read_type(self, envelope: dict[str, JSON]) -> str:
        type_ = envelope.get("type")
        return type_ if isinstance(type_, str) else "_ACTION:TESTEE"


class NeedsNoKey(Mutant):
    """It handles an event without a key, or with an empty one, as one for TESTEE."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return name, key or ("TESTEE" if name == "_GET" else key)


class DropsScopes(Mutant):
    """It uses the part of an unknown key after the last slash as the key."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return name, key if key is None or key in self.documents else key.rpartition("/")[2]


class SplitsScopes(Mutant):
    """It uses the part before the first slash of a key as the key."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return name, key and key.partition("/")[0]


class ReadsBehindLastColon(Mutant):
    """It uses only the part after the last colon as the key."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return name, key and key.rpartition(":")[2]


class FallsBack(Mutant):
    """It handles a write for an unknown key as one for TESTEE."""

    breaks = "events-unknown-key"

    def unknown_key(self, link: Link, name: str, key: str | None) -> None:
        if name in ("_SET", "_PATCH"):
            self.write(link, "TESTEE", lambda: {**self.state("TESTEE"), "text": "lost"}, {})


class ClosesOnTasksOfUnknownKeys(Mutant):
    """It closes a connection on which a task of an unknown key is started or cancelled."""

    breaks = "events-unknown-key"

    def unknown_key(self, link: Link, name: str, key: str | None) -> None:
        if name.startswith("_TASK"):
            link.close(1008)


class MirrorsEvents(Mutant):
    """It sends a client's `_DOWNLOAD` and `_REQUEST_USER_SESSION` back to it."""

    breaks = "events-direction"

    def wrong_direction(self, link: Link, name: str, data: JSON) -> None:
        if name in ("_DOWNLOAD", "_REQUEST_USER_SESSION"):
            self.send(link, name, data)


class SendsInfinity(Mutant):
    """It accepts `NaN` and `Infinity` as numbers, and sends them."""

    breaks = "events-strict-json"
    hint = "not-finite"

    def read_constant(self, name: str) -> JSON:
        return float(name)

    def dump(self, value: JSON) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class KeepsNoEmptyStrings(Mutant):
    """It stores an empty string as null."""

    breaks = "events-strings"

    def assign(self, name: str, value: JSON) -> None:
        super().assign(name, None if value == "" else value)


class KeepsNoZero(Mutant):
    """It stores an assigned 0 as null."""

    breaks = "events-integers"

    def assign(self, name: str, value: JSON) -> None:
        zero = value == 0 and not isinstance(value, bool)
        super().assign(name, None if zero else value)


class TellsOfDepth(Mutant):
    """It stores a placeholder instead of a value that is nested too deeply."""

    breaks = "events-depth-limit"

    def too_deep(self) -> JSON:
        data = {"type": "assign", "name": "anything", "value": "too deep"}
        return {"type": "_ACTION:TESTEE", "data": data}
