"""Prefixes of keys: objects of one class that are made several times in a session.

    with session, sync_key_scope("user1"):
        notes = Notes()  # "user1/NOTES"

Scopes nest, and belong to the context (a task, a thread) that opened them. What is made in a
scope keeps its key when the scope has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SEPARATOR = "/"

_prefix: ContextVar[str | None] = ContextVar("_prefix", default=None)


def get_current_sync_key_prefix() -> str | None:
    """Return the prefix of the scopes around, such as `"user1/left"`; None outside of any."""
    return _prefix.get()


@contextmanager
def sync_key_scope(prefix: str) -> Iterator[None]:
    """Put `prefix` and a slash before the keys of all objects that are made inside."""
    token = _prefix.set(scoped(prefix))
    try:
        yield
    finally:
        _prefix.reset(token)


def scoped(key: str) -> str:
    """Return a key with the prefix of the scopes around."""
    prefix = _prefix.get()
    return key if prefix is None else f"{prefix}{SEPARATOR}{key}"
