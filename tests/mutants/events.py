"""Mutants of spec/events.md: the envelope, names and keys, JSON."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import os
import struct
import unicodedata
from typing import NoReturn

from tests.mutants.frames import JSON, Malformed
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class SendsPairs(Mutant):
    """It sends a patch as an array of type and data instead of an object."""

    breaks = "events-envelope"

    def encode(self, type_: str, data: JSON) -> str:
        if type_.startswith("_PATCH"):
            return self.dump([type_, data])
        return super().encode(type_, data)


class DemandsData(Mutant):
    """It treats an event without data as malformed."""

    breaks = "events-data-absent"

    def read_data(self, envelope: dict[str, JSON]) -> JSON:
        if "data" not in envelope:
            raise Malformed
        return envelope["data"]


class DemandsTwoMembers(Mutant):
    """It treats an envelope with unknown members as malformed."""

    breaks = "events-extra-members"

    def read_data(self, envelope: dict[str, JSON]) -> JSON:
        if not envelope.keys() <= {"type", "data"}:
            raise Malformed
        return super().read_data(envelope)


class UnpacksTypes(Mutant):
    """It uses the first element of a type that is an array as the type."""

    breaks = "events-type-string"

    def read_type(self, envelope: dict[str, JSON]) -> str:
        type_ = envelope.get("type")
        return super().read_type({"type": type_[0]} if isinstance(type_, list) else envelope)


class GuessesTypes(Mutant):
    """It handles an event without a type as a call of an action of TESTEE."""

    breaks = "events-type-string"

    def read_type(self, envelope: dict[str, JSON]) -> str:
        return super().read_type({"type": "_ACTION:TESTEE", **envelope})


class CutsKeys(Mutant):
    """It uses only the text between the first two colons as the key."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return name, key and key.partition(":")[0]


class FoldsKeys(Mutant):
    """It ignores the case of letters in a key."""

    breaks = "events-key"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        known = {known.lower(): known for known in self.documents}
        return name, known.get(key.lower(), key) if key else key


class ClosesOnUnknownType(Mutant):
    """It closes a connection on which an event of an unknown type arrives."""

    breaks = "events-unknown-type"

    def unknown_type(self, link: Link, type_: str) -> None:
        link.close(1003)


class MatchesPrefixes(Mutant):
    """It handles every type that begins with `_SET` as `_SET`."""

    breaks = "events-unknown-type"

    def split(self, type_: str) -> tuple[str, str | None]:
        name, key = super().split(type_)
        return "_SET" if name.startswith("_SET") else name, key


class MakesDocuments(Mutant):
    """It answers `_GET` for an unknown key with an empty document."""

    breaks = "events-unknown-key"

    def unknown_key(self, link: Link, name: str, key: str | None) -> None:
        if name == "_GET" and key:
            self.send(link, f"_SET:{key}", {})


class ClosesOnUnknownKey(Mutant):
    """It closes a connection on which an action is called for an unknown key."""

    breaks = "events-unknown-key"

    def unknown_key(self, link: Link, name: str, key: str | None) -> None:
        if name == "_ACTION":
            link.close(1008)


class ObeysDisconnect(Mutant):
    """It closes the connection when the client sends `_DISCONNECT`."""

    breaks = "events-direction"

    def wrong_direction(self, link: Link, name: str, data: JSON) -> None:
        if name == "_DISCONNECT":
            link.close(1000)


class ReturnsToasts(Mutant):
    """It sends a client's toast back to it."""

    breaks = "events-direction"

    def wrong_direction(self, link: Link, name: str, data: JSON) -> None:
        if name == "_TOAST":
            self.send(link, name, data)


class SendsRawControls(Mutant):
    """It writes control characters into its strings without escaping them."""

    breaks = "events-strict-json"

    def dump(self, value: JSON) -> str:
        return super().dump(value).replace("\\u001b", "\x1b").replace("\\t", "\t")


class ReadsInfinity(Mutant):
    """It reads `NaN`, `Infinity` and numbers that are too large as 0."""

    breaks = "events-not-finite"

    def read_constant(self, name: str) -> JSON:
        return 0


class MendsSurrogates(Mutant):
    """It accepts a lone surrogate and keeps a replacement character in its place."""

    breaks = "events-lone-surrogate"

    def check_string(self, text: str) -> None:
        pass

    def dump(self, value: JSON) -> str:
        return super().dump(value).encode(errors="replace").decode()


class Normalises(Mutant):
    """It keeps strings in Unicode's composed form."""

    breaks = "events-strings"

    def read_data(self, envelope: dict[str, JSON]) -> JSON:
        data = super().read_data(envelope)
        if isinstance(data, dict) and isinstance(data.get("value"), str):
            return {**data, "value": unicodedata.normalize("NFC", data["value"])}
        return data


class EndsAtNul(Mutant):
    """It keeps a string up to its first U+0000."""

    breaks = "events-strings"

    def assign(self, name: str, value: JSON) -> None:
        super().assign(name, value.partition("\0")[0] if isinstance(value, str) else value)


class DropsPrototypes(Mutant):
    """It drops members named `__proto__`."""

    breaks = "events-member-names"

    def read_object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        return super().read_object([pair for pair in pairs if pair[0] != "__proto__"])


class DropsEmptyNames(Mutant):
    """It drops members whose name is empty."""

    breaks = "events-member-names"

    def read_object(self, pairs: list[tuple[str, JSON]]) -> JSON:
        return super().read_object([pair for pair in pairs if pair[0]])


class RoundsIntegers(Mutant):
    """It keeps integers as single-precision floating-point numbers."""

    breaks = "events-integers"

    def read_int(self, text: str) -> JSON:
        return int(struct.unpack("f", struct.pack("f", float(text)))[0])


class CountsTrue(Mutant):
    """It keeps `true` as 1 and `false` as 0 inside arrays."""

    breaks = "events-json-types"
    hint = "true-is-one"

    def assign(self, name: str, value: JSON) -> None:
        if isinstance(value, list):
            value = [int(element) if isinstance(element, bool) else element for element in value]
        super().assign(name, value)


class DropsNull(Mutant):
    """It drops members that are null from the objects in arrays."""

    breaks = "events-json-types"

    def assign(self, name: str, value: JSON) -> None:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = [{k: v for k, v in value[0].items() if v is not None}, *value[1:]]
        super().assign(name, value)


class Shallow(Mutant):
    """It treats values of more than 60 levels as malformed."""

    breaks = "events-depth"
    deepest = 60


class DiesOfDepth(Mutant):
    """It ends when a frame is nested deeper than its stack."""

    breaks = "events-depth-limit"

    def too_deep(self) -> NoReturn:
        os._exit(1)
