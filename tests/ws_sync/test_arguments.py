"""Tests of `ws_sync.arguments`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, Field

from ws_sync.arguments import fit, read_call
from ws_sync.codec import JSON
from ws_sync.exceptions import RefusedArguments

if TYPE_CHECKING:
    from decimal import Decimal


class Color(Enum):
    RED = "red"


@dataclass
class Point:
    x: int


class Model(BaseModel):
    day: date


class Opaque:
    pass


def typed(
    count: int, point: Point, model: Model, color: Color = Color.RED, name: str = "none"
) -> None: ...


def limited(text: str = Field(min_length=2), note: str = Field(default="none")) -> None: ...


def loose(anything, *more: int, **others: int) -> None:  # type: ignore[no-untyped-def]
    ...


def unresolved(amount: Decimal) -> None: ...


def opaque(thing: Opaque, data: bytes) -> None: ...


class Methods:
    def __init__(self, offset: int) -> None:
        self.offset = offset

    def act(self, item_count: int) -> int:
        return item_count + self.offset


GOOD = {"count": "3", "point": {"x": 1}, "model": {"day": "2024-02-29"}}


def test_fit_converts_arguments_and_leaves_the_rest_out() -> None:
    assert fit(typed, "typed", {**GOOD, "extra": 1}) == {
        "count": 3,
        "point": Point(1),
        "model": Model(day=date(2024, 2, 29)),
    }


@pytest.mark.parametrize(
    "wrong",
    [{"count": "three"}, {"count": None}, {"count": []}, {"point": {}}, {"color": "blue"}],
    ids=repr,
)
def test_fit_refuses_what_can_not_be_read(wrong: JSON) -> None:
    with pytest.raises(RefusedArguments, match=next(iter(wrong))):
        fit(typed, "typed", GOOD | wrong)


def test_fit_refuses_a_missing_argument() -> None:
    with pytest.raises(RefusedArguments, match="'count' is missing"):
        fit(typed, "typed", {})


def test_fit_knows_fields_as_defaults() -> None:
    assert fit(limited, "limited", {"text": "ab"}) == {"text": "ab", "note": "none"}
    with pytest.raises(RefusedArguments, match="at least 2"):
        fit(limited, "limited", {"text": "a"})
    with pytest.raises(RefusedArguments, match="missing"):
        fit(limited, "limited", {})


def test_fit_gives_everything_to_a_function_that_takes_everything() -> None:
    assert fit(loose, "loose", {"anything": None, "x": 1}) == {"anything": None, "x": 1}


def test_fit_takes_any_value_where_an_annotation_can_not_be_resolved() -> None:
    assert fit(unresolved, "unresolved", {"amount": "1"}) == {"amount": "1"}


def test_fit_takes_only_instances_of_a_class_that_json_does_not_know() -> None:
    thing = Opaque()
    assert fit(opaque, "opaque", {"thing": thing, "data": b"1"})["thing"] is thing
    with pytest.raises(RefusedArguments):
        fit(opaque, "opaque", {"thing": {}, "data": b"1"})


def test_fit_accepts_camel_case_only_where_it_is_used() -> None:
    method = Methods(1).act
    assert fit(method, "act", {"itemCount": 1}, camel=True) == {"item_count": 1}
    assert fit(method, "act", {"item_count": 1}, camel=True) == {"item_count": 1}
    with pytest.raises(RefusedArguments):
        fit(method, "act", {"itemCount": 1})


def test_fit_tells_functions_of_one_name_apart() -> None:
    """S-11: what an action takes is known per function, not per class."""

    def make(kind: Any) -> Any:
        def act(value) -> None:  # type: ignore[no-untyped-def]
            ...

        act.__annotations__["value"] = kind
        return act

    assert fit(make(int), "act", {"value": "1"}) == {"value": 1}
    assert fit(make(str), "act", {"value": "1"}) == {"value": "1"}


@pytest.mark.parametrize("data", [None, [], {}, {"type": 1}, {"type": []}], ids=repr)
def test_read_call_refuses_what_names_no_function(data: JSON) -> None:
    with pytest.raises(RefusedArguments):
        read_call(data)


def test_read_call_leaves_its_argument_alone() -> None:
    data = {"type": "x", "a": 1}
    assert read_call(data) == ("x", {"a": 1})
    assert data == {"type": "x", "a": 1}
