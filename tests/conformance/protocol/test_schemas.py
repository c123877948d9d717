"""The schemas of events: both validators agree, and a violation names its requirement."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.protocol.schemas import EVENTS, violation
from conformance.protocol.wire import JSON, SCHEMA_BY_NAME, Event, MalformedFrame, decode
from conformance.spec import deviation, fast_validator, requirements, schemas, validator
from tests.tables import each
from tests.vectors.files import NAMES, by_id, dialogues, joined, load

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "/a"]))
POINTERS = st.sampled_from(["", "/", "/a", "a", "/~", "/~0", "/~2", "/a/b", "#/a", "/a\nb"])
OPERATIONS = st.dictionaries(
    st.sampled_from(["op", "path", "from", "value", "other"]),
    st.one_of(
        POINTERS, st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), SCALARS
    ),
)
DATA = st.one_of(
    SCALARS,
    st.lists(st.one_of(OPERATIONS, SCALARS), max_size=3),
    st.dictionaries(
        st.sampled_from(["type", "metadata", "message", "filename", "data", "user", "session"]),
        st.one_of(SCALARS, st.sampled_from(["info", "YQ==", "YQ", "YWJj"]),
                  st.dictionaries(st.sampled_from(["data", "x"]), SCALARS, max_size=1)),
    ),
    st.fixed_dictionaries({"extensions": st.lists(SCALARS, max_size=3)}),
)  # fmt: skip
EVENT = st.builds(
    lambda type_, data: {"type": type_, **data},
    st.builds(str.__add__, st.sampled_from(sorted(EVENTS)), st.sampled_from(["", ":K", ":a\nb"])),
    st.one_of(st.just({}), st.fixed_dictionaries({"data": DATA})),
)


def agree(schema: str, instance: JSON) -> bool:
    """Whether both validators say the same of a JSON value."""
    return fast_validator(schema).is_valid(instance) is validator(schema).is_valid(instance)


@given(st.sampled_from(sorted(SCHEMA_BY_NAME.values())), EVENT)
def test_validators_agree_on_any_event(other: str, event: dict[str, Any]) -> None:
    assert agree(SCHEMA_BY_NAME[event["type"].partition(":")[0]], event)
    assert agree(other, event)


@each([*NAMES, *dialogues()])
def test_validators_agree_on_each_file_of_vectors(name: str) -> None:
    schema = "vectors-dialogue" if name.startswith("dialogues/") else f"vectors-{name}"
    assert agree(schema, load(name))
    assert agree(schema, list(load(name).values()))


@each(schemas().keys())
def test_validators_agree_on_the_examples_of_all_schemas(schema: str) -> None:
    for other in schemas().values():
        for example in other["examples"]:
            assert agree(schema, example), json.dumps(example)


@each(by_id("frames"))
def test_validators_agree_on_frame(vector: Any) -> None:
    try:
        envelope = decode(joined(vector["text"])).envelope()
    except MalformedFrame:
        return
    assert all(agree(schema, envelope) for schema in SCHEMA_BY_NAME.values())


@each(by_id("patches"))
def test_validators_agree_on_patch(vector: Any) -> None:
    if "patch" in vector:
        assert agree("json-patch", vector["patch"])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event("_SET:A", {}), None),
        (Event("_SET:A", []), "at /data: [] is not of type 'object'"),
        (Event("_TOAST", {"type": "info"}), "at /data: 'message' is a required property"),
        (Event("_SET"), "at the root: 'data' is a required property"),
        (Event("_LATER:A", 1), None),
    ],
    ids=["valid", "data", "member", "absent", "unknown"],
)
def test_violation_says_what_is_invalid_and_where(event: Event, expected: str | None) -> None:
    assert violation(event) == expected


def test_lone_surrogate_is_left_to_the_other_validator() -> None:
    assert deviation("set", {"type": "_SET:\ud800", "data": {}}) is None
    assert deviation("set", {"type": "_SET:\ud800", "data": []}) is not None


def test_final_line_break_is_judged_as_before() -> None:
    event = {"type": "_DOWNLOAD", "data": {"filename": "a", "data": "YQ==\n"}}
    assert deviation("download", event) is None


@each(EVENTS.keys())
def test_requirement_of_an_event_exists_and_binds_its_senders(name: str) -> None:
    schema = EVENTS[name]
    assert schema.requirements.keys() <= schema.senders
    for sender in schema.senders:
        assert requirements()[schema.requirement(sender)].binds(sender)
