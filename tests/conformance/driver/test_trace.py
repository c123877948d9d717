"""Large frames in a dialogue."""

from __future__ import annotations

import pytest

from conformance.driver.trace import WHOLE, Trace
from conformance.spec import deviation


@pytest.mark.parametrize("payload", ["a" * WHOLE, b"a" * WHOLE], ids=["text", "bytes"])
def test_frame_is_kept_whole_up_to_a_size(payload: str | bytes) -> None:
    trace = Trace()
    trace.add("A", "sent", payload)
    assert trace.entries[0].payload == payload
    assert "leftOut" not in trace.entries[0].as_json()


@pytest.mark.parametrize("half", ["a" * WHOLE, b"a" * WHOLE], ids=["text", "bytes"])
def test_large_frame_loses_its_middle(half: str | bytes) -> None:
    trace = Trace()
    trace.add("A", "sent", half * 2)
    entry = trace.entries[0]
    assert (len(entry.payload), entry.left_out) == (WHOLE, WHOLE)
    assert deviation("trace", [entry.as_json()]) is None
    assert entry.as_json()["leftOut"] == WHOLE


def test_line_tells_the_whole_length() -> None:
    trace = Trace()
    trace.add("A", "sent", "b" + "a" * 999_998 + "c")
    assert "…999700 characters…" in trace.entries[0].line()
    assert trace.last_sent() == f"A -> b{'a' * 149} …999700 characters… {'a' * 149}c"
