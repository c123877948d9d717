"""The contract table agrees with its page and its schema."""

from __future__ import annotations

import json
import re

from conformance import spec
from conformance.protocol import contract
from conformance.spec import deviation, schemas

PAGE = (spec.directory() / "testee.md").read_text(encoding="utf-8")
SCHEMA = schemas()["testee"]["properties"]


def rows(title: str) -> list[list[str]]:
    """The cells of all tables in a section of the page."""
    part = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (`.*) \|$", part, re.MULTILINE)
    return [line.split(" | ") for line in lines]


def names(cell: str) -> list[str]:
    """The names between backticks in a cell."""
    return re.findall(r"`([^`]*)`", cell)


def test_initial_state_is_that_of_the_page() -> None:
    features, *attributes = rows("Documents")[4:]
    written = {
        name: json.loads(value)
        for cells in attributes
        for name, value in zip(names(cells[0]), names(cells[1]), strict=True)
    }
    assert names(features[0]) == ["features"]
    assert written == contract.INITIAL


def test_initial_state_is_valid_and_new_each_time() -> None:
    state = contract.initial_state(contract.FEATURES)
    assert deviation("testee", state) is None
    state["items"].append(1)
    assert contract.initial_state()["items"] == contract.INITIAL["items"] == []
    assert deviation("testee-value", contract.INITIAL_VALUE) is None


def test_attributes_are_those_of_the_schema() -> None:
    assert contract.initial_state().keys() == SCHEMA.keys()
    assert {*contract.ASSIGNABLE, *contract.READ_ONLY} == SCHEMA.keys()
    assert [name for name in SCHEMA if not SCHEMA[name]] == [*contract.ASSIGNABLE]


def test_keys_and_their_features_are_those_of_the_page() -> None:
    documents = rows("Documents")[:4]
    assert [names(cells[0])[0] for cells in documents] == contract.keys_for(contract.FEATURES)
    announced = [names(cells[0])[0] for cells in documents if not cells[1].startswith("no")]
    assert announced == [*contract.ANNOUNCED]
    assert contract.keys_for(()) == ["TESTEE", "SECOND"]


def test_features_are_those_of_the_schema_and_the_page() -> None:
    assert SCHEMA["features"]["items"]["enum"] == [*contract.FEATURES]
    part = PAGE.partition("\n## Features\n")[2].partition("A case that")[0]
    assert names(part)[1:] == [*contract.FEATURES]
    needed = {*contract.ACTIONS.values(), *contract.KEY_FEATURES.values()} - {None}
    assert needed == set(contract.FEATURES) - {"tasks", "user-session"}


def test_actions_are_those_of_the_page() -> None:
    assert [names(cells[0])[0] for cells in rows("Actions on `TESTEE`")] == [*contract.ACTIONS]
