"""The bundle is current, complete and judges any event without another file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import schemas
from tools import bundle_schemas

EVENT_SCHEMAS = set(SCHEMA_BY_NAME.values())


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    """The bundle as its file has it."""
    found: dict[str, Any] = json.loads(bundle_schemas.PATH.read_text(encoding="utf-8"))
    return found


def examples(*, events: bool) -> list[Any]:
    """The examples of the schemas of events, or of the others."""
    return [
        pytest.param(name, example, id=f"{name}-{number}")
        for name, schema in schemas().items()
        if (name in EVENT_SCHEMAS) == events
        for number, example in enumerate(schema["examples"])
    ]


def test_bundle_is_current() -> None:
    current = bundle_schemas.PATH.read_text(encoding="utf-8")
    assert current == bundle_schemas.text(), "run `python -m tools.bundle_schemas`"


def test_bundle_is_a_valid_schema(bundle: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(bundle)


def test_bundle_embeds_every_schema_unchanged(bundle: dict[str, Any]) -> None:
    assert bundle["$defs"] == schemas()
    ids = [schema["$id"] for schema in (bundle, *bundle["$defs"].values())]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "example"), examples(events=True))
def test_example_of_an_event_is_valid(bundle: dict[str, Any], name: str, example: object) -> None:
    assert name in bundle["$defs"]
    Draft202012Validator(bundle).validate(example)


@pytest.mark.parametrize(("name", "example"), examples(events=False))
def test_other_example_is_valid_by_its_id(
    bundle: dict[str, Any], name: str, example: object
) -> None:
    registry: Registry[Any] = Registry().with_resource(
        bundle["$id"], Resource.from_contents(bundle)
    )
    reference = {"$ref": bundle["$defs"][name]["$id"]}
    Draft202012Validator(reference, registry=registry.crawl()).validate(example)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "my-event", "data": [1, 2]},
        {"type": "my-event:KEY"},
        {"type": "_FROM_A_LATER_EDITION", "data": 1},
        {"type": "_SETTINGS:KEY", "data": 1},
        {"type": "_TOASTER"},
        {"type": "_SET\n", "data": 1},
        {"type": "set:KEY", "data": 1},
        {"type": "_SET:KEY", "data": {}, "extra": True},
    ],
    ids=lambda event: event["type"].strip(),
)
def test_unknown_name_or_member_is_accepted(
    bundle: dict[str, Any], event: dict[str, object]
) -> None:
    Draft202012Validator(bundle).validate(event)


@pytest.mark.parametrize(
    "instance",
    [
        [],
        {},
        {"data": {}},
        {"type": None},
        {"type": 1},
        {"type": "_SET", "data": {}},
        {"type": "_SET:A"},
        {"type": "_SET:A", "data": []},
        {"type": "_SET:A:B\n", "data": None},
        {"type": "_PATCH:A", "data": {"op": "remove", "path": "/a"}},
        {"type": "_PATCH:A", "data": [{"op": "add", "path": "a", "value": 1}]},
        {"type": "_PATCH:A", "data": [{"op": "add", "path": "/a"}]},
        {"type": "_ACTION:A", "data": {"name": "x"}},
        {"type": "_TASK_START:A", "data": {"type": 1}},
        {"type": "_TASK_CANCEL:A"},
        {"type": "_BIN_META", "data": {"type": "a", "metadata": {"data": 1}}},
        {"type": "_TOAST", "data": {"type": "loud", "message": ""}},
        {"type": "_DOWNLOAD", "data": {"filename": "a", "data": "YQ"}},
        {"type": "_DISCONNECT", "data": None},
        {"type": "_USER_SESSION", "data": {"user": "", "session": "s"}},
    ],
    ids=json.dumps,
)
def test_wrong_event_is_refused(bundle: dict[str, Any], instance: object) -> None:
    assert not Draft202012Validator(bundle).is_valid(instance)
