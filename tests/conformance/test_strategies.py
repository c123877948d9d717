"""What generated sequences are made of."""

from __future__ import annotations

import json

from hypothesis import given, settings

from conformance.sequence import Sequence
from conformance.strategies import Step, kinds_for, places, programs

FEATURES = frozenset(
    ["tasks", "binary", "toast", "client-actions", "typed-arguments", "errors", "download"]
)


@settings(max_examples=50, deadline=None)
@given(programs(FEATURES, frozenset()))
def test_program_is_json(program: list[Step]) -> None:
    assert json.loads(json.dumps(program)) == program


@settings(max_examples=50, deadline=None)
@given(programs(frozenset(), frozenset({"patch"})))
def test_program_keeps_to_features_and_what_is_left_in(program: list[Step]) -> None:
    assert {step["do"] for step in program} <= set(kinds_for(frozenset())) - {"patch"}


def test_every_kind_of_step_can_be_taken() -> None:
    for kind in kinds_for(FEATURES):
        assert hasattr(Sequence, "_" + kind.replace("-", "_"))


def test_places_are_escaped_pointers() -> None:
    assert list(places({"a/b": [{"~": 1}]})) == ["/a~1b", "/a~1b/0", "/a~1b/0/~0"]
