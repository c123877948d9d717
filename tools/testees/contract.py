"""What the testees share of the contract: initial values and the reading of arguments.

Standard library only: it runs inside the environment of every testee. A function that refuses its
arguments raises before anything has changed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

FEATURES = (
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


def testee_values() -> dict[str, Any]:
    """Return the initial value of every writable attribute of `TESTEE`, fresh at each call."""
    return {
        "features": list(FEATURES),
        "text": "",
        "number": 0,
        "flag": False,
        "items": [],
        "table": {},
        "anything": None,
    }


def other_values() -> dict[str, Any]:
    """Return the initial value of every attribute of `SECOND`, `scope/NESTED` and `LAZY`."""
    return {"value": 0}


def count_items(items: object) -> int:
    """Return `itemCount`: the length of `items`, or 0 while `items` is not a list.

    `assign` may put any JSON value there, and the state must remain readable.
    """
    return len(items) if isinstance(items, list) else 0


def require_writable(names: Iterable[str], writable: Iterable[str]) -> None:
    """Refuse the names that no client may assign.

    Raises:
        ValueError: one of the names is derived, read-only or unknown.
    """
    refused = sorted(set(names) - set(writable))
    if refused:
        raise ValueError(f"can't be assigned: {', '.join(refused)}")


def set_attributes(target: object, values: Mapping[str, Any]) -> None:
    """Set the attributes of `target` that have the names of `values`."""
    for name, value in values.items():
        setattr(target, name, value)


def read_typed(count: object, label: object) -> dict[str, Any]:
    """Return what `typed` stores for its arguments: `{"count": integer, "label": string}`.

    A number without a fraction and a string of digits can be read as an integer.

    Raises:
        TypeError: an argument is of a type that can't be read as the wanted one.
        ValueError: `count` is a string or a number that is not an integer.
    """
    if not isinstance(label, str):
        raise TypeError(f"label is not a string: {label!r}")
    if isinstance(count, bool) or not isinstance(count, int | float | str):
        raise TypeError(f"count is not an integer: {count!r}")
    if isinstance(count, float) and not count.is_integer():
        raise ValueError(f"count is not an integer: {count!r}")
    return {"count": int(count), "label": label}


def describe_bytes(data: bytes, label: object) -> dict[str, Any]:
    """Return what `receiveBytes` stores: the label, the size in bytes and the SHA-256 in hex."""
    return {"label": label, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
