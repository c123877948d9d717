"""Marks on the methods that the client may call, and the search for them."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isfunction
from types import MethodType
from typing import Any, Literal, TypeAlias

Mark: TypeAlias = Literal["remote_action", "remote_task", "remote_task_cancel"]

CONFIGURATION = "__ws_sync__"
"""The attribute of a class with its key (or None) and its options."""


def mark(function: Any, kind: Mark, name: str) -> None:
    """Mark a method as callable by the client under `name`."""
    setattr(function, kind, name)


def marked_names(cls: type, kind: Mark) -> dict[str, str]:
    """Return the names of a class's marked methods by their names for the client.

    They are in the order of declaration, base classes first. A method that a subclass overrides
    without a mark is left out.
    """
    declared = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    marked = {name: getattr(_declared(cls, name), kind, None) for name in declared}
    return {wire: name for name, wire in marked.items() if isinstance(wire, str)}


def remote_functions(obj: object, kind: Mark) -> dict[str, Callable[..., Any]]:
    """Return an object's marked methods, bound to it, by their names for the client."""
    return {wire: getattr(obj, name) for wire, name in marked_names(type(obj), kind).items()}


def class_functions(cls: type, kind: Mark) -> dict[str, Callable[..., Any]]:
    """Return a class's marked methods, bound to the class, by their names for the client.

    They can be inspected like methods of an object, and not called.
    """
    found = {wire: (_declared(cls, name), name) for wire, name in marked_names(cls, kind).items()}
    return {
        wire: MethodType(declared, cls) if isfunction(declared) else getattr(cls, name)
        for wire, (declared, name) in found.items()
    }


def _declared(cls: type, name: str) -> Any:
    """Return an attribute of a class without calling descriptors."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
