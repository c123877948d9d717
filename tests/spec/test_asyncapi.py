"""The AsyncAPI document says of the events what the schemas and the pages say.

That it is valid AsyncAPI is judged by AsyncAPI's own parser: `tools/asyncapi/validate.mjs`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance import spec
from conformance.protocol.wire import SCHEMA_BY_NAME

ROOT = Path(__file__).parents[2]
ACTION = {"server": "send", "client": "receive"}
REPLIES = {"_GET": "_SET", "_REQUEST_USER_SESSION": "_USER_SESSION", "_HELLO": "_HELLO"}
NO_EVENT_OF_THE_PROTOCOL = {"binary frame", "custom event"}


@cache
def document() -> dict[str, Any]:
    """The document, its references unresolved."""
    text = (spec.directory() / "asyncapi.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def messages() -> dict[str, dict[str, Any]]:
    """The messages that are events of the protocol, by their names without a key."""
    return {
        message["name"].partition(":")[0]: message
        for message in document()["components"]["messages"].values()
        if message["name"] not in NO_EVENT_OF_THE_PROTOCOL
    }


def names(references: list[dict[str, str]]) -> list[str]:
    """The events that references to the channel's messages lead to."""
    found = []
    for reference in references:
        start, _, last = reference["$ref"].rpartition("/")
        assert start == "#/channels/connection/messages"
        there = document()["channels"]["connection"]["messages"][last]
        assert there == {"$ref": f"#/components/messages/{last}"}
        found.append(document()["components"]["messages"][last]["name"].partition(":")[0])
    return found


def test_events_are_those_of_the_protocol_with_their_schemas() -> None:
    payloads = {name: message["payload"] for name, message in messages().items()}
    assert payloads == {
        name: {"$ref": f"schemas/{schema}.json"} for name, schema in SCHEMA_BY_NAME.items()
    }


def test_name_of_a_message_is_the_title_of_its_schema() -> None:
    for name, message in messages().items():
        assert message["name"] == spec.schemas()[SCHEMA_BY_NAME[name]]["title"]


def test_channel_offers_every_message() -> None:
    assert (
        document()["channels"]["connection"]["messages"].keys()
        == document()["components"]["messages"].keys()
    )


def test_directions_are_those_of_the_schemas() -> None:
    found = {
        (name, operation["action"])
        for operation in document()["operations"].values()
        for name in names(operation["messages"])
        if name not in NO_EVENT_OF_THE_PROTOCOL
    }
    expected = {
        (name, ACTION[sender])
        for name, schema in SCHEMA_BY_NAME.items()
        for sender in spec.schemas()[schema]["x-senders"]
    }
    assert found == expected


def test_name_of_an_operation_begins_with_its_action() -> None:
    for name, operation in document()["operations"].items():
        assert name.startswith(operation["action"])


@pytest.mark.parametrize(("request_", "reply"), REPLIES.items())
def test_request_has_its_reply(request_: str, reply: str) -> None:
    replies = [
        names(operation["reply"]["messages"])
        for operation in document()["operations"].values()
        if names(operation["messages"]) == [request_] and "reply" in operation
    ]
    assert replies
    assert all(found == [reply] for found in replies)


def test_nothing_else_has_a_reply() -> None:
    asked = {
        name
        for operation in document()["operations"].values()
        if "reply" in operation
        for name in names(operation["messages"])
    }
    assert asked == REPLIES.keys()


def test_binary_frame_follows_its_announcement_in_both_directions() -> None:
    pairs = {
        operation["action"]
        for operation in document()["operations"].values()
        if names(operation["messages"]) == ["_BIN_META", "binary frame"]
    }
    assert pairs == {"send", "receive"}


@pytest.mark.parametrize("name", SCHEMA_BY_NAME)
def test_examples_are_those_of_the_schema(name: str) -> None:
    found = [example["payload"] for example in messages()[name]["examples"]]
    assert found == spec.schemas()[SCHEMA_BY_NAME[name]]["examples"]


def test_requirements_exist() -> None:
    for message in document()["components"]["messages"].values():
        assert message["x-requirements"]
        assert set(message["x-requirements"]) <= spec.requirements().keys()


def test_links_in_descriptions_lead_to_pages_and_requirements() -> None:
    text = (spec.directory() / "asyncapi.yaml").read_text(encoding="utf-8")
    links = re.findall(r"\[([^\]]+)\]\((\w+\.md)(?:#([\w-]+))?\)", re.sub(r"\s+", " ", text))
    assert links
    for label, page, anchor in links:
        assert (spec.directory() / page).is_file()
        if label.startswith("`"):
            assert label.strip("`") == anchor
            assert spec.requirements()[anchor].page == page


def test_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert document()["info"]["version"] == project["version"]
