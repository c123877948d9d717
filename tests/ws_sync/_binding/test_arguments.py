"""Tests of `ws_sync._binding.arguments`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field
from pydantic.alias_generators import to_camel, to_pascal

from ws_sync._binding.arguments import bound, fit, read_call
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import RefusedArguments

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


NOTHING: Any = Field(default=None)


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


class Sizes(BaseModel):
    sizes: list[float]


@dataclass
class Size:
    size: float


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
    assert fit(method, "act", {"itemCount": 1}, to_camel) == {"item_count": 1}
    assert fit(method, "act", {"item_count": 1}, to_camel) == {"item_count": 1}
    assert fit(method, "act", {"ItemCount": 1}, to_pascal) == {"item_count": 1}
    with pytest.raises(RefusedArguments):
        fit(method, "act", {"itemCount": 1})


def noted(value: Any = None, more: Any = NOTHING) -> None: ...


def aliased(
    from_: int = Field(alias="from", le=9),
    to: Annotated[int, Field(alias="till")] = 0,
    step: int = Field(default=1, validation_alias=AliasChoices("by", AliasPath("steps", 0))),
) -> None: ...


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"from": 1, "till": "2", "by": 3}, {"from_": 1, "to": 2, "step": 3}),
        ({"from_": 1, "to": 2, "step": 3}, {"from_": 1, "to": 2, "step": 3}),
        ({"from": 1, "steps": [4, 5]}, {"from_": 1, "step": 4}),
        ({"from": 1}, {"from_": 1, "step": 1}),
    ],
    ids=["aliases", "names", "a path", "defaults"],
)
def test_fit_knows_the_aliases_of_parameters(
    arguments: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert fit(aliased, "aliased", arguments) == expected
    with pytest.raises(RefusedArguments, match="'from_' is missing"):
        fit(aliased, "aliased", {"till": 1})
    with pytest.raises(RefusedArguments, match=r"'from_': .* less than"):
        fit(aliased, "aliased", {"from": 10})


def test_fit_takes_null_where_the_default_is_none() -> None:
    # As in programs from before PEP 484 forbade it.
    noted.__annotations__.update(value=str, more=int)
    assert fit(noted, "noted", {"value": None, "more": None}) == {"value": None, "more": None}
    with pytest.raises(RefusedArguments, match="value"):
        fit(noted, "noted", {"value": 5})


def test_plain_function_with_self_is_bound_to_its_object() -> None:
    owner, method = Methods(5), Methods(7).act

    def doubled(self: Methods, item_count: int) -> int:
        return item_count * self.offset

    assert bound(doubled, owner)(2) == 10
    assert fit(bound(doubled, owner), "doubled", {"item_count": "3"}) == {"item_count": 3}
    assert bound(method, owner) is method
    assert bound(typed, owner) is typed
    assert bound(print, owner) is print
    assert bound(nothing, owner) is nothing


def nothing() -> None: ...


def test_fit_tells_functions_of_one_name_apart() -> None:
    """S-11: the parameters are cached per function, not per class."""

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


@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "-Infinity", "1e400"])
def test_fit_reads_no_text_as_a_number_that_is_not_finite(number: str) -> None:
    def act(x: float) -> None: ...
    def nested(x: list[dict[str, float]]) -> None: ...
    def modelled(x: Sizes) -> None: ...
    def data(x: list[Size]) -> None: ...

    sent: dict[Any, Any] = {
        act: number,
        nested: [{"a": number}],
        modelled: {"sizes": [number]},
        data: [{"size": number}],
    }
    for function, value in sent.items():
        with pytest.raises(RefusedArguments, match="finite"):
            fit(function, "act", {"x": value})


def test_fit_checks_the_others_where_one_annotation_can_not_be_resolved(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def act(amount: "Missing", count: int, other: "a b") -> None: ...  # type: ignore # noqa

    for _ in range(2):
        with pytest.raises(RefusedArguments, match="count"):
            fit(act, "act", {"amount": [], "count": "three", "other": 1})
    assert caplog.text.count(".act.amount; any value is accepted") == 1


def test_fit_reads_every_argument_of_a_function_that_takes_any_names() -> None:
    def act(**values: int) -> None: ...

    assert fit(act, "act", {"a": "1", "b": 2}) == {"a": 1, "b": 2}
    with pytest.raises(RefusedArguments):
        fit(act, "act", {"a": "one"})


def test_fit_looks_into_partials_and_objects_that_can_be_called() -> None:
    @dataclass
    class Callable:  # not hashable
        def __call__(self, count: int) -> None: ...

    class Slim:
        __slots__ = ()  # no weak references

        def __call__(self, count: int) -> None: ...

    def act(first: int, count: int) -> None: ...

    for function in (Callable(), Slim(), partial(act, 1), partial(partial(act, 1))):
        assert fit(function, "act", {"count": "3"}) == {"count": 3}
        with pytest.raises(RefusedArguments):
            fit(function, "act", {"count": "three"})


def test_fit_keeps_a_methods_own_self() -> None:
    class Open:
        def act(self, **values: Any) -> Any:
            return values

    function = Open().act
    assert function(**fit(function, "act", {"self": 1, "a": 2})) == {"a": 2}


def test_wrapper_takes_its_own_arguments_and_passes_on_those_of_the_wrapped_method() -> None:
    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def wrapper(self: object, token: str = "", **arguments: Any) -> None:
            """Check the token."""

        return wrapper

    class Notes:
        @guarded
        def rename(self, title: str, *, database: object) -> None:
            """Never called."""

    given = {"token": "5", "title": "T", "other": 1}
    assert fit(Notes().rename, "RENAME", given) == {"token": "5", "title": "T"}
    with pytest.raises(RefusedArguments):
        fit(Notes().rename, "RENAME", {"title": []})


def test_wrapper_without_more_arguments_takes_only_its_own_with_the_annotations_there_are() -> None:
    def wrapped(n: int, other: int) -> None:
        """Never called."""

    @functools.wraps(wrapped)
    def wrapper(n, form):  # type: ignore[no-untyped-def]
        """Never called."""

    assert fit(wrapper, "F", {"n": "3", "form": "x", "other": 1}) == {"n": 3, "form": "x"}


def test_wrapper_written_in_c_takes_the_arguments_of_the_wrapped_function() -> None:
    @functools.cache
    def cached(n: int) -> None:
        """Never called."""

    assert fit(cached, "F", {"n": "3"}) == {"n": 3}
