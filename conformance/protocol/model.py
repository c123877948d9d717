"""The model: what the testee contract says that the documents of a session hold.

It is told each step of a sequence and says what the server then has to hold. Patches are applied by
the `jsonpatch` library; the rules on their results are those of patch.md and state.md.
"""

from __future__ import annotations

import copy
from typing import Final

import jsonpatch
from jsonpointer import JsonPointerException

from conformance.protocol.wire import JSON, same

INITIAL: Final[dict[str, JSON]] = {
    "text": "",
    "number": 0,
    "flag": False,
    "items": [],
    "table": {},
    "anything": None,
    "itemCount": 0,
    "runningTasks": [],
}
"""The state of TESTEE after `reset`, but for its features."""

ASSIGNABLE: Final = ("text", "number", "flag", "items", "table", "anything")
READ_ONLY: Final = frozenset({"features", "itemCount", "runningTasks"})


class Model:
    """The documents of one session.

    Attributes:
        documents: The state under each key.
        quiet: The attributes of TESTEE that changed without a sync, with the values that they had
            since; a client may hold any of them.
    """

    def __init__(self, documents: dict[str, JSON]) -> None:
        self.documents = copy.deepcopy(documents)
        self.quiet: dict[str, list[JSON]] = {}

    @property
    def state(self) -> dict[str, JSON]:
        """The state of TESTEE."""
        testee: dict[str, JSON] = self.documents["TESTEE"]
        return testee

    def assign(self, values: JSON, *, quietly: bool = False) -> None:
        """Set attributes of TESTEE, and sync unless it is done quietly."""
        if quietly:
            for name in (*values, "itemCount"):
                self.quiet.setdefault(name, []).append(self.state[name])
        self.state.update(values)
        self.state["itemCount"] = len(self.state["items"])
        if not quietly:
            self.quiet.clear()

    def reset(self) -> None:
        """Give every attribute of every document its initial value, and sync."""
        self.assign({name: value for name, value in INITIAL.items() if name != "itemCount"})
        self.documents |= {key: {"value": 0} for key in self.documents if key != "TESTEE"}

    def synced(self) -> None:
        """Everything that was quiet has reached the client."""
        self.quiet.clear()

    def patched(self, key: str, operations: JSON) -> bool:
        """Apply a patch of the client; whether it is to be accepted."""
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
        self._written()
        return True

    def set(self, key: str, members: JSON) -> bool:
        """Take a `_SET` of the client; whether it is to be accepted."""
        document = self.documents[key]
        if not isinstance(members, dict) or members.keys() - document.keys():
            return self.refused()
        document.update({n: v for n, v in members.items() if n not in READ_ONLY})
        self._written()
        return True

    def held(self, name: str, value: JSON) -> bool:
        """Whether a client may hold this value of an attribute of TESTEE now."""
        if same(value, self.state[name]):
            return True
        return any(same(value, before) for before in self.quiet.get(name, []))

    def _written(self) -> None:
        """Derive; the client may hold the old value until the next sync (state-corrected)."""
        if self.state["itemCount"] != len(self.state["items"]):
            self.quiet.setdefault("itemCount", []).append(self.state["itemCount"])
            self.state["itemCount"] = len(self.state["items"])

    def refused(self) -> bool:
        """A write is refused; the answer is the whole state (state-refused-resync)."""
        self.quiet.clear()
        return False
