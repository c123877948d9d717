"""The verifiers: the text of a violation names the members that differ."""

from __future__ import annotations

import pytest

from conformance.driver import expect
from conformance.errors import Violation
from conformance.protocol.wire import JSON


@pytest.mark.parametrize(
    ("received", "expected", "wanted", "got"),
    [
        (
            {"a": 1, "b": 2, "c": 3},
            {"a": 1, "b": 0, "c": 3},
            'it: {"b":0}, and 2 equal members',
            "'b': 2 instead of 0",
        ),
        ({"a": 1}, {"a": 1, "b": 0}, 'it: {"b":0}, and 1 equal member', "no 'b'"),
        ({"a": 1, "b": 2}, {"a": 1}, 'it: {"a":1}', "an extra 'b': 2"),
        ({"a": True}, {"a": 1}, 'it: {"a":1}', "'a': true instead of 1"),
        ([1], {"a": 1}, 'it: {"a":1}', "[1]"),
    ],
    ids=["one-of-three", "missing", "besides", "all", "no-object"],
)
def test_difference_names_what_differs(
    received: JSON, expected: JSON, wanted: str, got: str
) -> None:
    with pytest.raises(Violation) as raised:
        expect.equal(received, expected, "it")
    assert (raised.value.expected, raised.value.received) == (wanted, got)
