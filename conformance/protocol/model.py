"""What the documents of a session have to hold, by the testee contract.

A sequence applies each of its steps to the model, whose state the server then has to have.
The `jsonpatch` library applies patches; the rules about their results are those of patch.md and
state.md.
"""

from __future__ import annotations

import copy

import jsonpatch
from jsonpointer import JsonPointerException

from conformance.protocol.contract import INITIAL, INITIAL_VALUE, READ_ONLY, TESTEE
from conformance.protocol.wire import JSON, same


class Model:
    """The documents of one session.

    Attributes:
        documents: The state under each key.
        unsynced: The attributes of TESTEE that changed without a sync, each with the values that it
            had before. A client may hold any of them.
    """

    def __init__(self, documents: dict[str, JSON]) -> None:
        self.documents = copy.deepcopy(documents)
        self.unsynced: dict[str, list[JSON]] = {}

    @property
    def state(self) -> dict[str, JSON]:
        """The state of TESTEE."""
        testee: dict[str, JSON] = self.documents[TESTEE]
        return testee

    def assign(self, values: JSON, *, sync: bool = True) -> None:
        """Set attributes of TESTEE, and sync unless the action does not."""
        if not sync:
            for name in (*values, "itemCount"):
                self.unsynced.setdefault(name, []).append(self.state[name])
        self.state.update(values)
        self.state["itemCount"] = len(self.state["items"])
        if sync:
            self.synced()

    def reset(self) -> None:
        """Give every attribute of every document its initial value, and sync."""
        self.assign(copy.deepcopy(INITIAL))
        self.documents |= {key: {**INITIAL_VALUE} for key in self.documents if key != TESTEE}

    def synced(self) -> None:
        """Note that all changes have reached the client."""
        self.unsynced.clear()

    def patched(self, key: str, operations: JSON) -> bool:
        """Apply a patch of the client; whether the server has to accept it."""
        before = self.documents[key]
        try:
            after = jsonpatch.apply_patch(before, operations)
        except (jsonpatch.JsonPatchException, JsonPointerException, LookupError, TypeError):
            return self.refused()
        if not isinstance(after, dict) or after.keys() != before.keys():
            return self.refused()
        if any(not same(after[name], before[name]) for name in READ_ONLY & after.keys()):
            return self.refused()
        self.documents[key] = after
        self._count_items()
        return True

    def set(self, key: str, members: JSON) -> bool:
        """Apply a `_SET` of the client; whether the server has to accept it."""
        document = self.documents[key]
        if not isinstance(members, dict) or members.keys() - document.keys():
            return self.refused()
        document.update({n: v for n, v in members.items() if n not in READ_ONLY})
        self._count_items()
        return True

    def held(self, name: str, value: JSON) -> bool:
        """Whether a client may hold this value of an attribute of TESTEE now."""
        return any(same(value, one) for one in (self.state[name], *self.unsynced.get(name, [])))

    def _count_items(self) -> None:
        """Derive `itemCount`; a client may hold the old one until a sync (state-corrected)."""
        if self.state["itemCount"] != len(self.state["items"]):
            self.unsynced.setdefault("itemCount", []).append(self.state["itemCount"])
            self.state["itemCount"] = len(self.state["items"])

    def refused(self) -> bool:
        """Note a refused write: the answer is the whole state (state-refused-resync)."""
        self.synced()
        return False
