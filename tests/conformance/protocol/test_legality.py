"""The judge of a server's frames: legal frames, and the requirements of illegal ones."""

from __future__ import annotations

import pytest

from conformance.protocol.legality import ServerLegality

SET = '{"type":"_SET:A","data":{"x":1}}'
PATCH_TEST = '{"type":"_PATCH:A","data":[{"op":"test","path":"/x","value":2}]}'
META = '{"type":"_BIN_META","data":{"type":"_ACTION:A","metadata":{}}}'


def broken(*frames: str | bytes) -> list[str | None]:
    """The requirements that a sequence of frames breaks."""
    judge = ServerLegality()
    for frame in frames:
        if isinstance(frame, bytes):
            judge.binary(frame)
        else:
            judge.text(frame)
    return [violation.requirement for violation in judge.violations]


def test_legal_sequence_passes_and_is_mirrored() -> None:
    judge = ServerLegality()
    judge.text(SET)
    judge.text('{"type":"_PATCH:A","data":[{"op":"replace","path":"/x","value":2}],"rev":7}')
    judge.text(META)
    judge.binary(b"")
    judge.text('{"type":"custom","data":5}')
    judge.text('{"type":"_FUTURE"}')
    judge.text('{"type":"_DISCONNECT","data":"bye"}')
    assert not judge.violations
    assert judge.mirror["A"] == {"x": 2}


@pytest.mark.parametrize(
    ("frames", "requirement"),
    [
        (["hello"], "events-strict-json"),
        (["[]"], "events-envelope"),
        (['{"type":"_USER_SESSION","data":{"user":"u","session":"s"}}'], "events-envelope"),
        (['{"type":"_SET:A","data":[]}'], "state-object"),
        ([SET, '{"type":"_SET:A","data":{"y":1}}'], "state-attributes-fixed"),
        (['{"type":"_PATCH:A","data":[]}'], "connection-state-before-patch"),
        ([SET, '{"type":"_PATCH:A","data":{}}'], "patch-shape"),
        ([SET, '{"type":"_PATCH:A","data":[{"op":"add","path":"x","value":1}]}'], "patch-shape"),
        ([SET, '{"type":"_PATCH:A","data":[{"op":"remove","path":"/y"}]}'], "patch-applicable"),
        ([SET, PATCH_TEST], "patch-applicable"),
        ([b"bytes"], "binary-pair"),
        ([META, SET], "binary-pair"),
        ([META, META], "binary-pair"),
        ([META, b"", b""], "binary-pair"),
        (['{"type":"_BIN_META","data":{"type":"a"}}'], "binary-malformed"),
        (['{"type":"_TOAST","data":{"type":"loud","message":""}}'], "notices-toast"),
        (['{"type":"_DOWNLOAD","data":{"filename":"a","data":"?"}}'], "notices-download"),
        (['{"type":"_DISCONNECT","data":null}'], "session-disconnect-text"),
        (['{"type":"_DISCONNECT","data":"bye"}', SET], "session-takeover-disconnect"),
        (['{"type":"_ACTION:A","data":{}}'], "actions-shape"),
    ],
)  # fmt: skip
def test_illegal_frame_is_blamed_on_its_requirement(
    frames: list[str | bytes], requirement: str
) -> None:
    assert broken(*frames)[0] == requirement
