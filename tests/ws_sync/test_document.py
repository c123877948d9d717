"""Tests of `ws_sync.document`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import names, values
from ws_sync.codec import JSON, encode
from ws_sync.document import Document
from ws_sync.equality import equal
from ws_sync.patch import apply

states = st.dictionaries(names, values, min_size=1, max_size=4)


def texts(state: dict[str, JSON]) -> dict[str, str]:
    return {name: encode(value) for name, value in state.items()}


@given(states, st.data())
def test_difference_makes_the_new_state_of_the_old_one(
    old: dict[str, JSON], data: st.DataObject
) -> None:
    new = {name: data.draw(values) for name in old}
    document = Document(texts(old))
    patch, _ = document.difference(texts(new))
    assert equal(apply(old, json.loads(patch or "[]")), new)
    document.advance(texts(new))
    assert document.difference(texts(new)) == ("", [])
    assert equal(document.value(), new)


@given(states, st.data())
def test_difference_is_never_longer_than_replacing_the_attributes(
    old: dict[str, JSON], data: st.DataObject
) -> None:
    new = {name: data.draw(values) for name in old}
    patch, changed = Document(texts(old)).difference(texts(new))
    whole = [{"op": "replace", "path": _pointer(name), "value": new[name]} for name in changed]
    assert len(patch) <= len(encode(whole))


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def test_difference_is_empty_when_only_the_form_of_a_number_changed() -> None:
    assert Document({"a": "1"}).difference({"a": "1.0"}) == ("", [])


def test_difference_adds_an_attribute_that_the_peer_does_not_hold() -> None:
    patch, changed = Document({}).difference({"a/b": "1"})
    assert json.loads(patch) == [{"op": "add", "path": "/a~1b", "value": 1}]
    assert changed == ["a/b"]


def test_difference_sends_an_attribute_that_is_not_known_whole() -> None:
    document = Document({"a": "[1,2]", "b": "1"})
    document.forget(["a", "c"])
    patch, _ = document.difference({"a": "[1,2]", "b": "1"})
    assert json.loads(patch) == [{"op": "replace", "path": "/a", "value": [1, 2]}]
    assert document.value() == {"b": 1}


def test_differing_names_attributes_by_their_text() -> None:
    assert Document({"a": "1", "b": "2"}).differing({"a": "1", "b": "3", "c": "4"}) == ["b", "c"]


def test_follow_takes_over_a_patch_of_the_peer() -> None:
    document = Document({"a": "[1]", "b": '"unread"'})
    document.follow([{"op": "add", "path": "/a/-", "value": 2}], {"a"})
    assert document.value() == {"a": [1, 2], "b": "unread"}


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "remove", "path": "/a/7"}],
        [{"op": "remove", "path": "/a"}],
        [{"op": "replace", "path": "", "value": 5}],
    ],
    ids=["fails", "removes", "scalar"],
)
def test_follow_forgets_what_it_can_not_follow(patch: JSON) -> None:
    document = Document({"a": "[1]", "b": "2"})
    document.follow(patch, {"a"})
    assert document.value() == {"b": 2}


def test_follow_finds_an_attribute_that_was_forgotten() -> None:
    document = Document({"a": "[1]"})
    document.forget(["a"])
    document.follow([{"op": "replace", "path": "/a", "value": 3}], {"a"})
    assert document.value() == {"a": 3}


def test_follow_state_takes_over_members() -> None:
    document = Document({"a": "1", "b": "2"})
    document.follow_state({"a": [3]})
    assert document.value() == {"a": [3], "b": 2}
