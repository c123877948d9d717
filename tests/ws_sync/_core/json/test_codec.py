"""Tests of `ws_sync._core.json.codec`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from tests.ws_sync.strategies import values
from ws_sync._binding.attributes import to_json
from ws_sync._core.json.codec import (
    JSON,
    MAX_DEPTH,
    MAX_VALUE_DEPTH,
    decode,
    decode_value,
    encode,
    frame,
    frame_prefix,
)
from ws_sync.exceptions import MalformedFrame, NotJSON


def nested(depth: int) -> JSON:
    value: JSON = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


MALFORMED = {
    "empty": "",
    "word": "hello",
    "byte order mark": '\ufeff{"type":"x"}',
    "null": "null",
    "number": "1",
    "float": "1.5",
    "boolean": "true",
    "string": '"x"',
    "array": "[]",
    "no type": '{"data":1}',
    "type null": '{"type":null}',
    "type number": '{"type":1}',
    "type object": '{"type":{}}',
    "NaN": '{"type":"x","data":NaN}',
    "Infinity": '{"type":"x","data":[-Infinity]}',
    "overflow": '{"type":"x","data":1e400}',
    "lone high surrogate": '{"type":"x","data":"\\ud800"}',
    "lone low surrogate": '{"type":"x","data":"a\\uDC00b"}',
    "surrogate in a name": '{"type":"x","data":{"\\ud800":1}}',
    "member twice": '{"type":"x","data":{"a":1,"a":2}}',
    "type twice": '{"type":"x","type":"y"}',
    "huge integer": '{"type":"x","data":' + "1" * 5000 + "}",
    "deep": '{"type":"x","data":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
    "very deep": '{"type":"x","data":' + "[" * 100_000 + "]" * 100_000 + "}",
    "trailing": '{"type":"x"} {}',
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_decode_refuses_what_peers_read_differently(text: str) -> None:
    with pytest.raises(MalformedFrame):
        decode(text)


def test_decode_returns_type_and_data() -> None:
    assert decode('{"type":"_SET:K","data":{"a":[1,1.5,true,null]},"rev":3}') == (
        "_SET:K",
        {"a": [1, 1.5, True, None]},
    )


def test_decode_reads_absent_data_as_null() -> None:
    assert decode('{"type":"_GET:K"}').data is None


def test_decode_joins_a_surrogate_pair() -> None:
    assert decode('{"type":"x","data":"\\ud83d\\ude00"}').data == "😀"


def test_decode_accepts_many_shallow_arrays() -> None:
    assert len(decode('{"type":"x","data":[' + ",".join(["[]"] * 500) + "]}").data) == 500


def test_decode_accepts_values_as_deep_as_the_limit() -> None:
    text = json.dumps({"type": "x", "data": nested(MAX_DEPTH - 1)})
    assert decode(text).data == nested(MAX_DEPTH - 1)


@given(values)
def test_decode_value_is_the_inverse_of_encode(value: JSON) -> None:
    assert json.dumps(decode_value(encode(value))) == json.dumps(value)


def test_encode_is_compact_and_keeps_unicode() -> None:
    assert encode({"a": [1, (2,)], "ü": "😀\u2028"}) == '{"a":[1,[2]],"ü":"😀\u2028"}'


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (float("nan"), ""),
        ({"a": [1, float("inf")]}, "/a/1"),
        ({"a/b": {"~": object()}}, "/a~1b/~0"),
        ([("x", {1, 2})], "/0/1"),
        ({"a": {(1, 2): 3}}, "/a"),
        ({"a": ["ok", "\ud800"]}, "/a/1"),
        ({"a": {"\udfff": 1}}, "/a"),
        ({"ä": {"\ud800": {}}}, "/ä"),
        ([10**5000], "/0"),
    ],
    ids=["nan", "inf", "object", "set", "key", "surrogate", "name", "text", "integer"],
)
def test_encode_names_the_place_of_what_has_no_json_form(value: Any, path: str) -> None:
    with pytest.raises(NotJSON) as caught:
        encode(value)
    assert caught.value.path.startswith(path)


def test_encode_refuses_a_circle() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotJSON, match="circular"):
        encode(circle)


def test_encode_names_what_it_refuses_beside_a_circle() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotJSON, match="keys must be"):
        encode({(1, 2): circle})


def test_encode_keeps_a_value_shallow_enough_for_a_frame_around_it() -> None:
    assert encode(nested(MAX_VALUE_DEPTH))
    with pytest.raises(NotJSON, match="nesting levels"):
        encode(nested(MAX_VALUE_DEPTH + 1))


def test_encode_asks_the_default_for_what_json_does_not_know() -> None:
    assert encode([date(2024, 2, 29)], to_json) == '["2024-02-29"]'


def test_encode_asks_the_default_for_names_that_are_no_strings() -> None:
    def by_text(value: Any) -> Any:
        return {str(name): each for name, each in value.items()}

    assert encode({(1, 2): "x"}, by_text) == '{"(1, 2)":"x"}'
    with pytest.raises(NotJSON, match="keys must be"):
        encode({(1, 2): "x"})


def test_decode_keeps_a_long_integer_that_fits_a_double() -> None:
    assert decode_value("1" + "0" * 308) == 10**308


def test_frame_prefix_is_the_frame_up_to_its_data() -> None:
    assert frame_prefix("_PATCH:ü").decode() + "[]}" == frame("_PATCH:ü", "[]")


def test_frame_joins_encoded_parts() -> None:
    assert frame("_SET:ü", "{}") == '{"type":"_SET:ü","data":{}}'


def test_frame_leaves_absent_data_out() -> None:
    assert frame("_REQUEST_USER_SESSION") == '{"type":"_REQUEST_USER_SESSION"}'
