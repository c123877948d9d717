"""Patches in place have the same result as the kit's oracle, or none."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.protocol.mirror import Inapplicable as Refused
from conformance.protocol.mirror import Mirror
from conformance.protocol.wire import same
from conformance.proxy.patching import Inapplicable, PatchTooLarge, apply
from conformance.spec import deviation
from tests.tables import each
from tests.vectors.files import by_id, patch_of

NAMES = st.sampled_from(["a", "b", "a/b", "~", "", "0", "-"])
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
POINTERS = st.lists(st.sampled_from(["a", "b", "a~1b", "~0", "", "0", "1", "-", "01"]), max_size=3)
PATHS = POINTERS.map(lambda tokens: "".join(f"/{token}" for token in tokens))
OPERATIONS = st.one_of(
    st.builds(lambda p, v: {"op": "add", "path": p, "value": v}, PATHS, VALUES),
    st.builds(lambda p, v: {"op": "replace", "path": p, "value": v}, PATHS, VALUES),
    st.builds(lambda p, v: {"op": "test", "path": p, "value": v}, PATHS, VALUES),
    st.builds(lambda p: {"op": "remove", "path": p}, PATHS.filter(bool)),
    st.builds(lambda f, p: {"op": "copy", "from": f, "path": p}, PATHS, PATHS),
    st.builds(lambda f, p: {"op": "move", "from": f, "path": p}, PATHS.filter(bool), PATHS),
)


def applied(document: Any, patch: Any) -> Any:
    """Return the document after a patch, which must not change if that fails."""
    root = [copy.deepcopy(document)]
    try:
        apply(root, copy.deepcopy(patch))
    except Inapplicable:
        assert root[0] == document
        raise
    return root[0]


@each(by_id("patches"))
def test_vectors(vector: Any) -> None:
    patch = patch_of(vector)
    if "result" in vector:
        assert same(applied(vector["document"], patch), vector["result"])
    elif deviation("json-patch", patch) is None and vector["id"] != "growth-by-copying":
        with pytest.raises(Inapplicable):  # another shape is judged before it is applied
            applied(vector["document"], patch)


@settings(max_examples=150)
@given(st.dictionaries(NAMES, VALUES, max_size=4), st.lists(OPERATIONS, max_size=4))
def test_it_is_as_the_oracle_has_it(document: dict[str, Any], patch: list[Any]) -> None:
    mirror = Mirror()
    mirror.set("K", copy.deepcopy(document))
    try:
        mirror.patch("K", copy.deepcopy(patch))
    except Refused:
        with pytest.raises(Inapplicable):
            applied(document, patch)
    else:
        assert same(applied(document, patch), mirror["K"])


def test_copies_without_measure_are_given_up_and_taken_back() -> None:
    root: list[Any] = [{"a": [0] * 100}]
    with pytest.raises(PatchTooLarge):
        apply(root, [{"op": "copy", "from": "/a", "path": "/a/-"}] * 30)
    assert root == [{"a": [0] * 100}]
