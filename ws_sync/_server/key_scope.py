"""Prefixes of keys, for several objects of one class in a session.

    with session, sync_key_scope("user1"):
        notes = Notes()  # "user1/NOTES"

Scopes nest, and belong to the context (a task, a thread) that opened them. An object keeps its key
after the scope in which it was created.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SEPARATOR = "/"

_prefix: ContextVar[str | None] = ContextVar("_prefix", default=None)


def get_current_sync_key_prefix() -> str | None:
    """Return the prefix of the current scopes, such as `"user1/left"`; None outside of any."""
    return _prefix.get()


@contextmanager
def sync_key_scope(prefix: str) -> Iterator[None]:
    """Prefix the keys of all objects that are created inside with `prefix` and a slash."""
    token = _prefix.set(scoped(prefix))
    try:
        yield
    finally:
        _prefix.reset(token)


def scoped(key: str) -> str:
    """Return a key with the prefix of the current scopes."""
    prefix = _prefix.get()
    return key if prefix is None else f"{prefix}{SEPARATOR}{key}"
