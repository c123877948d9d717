"""Tests of `ws_sync._binding.attributes`."""

from __future__ import annotations

from functools import cached_property

import pytest
from pydantic.alias_generators import to_camel

from ws_sync._binding.attributes import (
    Attribute,
    public_names,
    to_json,
    wire_names,
)
from ws_sync.exceptions import UnknownAttribute


class Thing:
    shared = 1

    def __init__(self) -> None:
        self.own = 2
        self.function = print
        self._private = 3

    @property
    def derived(self) -> int:
        return self.own

    @property
    def both(self) -> int:
        return self.own

    @both.setter
    def both(self, value: int) -> None:
        self.own = value

    @property
    def broken(self) -> int:
        raise RuntimeError

    @cached_property
    def cached(self) -> int:
        return 4

    def method(self) -> None: ...


def test_public_names_are_attributes_and_properties() -> None:
    names = public_names(Thing(), lambda value: value == 4)
    assert sorted(names) == ["both", "broken", "derived", "own", "shared"]


@pytest.mark.parametrize(
    ("name", "read_only", "computed"),
    [
        ("own", False, False),
        ("shared", False, False),
        ("derived", True, True),
        ("both", False, True),
        ("cached", True, True),
        ("broken", True, True),
    ],
)
def test_attribute_is_read_only_without_a_setter(
    name: str, read_only: bool, computed: bool
) -> None:
    attribute = Attribute.of(Thing(), name, "wire")
    assert (attribute.read_only, attribute.computed) == (read_only, computed)


def test_attribute_reads_and_writes_its_object() -> None:
    thing = Thing()
    attribute = Attribute.of(thing, "both", "wire")
    attribute.write(7)
    assert (thing.own, attribute.read()) == (7, 7)


def test_attribute_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownAttribute):
        Attribute.of(Thing(), "nothing", "wire")


def test_wire_names_take_a_mapping_or_names() -> None:
    assert wire_names({"a_b": ..., "c_d": "x_y"}, to_camel) == {"a_b": "aB", "c_d": "x_y"}
    assert wire_names(["a_b"], str) == {"a_b": "a_b"}


def test_to_json_refuses_what_it_does_not_know() -> None:
    assert to_json({1}) == [1]
    with pytest.raises(ValueError, match="serialize"):
        to_json(object())
