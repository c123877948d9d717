"""The files of vectors are valid by their schemas, and name existing requirements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import deviation, requirements
from tests.vectors.files import DIFFERENCES, NAMES, dialogues, load

SUITE = "suite"
"""The name of npm's `json-patch-test-suite` in the table of differences."""


def vectors(name: str) -> Iterator[Any]:
    """All vectors of a file."""
    for value in load(name).values():
        if isinstance(value, list):
            yield from value


def named_requirements(value: Any) -> Iterator[str]:
    """All ids of requirements in a JSON value."""
    if isinstance(value, list):
        for element in value:
            yield from named_requirements(element)
    elif isinstance(value, dict):
        yield from value.get("requirements", [])
        if "requirement" in value:
            yield value["requirement"]
        for member in (value.get(name) for name in ("vectors", "syntax", "evaluation", "steps")):
            yield from named_requirements(member)
        yield from named_requirements(value.get("nothing"))


@pytest.mark.parametrize("name", [*NAMES, *dialogues()])
def test_file_is_valid_by_its_schema(name: str) -> None:
    schema = "vectors-dialogue" if name.startswith("dialogues/") else f"vectors-{name}"
    assert deviation(schema, load(name)) is None


@pytest.mark.parametrize("name", [*NAMES, *dialogues()])
def test_file_names_only_requirements_that_exist(name: str) -> None:
    assert set(named_requirements(load(name))) <= requirements().keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_id_of_a_vector_stands_twice(name: str) -> None:
    ids = [vector["id"] for vector in vectors(name)]
    assert len(ids) == len(set(ids))


def test_frames_have_a_good_and_a_refused_one_of_each_event_with_data() -> None:
    seen = {(v["event"]["name"], v["verdict"]) for v in load("frames")["vectors"] if "event" in v}
    without_refusal = {"_GET", "_REQUEST_USER_SESSION", "_HELLO"}
    for name in SCHEMA_BY_NAME.keys() - {"_HELLO"}:
        assert (name, "event") in seen
        assert name in without_refusal or (name, "refused") in seen


def test_there_are_ten_dialogues_in_order() -> None:
    assert [int(name[10:12]) for name in dialogues()] == list(range(1, 11))


def test_table_of_differences_names_only_vectors_that_exist() -> None:
    for implementation, files in json.loads(DIFFERENCES.read_text(encoding="utf-8")).items():
        for file, table in files.items():
            if file != SUITE:
                known = {vector["id"] for vector in vectors(file)}
                assert table.keys() <= known, implementation
            assert all(table.values()), implementation
