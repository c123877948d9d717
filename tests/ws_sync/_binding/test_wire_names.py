"""Tests of `ws_sync._binding.wire_names`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypedDict, TypeVar

import pytest
from pydantic import BaseModel, Field, computed_field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from ws_sync._binding.wire_names import from_wire, wire_names_of

T = TypeVar("T")


class Renamed(BaseModel):
    a: int = Field(default=0, serialization_alias="out", validation_alias="into")

    @computed_field(alias="sum")
    def total(self) -> int:
        return self.a


class Other(BaseModel):
    b: list[Renamed] = []


class Box(BaseModel, Generic[T]):
    content: T


@pydantic_dataclass
class Aliased:
    a: int = Field(default=0, serialization_alias="out")


@dataclass
class Plain:
    a: int


@dataclass
class Holding:
    inner: list[Renamed]


class Dictionary(TypedDict):
    inner: Renamed


@dataclass
class Unknown:
    inner: NoSuchName  # type: ignore[name-defined]  # noqa: F821


OUT, IN = {"out": 1, "sum": 1}, {"into": 1}


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Renamed, OUT, IN),
        (Renamed | None, OUT, IN),
        (Annotated[Renamed, "note"] | None, OUT, IN),
        (Other | Renamed, OUT, IN),
        (int | list[Renamed], [OUT], [IN]),
        (str | Mapping[str, Renamed], {"k": OUT}, {"k": IN}),
        (Sequence[Renamed], [OUT, 5], [IN, 5]),
        (tuple[Renamed, int], [OUT, 2, 3], [IN, 2, 3]),
        (tuple[Renamed, ...], [OUT, OUT], [IN, IN]),
        (Other, {"b": [OUT], "more": OUT}, {"b": [IN], "more": OUT}),
        (Box[Renamed], {"content": OUT}, {"content": IN}),
        (Aliased, {"out": 1}, {"a": 1}),
        (Plain, {"a": 1}, {"a": 1}),
        (Holding, {"inner": [OUT]}, {"inner": [IN]}),
        (Dictionary, {"inner": OUT}, {"inner": IN}),
        (Unknown, {"inner": OUT}, {"inner": OUT}),
        (Annotated[Renamed, []], OUT, IN),
        (Any, OUT, OUT),
        (dict, OUT, OUT),
        (list, [OUT], [OUT]),
        (int | str, OUT, OUT),
        (Renamed, "text", "text"),
        (str, ["text"], ["text"]),
        ("not resolved", OUT, OUT),
    ],
)
def test_names_of_the_wire_become_those_that_pydantic_reads(
    annotation: Any, value: Any, expected: Any
) -> None:
    assert from_wire(annotation, value) == expected


def test_names_on_the_wire_are_those_of_serialisation_by_alias() -> None:
    assert wire_names_of(Renamed) == wire_names_of(Aliased) == {"a": "out"}
    assert wire_names_of(Plain) == {"a": "a"}
    assert wire_names_of(int) == {}
