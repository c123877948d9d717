"""Marks on methods that the client may call, and how they are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

Mark: TypeAlias = Literal["remote_action", "remote_task", "remote_task_cancel"]


def mark(function: Any, kind: Mark, name: str) -> None:
    """Mark a method as callable by the client under `name`."""
    setattr(function, kind, name)


def remote_functions(obj: object, kind: Mark) -> dict[str, Callable[..., Any]]:
    """Return an object's marked methods by their names for the client.

    They come in the order of their declaration, those of base classes first; a method that a
    subclass overrides without marking it is not among them.
    """
    cls = type(obj)
    declared = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    marked = {name: getattr(getattr(cls, name, None), kind, None) for name in declared}
    return {wire: getattr(obj, name) for name, wire in marked.items() if isinstance(wire, str)}
