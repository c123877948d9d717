"""Tests of `ws_sync._core.protocol.binary_pairs`."""

from __future__ import annotations

import pytest

from ws_sync._core.json.codec import JSON
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync.exceptions import Refused


def meta(event: str = "_ACTION:K", **metadata: JSON) -> JSON:
    return {"type": event, "metadata": metadata}


@pytest.mark.parametrize("event", ["_ACTION:K", "_TASK_START:K", "mine"])
def test_pair_is_one_event(event: str) -> None:
    pairing = Pairing()
    pairing.announce(meta(event, label="x"))
    assert pairing.complete(b"1") == (event, {"label": "x", "data": b"1"})


def test_newest_announcement_wins() -> None:
    pairing = Pairing()
    pairing.announce(meta(label="old"))
    pairing.announce(meta(label="new"))
    assert pairing.complete(b"").data["label"] == "new"
    with pytest.raises(Refused):
        pairing.complete(b"")


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"metadata": {}},
        {"type": 1, "metadata": {}},
        {"type": "_ACTION:K"},
        {"type": "_ACTION:K", "metadata": None},
        meta(data=1),
        meta("_SET:K"),
        meta("_BIN_META"),
    ],
    ids=["null", "array", "no type", "type", "none", "null metadata", "data", "set", "itself"],
)
def test_bad_announcement_is_refused_together_with_its_bytes(data: JSON) -> None:
    pairing = Pairing()
    pairing.announce(meta())
    with pytest.raises(Refused):
        pairing.announce(data)
    with pytest.raises(Refused):
        pairing.complete(b"")
