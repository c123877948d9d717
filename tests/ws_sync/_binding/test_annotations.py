"""Tests of `ws_sync._binding.annotations`."""

from __future__ import annotations

import logging
import math
from dataclasses import InitVar, dataclass
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from ws_sync._binding.annotations import (
    adapter_for,
    attribute_adapter,
    attribute_annotation,
    is_finite,
    read_json,
    reason_of,
    resolve_annotation,
)


class Odd:
    """A class that pydantic can't read from JSON."""


class Inner(BaseModel):
    number: float = 0


@dataclass
class Base:
    number: int
    text: str
    shared: ClassVar[int] = 0
    given: InitVar[int] = 0
    odd: Odd | None = None


class Derived(Base):
    number: float  # type: ignore[assignment]
    missing: NoSuchName  # type: ignore[name-defined]  # noqa: F821


def test_nearest_class_decides() -> None:
    assert attribute_annotation(Derived, "number") is float
    assert attribute_annotation(Derived, "text") is str
    for name in ("shared", "given", "nothing", "missing"):
        assert attribute_annotation(Derived, name) is Any
        assert attribute_adapter(Derived, name) is None


def test_adapter_is_made_once() -> None:
    assert attribute_adapter(Base, "number") is attribute_adapter(Base, "number")
    odd = attribute_adapter(Base, "odd")
    assert odd is not None
    with pytest.raises(ValueError, match="Odd"):
        read_json(odd, {})


def test_what_can_not_be_resolved_or_read_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert resolve_annotation("list[Nothing]", {}, "owner", "first") is Any
    assert adapter_for(Annotated[str, Field(pattern="(")], "owner", "second") is None
    assert [name in caplog.text for name in ("first", "second")] == [True, True]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_not_finite_is_no_value(text: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        read_json(TypeAdapter(dict[str, list[float]]), {"a": [text]})


def test_infinity_is_found_wherever_it_is() -> None:
    hidden = [{math.inf: 1}, (math.nan,), {1, math.inf}, Inner(number=math.inf)]
    assert not any(is_finite(value) for value in [*hidden, Base(1, "", odd=math.nan)])  # type: ignore[arg-type]
    assert is_finite([{"a": (1.0, {2})}, Inner(), Base(1, "")])


def test_reason_is_one_line_without_the_input() -> None:
    with pytest.raises(ValueError, match="number") as caught:
        Inner.model_validate({"number": "secret"})
    reason = reason_of(caught.value)
    assert reason.startswith("number: ")
    assert "secret" not in reason
    assert "\n" not in reason
    assert reason_of(RuntimeError("said")) == "said"
