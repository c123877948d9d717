"""The kit's decoder, judge and oracle against the vectors.

`differences.json` explains where the libraries below it interpret the RFCs differently.
"""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

from jsonpointer import JsonPointer, JsonPointerException

from conformance.protocol.legality import ServerLegality
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.schemas import EVENTS
from conformance.protocol.wire import ABSENT, Event, MalformedFrame, decode, same
from tests.tables import each
from tests.vectors.files import by_id, data_of, joined, judge, load, patch_of

DOCUMENTS = load("pointers")["documents"]


@each(by_id("frames"))
def test_decoder_reads_frame(vector: Any) -> None:
    judge("kit", "frames", vector, difference_in_frame(vector))


def difference_in_frame(vector: Any) -> str | None:
    """How the decoder and the schemas differ from a vector, or None."""
    try:
        event = decode(joined(vector["text"]))
    except MalformedFrame as error:
        return None if vector["verdict"] == "malformed" else str(error)
    if vector["verdict"] == "malformed":
        return f"reads the event {event.type!r}"
    expected = vector["event"]
    if (event.name, event.key) != (expected["name"], expected["key"]):
        return f"reads the type {event.type!r}"
    data = None if event.data is ABSENT else event.data
    if not same(data, data_of(vector)):
        return f"reads the data {event.data!r}"
    found = verdict(event, vector.get("receiver"))
    return None if found == vector["verdict"] else f"takes the event as {found}"


def verdict(event: Event, receiver: str | None) -> str:
    """The verdict about a well-formed event by its name and its schema, for a receiver."""
    schema = EVENTS.get(event.name)
    if schema is None or (receiver == "server" and "client" not in schema.senders):
        return "ignored"
    return "event" if schema.violation(event.envelope()) is None else "refused"


@each(by_id("pointers", "syntax"))
def test_pointer_library_parses(vector: Any) -> None:
    try:
        tokens = JsonPointer(vector["pointer"]).parts
    except (JsonPointerException, TypeError) as error:
        difference = None if "failure" in vector else str(error)
    else:
        difference = None if tokens == vector.get("tokens") else f"parses it as {tokens}"
    judge("kit", "pointers", vector, difference)


@each(by_id("pointers", "evaluation"))
def test_pointer_library_evaluates(vector: Any) -> None:
    try:
        value = JsonPointer(vector["pointer"]).resolve(DOCUMENTS[vector["document"]])
    except JsonPointerException as error:
        difference = None if "failure" in vector else str(error)
    else:
        right = "value" in vector and same(value, vector["value"])
        difference = None if right else f"finds {value!r}"
    judge("kit", "pointers", vector, difference)


@each(by_id("patches"))
def test_mirror_applies_patch_as_a_whole_or_not_at_all(vector: Any) -> None:
    mirror = Mirror()
    document = copy.deepcopy(vector["document"])
    mirror.set("A", document)
    try:
        mirror.patch("A", patch_of(vector))
    except Inapplicable as error:
        difference = None if "failure" in vector else str(error)
        assert same(mirror["A"], vector["document"])
    else:
        right = "result" in vector and same(mirror["A"], vector["result"])
        difference = None if right else "accepts it"
    assert json.dumps(document) == json.dumps(vector["document"])
    judge("kit", "patches", vector, difference)


@each(by_id("equality"))
def test_values_are_compared(vector: Any) -> None:
    left, right = json.loads(vector["left"]), json.loads(vector["right"])
    assert same(left, right) is vector["equal"]
    assert same(right, left) is vector["equal"]


@each(by_id("equality"))
def test_mirror_compares_values_in_a_test_operation(vector: Any) -> None:
    mirror = Mirror()
    mirror.set("A", {"value": json.loads(vector["left"])})
    test = {"op": "test", "path": "/value", "value": json.loads(vector["right"])}
    try:
        mirror.patch("A", [test])
    except Inapplicable:
        difference = "refuses it" if vector["equal"] else None
    else:
        difference = None if vector["equal"] else "accepts it"
    judge("kit", "equality", vector, difference)


@each(by_id("binary"))
def test_legality_accuses_only_illegal_pairs(vector: Any) -> None:
    connections = [ServerLegality()]
    for step in vector["steps"]:
        if "end" in step:
            connections.append(ServerLegality())
        elif "text" in step:
            connections[-1].text(step["text"])
        else:
            connections[-1].binary(base64.b64decode(step["binary"]))
    accused = any(legality.violations for legality in connections)
    judge("kit", "binary", vector, None if accused is not vector["legal"] else "judges otherwise")
