"""The cases: an object, and an edit before each sync.

This module runs in the environments of the releases too, so it imports only the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

Case = tuple[dict[str, Any], Callable[[dict[str, Any]], object]]
"""The attributes, and the edit."""

TITLES = {
    "a": "5 scalars, 1 changed",
    "b": "list of 1,000 small objects, 1 leaf changed",
    "c": "list of 10,000 small objects, 1 leaf changed",
    "d": "the same, inserted at the front",
    "e": "the same, appended",
    "f": "string of 100,000 characters grows by 10",
    "g": "object of 10,000 members, 1 removed, 1 added",
    "h": "state c, nothing changed",
    "i": "state a, nothing changed",
}


def rows(number: int) -> list[dict[str, Any]]:
    """Return small objects of about 90 bytes each."""
    return [row(index) for index in range(number)]


def row(index: int) -> dict[str, Any]:
    """Return one of them."""
    return {
        "id": index,
        "title": f"entry number {index}",
        "done": False,
        "score": index * 1.5,
        "tags": ["red", "green"],
    }


def build(case: str, tracked: Callable[[Any], Any] = lambda value: value) -> Case:
    """Return a case; `tracked` converts its containers to tracked ones."""
    numbers = count(1)
    if case in "ai":
        scalars = {"count": 0, "ratio": 0.5, "name": "a name", "flag": True, "note": "nothing"}
        return scalars, nothing if case == "i" else lambda o: o.update(count=next(numbers))
    if case == "f":
        return {"text": "x" * 100_000}, lambda o: o.update(text=o["text"] + "0123456789")
    if case == "g":
        members = tracked({f"key {index}": index for index in range(10_000)})
        return {"members": members}, lambda o: exchange(o["members"], numbers)
    items = tracked(rows(1_000 if case == "b" else 10_000))
    edits: dict[str, Callable[[dict[str, Any]], object]] = {
        "d": lambda o: o["items"].insert(0, row(-next(numbers))),
        "e": lambda o: o["items"].append(row(next(numbers))),
        "h": nothing,
    }
    return {"items": items}, edits.get(case, lambda o: change_leaf(o["items"], numbers))


def nothing(_: dict[str, Any]) -> None:
    """Change nothing."""


def change_leaf(items: list[dict[str, Any]], numbers: Iterator[int]) -> None:
    """Change one leaf, of another element each time."""
    number = next(numbers)
    items[number * 7919 % len(items)]["score"] = number + 0.25


def exchange(members: dict[str, int], numbers: Iterator[int]) -> None:
    """Remove one member from the middle and add another."""
    number = next(numbers)
    members.pop(f"key {number + 5_000}", None)
    members[f"new {number}"] = number
