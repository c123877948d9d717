"""Forms of events: what is remembered of a frame is what its schema says."""

from __future__ import annotations

import pytest

from conformance.protocol import schemas
from conformance.protocol.schemas import MEMORABLE, MOST, wrong_form
from conformance.protocol.wire import JSON, SCHEMA_BY_NAME, Event
from conformance.spec import deviation

EVENTS: list[tuple[str, JSON]] = [
    ("_SET:A", {}),
    ("_SET:A", []),
    ("_SET:A", {"text": "x" * MEMORABLE}),
    ("_PATCH:A", [{"op": "replace", "path": "/a", "value": 1}]),
    ("_PATCH:A", [{"op": "replace", "path": "/a"}]),
    ("_PATCH:A", ["x" * MEMORABLE]),
    ("_TOAST", {"message": "x", "type": "loud"}),
]


@pytest.mark.parametrize(("type_", "data"), EVENTS)
def test_form_is_judged_by_the_schema_each_time(type_: str, data: JSON) -> None:
    event = Event(type_, data)
    said = deviation(SCHEMA_BY_NAME[event.name], event.envelope())
    assert [wrong_form(event, event.text()) for _ in range(2)] == [said] * 2


def test_event_of_no_schema_has_no_wrong_form() -> None:
    assert wrong_form(Event("_LATER:A", 1), '{"type":"_LATER:A","data":1}') is None


def test_memory_of_forms_is_bounded() -> None:
    for number in range(MOST + 10):
        event = Event("_SET:A", {"n": number})
        wrong_form(event, event.text())
    assert len(schemas._found) <= MOST
