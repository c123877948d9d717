"""Decoding, encoding and comparing, by the specification."""

from __future__ import annotations

import pytest

from conformance.protocol.wire import ABSENT, JSON, Event, MalformedFrame, compact, decode, same


@pytest.mark.parametrize(
    ("type_", "name", "key"),
    [
        ("_SET:A", "_SET", "A"),
        ("_SET:", "_SET", ""),
        ("_SET:a:b/c", "_SET", "a:b/c"),
        ("_TOAST", "_TOAST", None),
        (":A", "", "A"),
    ],
)
def test_key_is_all_behind_the_first_colon(type_: str, name: str, key: str | None) -> None:
    assert (Event(type_).name, Event(type_).key) == (name, key)


def test_decode_tells_absent_data_from_null() -> None:
    assert decode('{"type":"a"}').data is ABSENT
    assert decode('{"type":"a","data":null}').data is None


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("\ufeff{}", "connection-text"),
        ("{", "events-strict-json"),
        ('{"type":"a","data":NaN}', "events-strict-json"),
        ('{"type":"a","data":-Infinity}', "events-strict-json"),
        ("[]", "events-envelope"),
        ('{"type":5}', "events-envelope"),
        ("{}", "events-envelope"),
        ('{"type":"a","data":"\\ud800"}', "events-lone-surrogate"),
        ('{"type":"a","data":' + "[" * 100_000 + "]" * 100_000 + "}", "events-depth-limit"),
    ],
)
def test_decode_names_the_requirement_that_a_frame_breaks(text: str, requirement: str) -> None:
    with pytest.raises(MalformedFrame) as caught:
        decode(text)
    assert caught.value.requirement == requirement


def test_compact_keeps_characters_and_escapes_lone_surrogates() -> None:
    assert compact({"é": "😀"}) == '{"é":"😀"}'
    assert compact("\ud800") == '"\\ud800"'


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        (None, False, False),
        ("1", 1, False),
        ([1, [True]], [1, [1]], False),
        ({"a": [1.0]}, {"a": [1]}, True),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ([], {}, False),
        (10**400, 10**400, True),
    ],
)
def test_equality_follows_the_types_of_json(left: JSON, right: JSON, equal: bool) -> None:
    assert same(left, right) is equal
    assert same(right, left) is equal
