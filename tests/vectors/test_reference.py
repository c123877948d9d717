"""The reference's core against the vectors."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from tests.tables import each
from tests.vectors.files import by_id, data_of, joined, judge, load, patch_of
from ws_sync._core.json.codec import JSON, Event, decode, decode_value, encode
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import parse
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync._core.protocol.events import BIN_META, split_event
from ws_sync.exceptions import MalformedFrame, Refused

DOCUMENTS = load("pointers")["documents"]


@each(by_id("frames"))
def test_codec_reads_frame(vector: Any) -> None:
    judge("reference", "frames", vector, difference_in_frame(vector))


def difference_in_frame(vector: Any) -> str | None:
    """How the codec differs from a vector, or None."""
    try:
        event = decode(joined(vector["text"]))
    except MalformedFrame as error:
        return None if vector["verdict"] == "malformed" else str(error)
    if vector["verdict"] == "malformed":
        return f"reads the event {event.type!r}"
    expected = vector["event"]
    if split_event(event.type) != (expected["name"], expected["key"]):
        return f"reads the type {event.type!r}"
    return None if equal(event.data, data_of(vector)) else f"reads the data {event.data!r}"


@each(by_id("pointers", "syntax"))
def test_pointer_is_parsed(vector: Any) -> None:
    if "failure" in vector:
        with pytest.raises(Refused):
            parse(vector["pointer"])
    else:
        assert parse(vector["pointer"]) == tuple(vector["tokens"])


@each(by_id("pointers", "evaluation"))
def test_pointer_is_evaluated(vector: Any) -> None:
    document = DOCUMENTS[vector["document"]]
    add_copy = [{"op": "copy", "from": vector["pointer"], "path": ""}]
    if "failure" in vector:
        with pytest.raises(Refused):
            apply(document, add_copy)
    else:
        assert equal(apply(document, add_copy), vector["value"])


@each(by_id("patches"))
def test_patch_is_applied_as_a_whole_or_not_at_all(vector: Any) -> None:
    document = copy.deepcopy(vector["document"])
    if "failure" in vector:
        with pytest.raises(Refused):
            apply(document, patch_of(vector))
    else:
        assert equal(apply(document, patch_of(vector)), vector["result"])
    assert encode(document) == encode(vector["document"])  # the same, including the order


@each(by_id("equality"))
def test_values_are_compared(vector: Any) -> None:
    left, right = decode_value(vector["left"]), decode_value(vector["right"])
    assert equal(left, right) is vector["equal"]
    assert equal(right, left) is vector["equal"]


@each(by_id("binary"))
def test_pairing_delivers_events(vector: Any) -> None:
    pairing = Pairing()
    for step in vector["steps"]:
        if "end" in step:
            pairing = Pairing()
        else:
            assert received(pairing, step) == delivered(step)


def received(pairing: Pairing, step: Any) -> Event | None:
    """The event of a frame for a session that handles only `_ACTION`, or None."""
    try:
        if "binary" in step:
            event = pairing.complete(base64.b64decode(step["binary"]))
        else:
            event = decode(step["text"])
        if event.type == BIN_META:
            pairing.announce(event.data)
            return None
    except (MalformedFrame, Refused):
        return None
    return event if split_event(event.type)[0] == "_ACTION" else None


def delivered(step: Any) -> Event | None:
    """The event that a step expects to be handled, or None."""
    if "delivers" not in step:
        return None
    event = step["delivers"]
    data: JSON = event["data"]
    if "bytes" in event:
        data = {**data, "data": base64.b64decode(event["bytes"])}
    return Event(event["type"], data)
