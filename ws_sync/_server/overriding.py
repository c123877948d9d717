"""Methods that an application has replaced, in a subclass or in one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_replaced(method: Any, original: Callable[..., Any]) -> bool:
    """Return whether a method of an object is not the original function of its class.

    Not by the object's `__dict__`: to create it makes each later access to its attributes slower.
    """
    return getattr(method, "__func__", None) is not original
