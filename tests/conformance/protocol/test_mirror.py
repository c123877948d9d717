"""The mirror: `_SET`, patches and edits."""

from __future__ import annotations

import pytest

from conformance.protocol.mirror import Inapplicable, Mirror


def test_set_replaces_and_remembers_what_was_before() -> None:
    mirror = Mirror()
    mirror.set("A", {"x": 1})
    assert mirror.before_set("A") == {"x": 1}
    mirror.patch("A", [{"op": "replace", "path": "/x", "value": 2}])
    mirror.set("A", {"x": 3})
    assert mirror.before_set("A") == {"x": 2}
    assert mirror.versions("A") == [{"x": 1}, {"x": 2}, {"x": 3}]


def test_patch_that_fails_changes_nothing() -> None:
    mirror = Mirror()
    mirror.set("A", {"x": [1]})
    with pytest.raises(Inapplicable):
        mirror.patch(
            "A", [{"op": "add", "path": "/x/-", "value": 2}, {"op": "remove", "path": "/y"}]
        )
    assert mirror["A"] == {"x": [1]}


def test_patch_tells_one_from_true() -> None:
    mirror = Mirror()
    mirror.set("A", {"x": 1})
    with pytest.raises(Inapplicable):
        mirror.patch("A", [{"op": "test", "path": "/x", "value": True}])
