"""Tests of `ws_sync._core.snapshot.division`."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ws_sync.strategies import names, values
from ws_sync._core.json.codec import JSON
from ws_sync._core.snapshot import division
from ws_sync._core.snapshot.division import divide

texts = names | st.text('[]{}",\\: a', max_size=8)
"""Texts that look like JSON, and others."""

flat = st.dictionaries(texts, texts | st.integers(-3, 3) | st.lists(texts, max_size=2), max_size=4)
rows = flat | st.dictionaries(texts, texts | flat | st.lists(flat, max_size=2), max_size=3)
arrays = st.lists(flat) | st.lists(rows) | st.lists(rows | values, max_size=6)


def lengths(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [len(orjson.dumps({name: each})) - 1 for name, each in value.items()]
    return [len(orjson.dumps(each)) + 1 for each in value]


@given(arrays | st.dictionaries(names, values))
@example([{}])
@example([{"a": "},{"}, {}])
@example([{"a": '"},{"'}, {"\\": "\\"}])
@example([{"a": [{}, {}]}, 5, {}])
@example([{"a": [{}, {}]}, {}])
@example([{}, 5, {}])
@example([{}, [], {}])
@example([{"a": {"b": {}}, "c": {}}, {}])
def test_members_have_the_lengths_of_their_texts(value: JSON) -> None:
    assert divide(orjson.dumps(value)).strides == lengths(value)


@pytest.mark.parametrize("row", [
    {"id": 1, "title": "a", "tags": ["red", "green"]},
    {"id": 1, "title": 'a "quoted" \\,', "tags": []},
    {"id": 1, "place": {"x": 1.5, "y": 2}},
])  # fmt: skip
def test_rows_are_not_decoded(row: JSON, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(division, "members_of")
    assert divide(orjson.dumps([row] * 20)).strides == lengths([row] * 20)
