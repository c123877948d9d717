"""Prefixes of keys, for several objects of one class in a session.

    with session, sync_key_scope("user1"):
        notes = Notes()  # "user1/NOTES"

Scopes nest, and belong to the context (a task, a thread) that opened them. An object keeps its key
after the scope in which it was created.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import Self

SEPARATOR = "/"

_prefixes: ContextVar[tuple[str | None, ...]] = ContextVar("_prefixes", default=())
"""The prefixes of the open scopes, the outermost first."""


class sync_key_scope(ContextDecorator):  # noqa: N801  # the name that users know
    """Prefix the keys of all objects that are created inside with `prefix` and a slash.

    One scope can be used several times.

    Attributes:
        prefix: the prefix; an empty one, or None, adds nothing.
    """

    def __init__(self, prefix: str | None) -> None:
        self.prefix = prefix

    def __enter__(self) -> Self:
        _prefixes.set((*_prefixes.get(), self.prefix))
        return self

    def __exit__(self, *_: object) -> None:
        _prefixes.set(_prefixes.get()[:-1])


def get_current_sync_key_prefix() -> str | None:
    """Return the prefix of the current scopes, such as `"user1/left"`; None outside of any."""
    return SEPARATOR.join(str(prefix) for prefix in _prefixes.get() if prefix) or None


def scoped(key: str) -> str:
    """Return a key with the prefix of the current scopes."""
    prefix = get_current_sync_key_prefix()
    return key if prefix is None else f"{prefix}{SEPARATOR}{key}"
