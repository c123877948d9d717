"""Which elements of a changed array are old ones.

A new element that is equal to one that is not in place any more is that element, and so is one with
the same frozen members: the object stays, wherever it is now. The other new elements between two
that kept their order are compared with the old ones there, one by one from the left.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from itertools import chain
from typing import TypeAlias

from ws_sync._binding.write.cells import NEW, Array, Cell
from ws_sync._binding.write.structures import Fields, structure_of
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import label, rising

Gap: TypeAlias = tuple[range, list[Cell]]
"""Elements that are not in place any more, and the cells that are there instead."""


def align(content: Array, gaps: list[Gap], is_moved: Callable[[int], bool]) -> dict[int, int]:
    """Return the numbers of the old elements by the ids of the cells of the new ones."""
    old = [[number for number in gap if not is_moved(number)] for gap, _ in gaps]
    new = [[cell for cell in cells if cell.live is NEW] for _, cells in gaps]
    if not any(old) or not any(new):
        return {}
    found: dict[int, int] = {}
    _pair_equal(found, content, old, new)
    _pair_frozen(found, content, old, new)
    for numbers, cells in zip(old, new, strict=True):
        _pair_between(found, numbers, cells)
    return found


def _pair_equal(
    found: dict[int, int], content: Array, old: list[list[int]], new: list[list[Cell]]
) -> None:
    """Pair each new element with an equal old one."""
    known: defaultdict[bytes, deque[int]] = defaultdict(deque)
    for number in chain(*old):
        known[label(content.original(number).json())].append(number)
    for cell in chain(*new):
        if numbers := known.get(label(cell.json())):
            found[id(cell)] = numbers.popleft()


def _pair_frozen(
    found: dict[int, int], content: Array, old: list[list[int]], new: list[list[Cell]]
) -> None:
    """Pair each new object with an old one that has the same frozen members."""
    taken = {*found.values()}
    known: defaultdict[tuple[str, ...], defaultdict[bytes, deque[int]]] = defaultdict(
        lambda: defaultdict(deque)
    )
    for number in chain(*old):
        if number not in taken and (names := frozen_names(content.original(number))):
            known[names][_key(content.original(number).json(), names)].append(number)
    for cell in chain(*new) if known else ():
        if id(cell) in found or type(cell.json()) is not dict:
            continue
        for names, numbers in known.items():
            if fitting := numbers.get(_key(cell.json(), names)):
                found[id(cell)] = fitting.popleft()
                break


def _pair_between(found: dict[int, int], old: list[int], new: list[Cell]) -> None:
    """Pair what is left between the elements that kept their order."""
    places = {number: place for place, number in enumerate(old)}
    kept = [(places[found[id(cell)]], position) for position, cell in enumerate(new)
            if found.get(id(cell)) in places]  # fmt: skip
    taken = {*found.values()}
    start = new_start = 0
    for stop, new_stop in [*rising(kept), (len(old), len(new))]:
        left = [number for number in old[start:stop] if number not in taken]
        added = [cell for cell in new[new_start:new_stop] if id(cell) not in found]
        found |= {id(cell): number for cell, number in zip(added, left, strict=False)}
        start, new_start = stop + 1, new_stop + 1


def frozen_names(cell: Cell) -> tuple[str, ...]:
    """Return the frozen members of an object that has others too."""
    found = structure_of(cell.type, cell.live)
    return found.members.frozen_names if isinstance(found, Fields) else ()


def is_another(old: Cell, json: JSON) -> bool:
    """Return whether an object has other frozen members than some JSON, and so is another one."""
    old = old.original()
    names = frozen_names(old)
    return bool(names) and (type(json) is not dict or _key(json, names) != _key(old.json(), names))


def _key(json: JSON, names: tuple[str, ...]) -> bytes:
    return label([json.get(name) for name in names])
