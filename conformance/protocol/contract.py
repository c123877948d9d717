"""The testee contract as data: keys, initial state, features and actions (spec/testee.md).

Everything in the kit that knows the testee reads it here; a test compares it with the page and with
`testee.json`.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Final

from conformance.protocol.wire import JSON

TESTEE: Final = "TESTEE"
SECOND: Final = "SECOND"
NESTED: Final = "scope/NESTED"
LAZY: Final = "LAZY"

ANNOUNCED: Final = (TESTEE, SECOND, NESTED)
"""The keys that a testee announces, in this order; `NESTED` only with the feature `scoped-keys`."""
KEY_FEATURES: Final = {NESTED: "scoped-keys", LAZY: "lazy"}
"""The features without which a key does not exist."""

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
"""The state of TESTEE after `reset`, without `features`."""
INITIAL_VALUE: Final[dict[str, JSON]] = {"value": 0}
"""The state of every other document after `reset`."""
ASSIGNABLE: Final = ("text", "number", "flag", "items", "table", "anything")
"""The attributes of TESTEE that may be assigned."""
READ_ONLY: Final = frozenset({"features", "itemCount", "runningTasks"})

FEATURES: Final = (
    "tasks",
    "binary",
    "toast",
    "download",
    "user-session",
    "client-actions",
    "typed-arguments",
    "lazy",
    "scoped-keys",
    "errors",
)

ACTIONS: Final[dict[str, str | None]] = {
    "reset": None,
    "assign": None,
    "assignMany": None,
    "assignQuietly": None,
    "publish": None,
    "burst": None,
    "assignLater": None,
    "callBack": "client-actions",
    "notify": "toast",
    "sendFile": "download",
    "sendBytes": "binary",
    "receiveBytes": "binary",
    "typed": "typed-arguments",
    "fail": "errors",
}
"""The actions of TESTEE, with the features that they need."""


def keys_for(features: Collection[str]) -> list[str]:
    """The keys of a testee that has these features, in the order of the page."""
    keys = (*ANNOUNCED, LAZY)
    return [key for key in keys if key not in KEY_FEATURES or KEY_FEATURES[key] in features]


def announced_keys(features: Collection[str]) -> list[str]:
    """The keys that a testee with these features announces, in order."""
    return [key for key in keys_for(features) if key in ANNOUNCED]


def initial_state(features: Collection[str] = ()) -> dict[str, JSON]:
    """A new state of TESTEE as it is after `reset`."""
    return {"features": list(features), **copy.deepcopy(INITIAL)}
