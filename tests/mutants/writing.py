"""Mutants of spec/state.md: the effect of a client's `_SET`."""

from __future__ import annotations

from tests.mutants.frames import JSON
from tests.mutants.honest import Write
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link
from tests.mutants.patching import Refused


class MergesDeep(Mutant):
    """It merges an object of a `_SET` into the one that it has."""

    breaks = "state-set-merges"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        state, merged = self.state(key), super().merge(key, data)
        return {n: into(state[n], v) if n in data else v for n, v in merged.items()}


def into(old: JSON, new: JSON) -> JSON:
    """The new members beside the old ones."""
    return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


class CutsLongArrays(Mutant):
    """It takes the first 10,000 elements of an array in a `_SET`."""

    breaks = "state-set-merges"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        merged = super().merge(key, data)
        return {n: v[:10_000] if isinstance(v, list) else v for n, v in merged.items()}


class RefusesNamedReadOnly(Mutant):
    """It refuses a `_SET` that names a read-only attribute, whatever the value."""

    breaks = "state-set-read-only"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        merged = super().merge(key, data)
        if not data.keys() <= self.documents[key].keys():
            raise Refused
        return merged


class SetsMembersOfItself(Mutant):
    """It lets a `_SET` replace its own methods."""

    breaks = "state-set-unknown"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        for name in data if isinstance(data, dict) else ():
            if name in ("assign", "sync"):
                setattr(self, name, data[name])
        return super().merge(key, data)


class KeepsWhatWasSent(Mutant):
    """It stores the data of a `_SET` as text if it is not an object."""

    breaks = "state-set-malformed"

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        return super().merge(key, data if isinstance(data, dict) else {"text": repr(data)})


class CountsWrites(Mutant):
    """It counts the writes to other documents in the attribute number of TESTEE."""

    breaks = "state-keys-apart"

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        super().write(link, key, result, data)
        if key != "TESTEE":
            self.documents["TESTEE"]["number"] += 1
