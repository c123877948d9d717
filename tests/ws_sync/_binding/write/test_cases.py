"""Faults in the write path, planted one at a time: random writes must find each of them."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from tests.ws_sync._binding.write.choices import Choices, minimised
from tools.fuzz.target import run
from tools.fuzz.writes import TARGETS
from ws_sync._binding.write import alignment, arrays, cells, difference, edits, fields, names
from ws_sync._binding.write.cells import Array, Cell
from ws_sync._binding.write.classes import Members
from ws_sync._binding.write.edits import SetElements, SetEntry, SetField, Splice
from ws_sync._binding.write.schemas import Type
from ws_sync._binding.write.simulation import Simulation
from ws_sync._binding.write.structures import Fields
from ws_sync._binding.write.write import Write

EXAMPLES = 20_000
"""Writes after which each fault must have been found; most need fewer than a thousand."""

Fault = tuple[Any, str, Any]


def _by_index(_: Array, gaps: Any, __: Any) -> dict[int, int]:
    return {id(cell): n for gap, new in gaps for n, cell in zip(gap, new, strict=False)}


def _only_equal(found: Any, content: Any, old: Any, new: Any) -> None:
    """Pair nothing by frozen members."""


def _in_reverse(self: Splice, to: Any, using: Any) -> Any:
    return Splice(to, self.start, self.removed, [*self.added][::-1], self.neighbours).apply_(  # type: ignore[attr-defined]
        to, using
    )


def _loses_hidden(self: SetField, to: Any, using: Any) -> Any:
    if isinstance(to, BaseModel) and "h" in vars(to):
        vars(to)["h"] = 7
    return self.apply_(to, using)  # type: ignore[attr-defined]


def _loses_private(self: SetField, to: Any, using: Any) -> Any:
    if isinstance(to, BaseModel) and to.__pydantic_private__:
        to.__pydantic_private__ = {"_p": 0}
    return self.apply_(to, using)  # type: ignore[attr-defined]


def _moves_to_the_end(self: SetEntry, to: Any, using: Any) -> Any:
    if self.value is not edits.MISSING and self.key in to:
        to[self.key] = to.pop(self.key)
    return self.apply_(to, using)  # type: ignore[attr-defined]


def _adds_only(self: SetElements, to: Any, using: Any) -> Any:
    return SetElements(to, [], self.added).apply_(to, using)  # type: ignore[attr-defined]


def _first_member(type_: Type, _: Any) -> Type:
    return type_.choices()[0] if type_.kind in ("union", "tagged-union") else type_


def _runs_on_the_live_object(_: Simulation, live: Any, function: Callable[[Any], Any]) -> Any:
    vars(live).update(getattr(live, "__dict__", {}))
    if hasattr(live, "_p"):
        live._p += 1
    return function(live)


FAULTS: dict[str, Fault] = {
    "values are written back whole": (difference.Difference, "_assign", lambda *_: False),
    "objects are made again": (difference, "_is_editable", lambda *_: False),
    "a hidden member is lost": (SetField, "apply", _loses_hidden),
    "a private attribute is lost": (SetField, "apply", _loses_private),
    "elements are aligned by index": (arrays, "align", _by_index),
    "no element is aligned": (arrays, "align", lambda *_: {}),
    "frozen members are no key": (alignment, "_pair_frozen", _only_equal),
    "another entity gets hidden values": (difference, "is_another", lambda *_: False),
    "the order of added elements is lost": (Splice, "apply", _in_reverse),
    "the order of a dict is lost": (SetEntry, "apply", _moves_to_the_end),
    "elements of a set stay": (SetElements, "apply", _adds_only),
    "a masked value is written": (difference, "equal", lambda *_: False),
    "a masked value is revealed": (Cell, "is_shown_by", lambda self, place: (
        self.live is not cells.NEW and self.type.is_same(place))),
    "a moved object is read again": (Cell, "is_shown_by", lambda *_: False),
    "an object is in two places": (difference.Difference, "has_lost", lambda *_: False),
    "a refused write leaves a trace": (Write, "undo", lambda _: None),
    "a validator sees the live object": (Simulation, "run", _runs_on_the_live_object),
    "frozen members are written": (fields.Written, "require_writable", lambda *_: None),
    "hidden members are written": (names, "to_input", lambda _, value: value),
    "the first member of a union is read": (names, "_member_for", _first_member),
    "lengths are not checked": (arrays, "check_length", lambda *_: None),
    "tracked containers become plain": (edits, "track", lambda value, **_: list(value)
        if isinstance(value, list) else value),
    "positions of a tuple have one type": (Type, "is_mixed", False),
    "derived members are unknown": (Fields, "_derived", lambda *_: None),
    "extra members are lost": (Members, "extra", None),
}  # fmt: skip
"""For each an object, its attribute and the replacement."""

SEEDS = {
    "an object is in two places": 25,
    "another entity gets hidden values": 10,
    "derived members are unknown": 15,
    "elements of a set stay": 3,
    "frozen members are no key": 10,
    "a masked value is revealed": 2,
    "a validator sees the live object": 2,
    "positions of a tuple have one type": 4,
    "the first member of a union is read": 10,
    "tracked containers become plain": 2,
}
"""The seeds of the classes that show a fault, so that the search is short; 1 for the others.

When the generator has changed, a search takes longer. `next_seed - 1` of the report, with
`first_seed=1`, is the new seed.
"""


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    owner, attribute, fault = FAULTS[name]
    if attribute == "apply":
        monkeypatch.setattr(owner, "apply_", owner.apply, raising=False)
    monkeypatch.setattr(owner, attribute, fault)
    seed = SEEDS.get(name, 1)
    report = run(TARGETS["writes"], EXAMPLES, math.inf, first_seed=seed, shrink=False)
    gc.collect()  # classes with types that the fault has made
    assert report.findings


def test_smallest_draws_with_a_failure_are_found() -> None:
    draws = [3, 9, 27, 81, 4]
    assert minimised(draws, lambda each: sum(each) > 50) == [51]
    assert Choices([7, 5]).below(3) == 1
