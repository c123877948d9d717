"""Tests of `ws_sync._core.json.pointer`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_sync._core.json.pointer import index, join, parse
from ws_sync.exceptions import Refused


@pytest.mark.parametrize(
    ("pointer", "tokens"),
    [
        ("", ()),
        ("/", ("",)),
        ("/a/b", ("a", "b")),
        ("/a~1b/m~0n", ("a/b", "m~n")),
        ("/~01", ("~1",)),
    ],
)
def test_parse_unescapes_tokens(pointer: str, tokens: tuple[str, ...]) -> None:
    assert parse(pointer) == tokens


@pytest.mark.parametrize("pointer", ["a", "a/b", "/~", "/a~2", None, 1, ["a"]], ids=repr)
def test_parse_refuses_what_is_no_pointer(pointer: object) -> None:
    with pytest.raises(Refused):
        parse(pointer)


@given(st.lists(st.text()))
def test_parse_is_the_inverse_of_join(tokens: list[str]) -> None:
    assert list(parse(join(*tokens))) == tokens


def test_index_reads_digits() -> None:
    assert [index("0", 1), index("10", 11)] == [0, 10]


@pytest.mark.parametrize("token", ["", "01", "-1", "+1", "1_0", "1.0", " 1", "٣", "-", "length"])
def test_index_refuses_what_rfc_6901_does(token: str) -> None:
    with pytest.raises(Refused, match="not an array index"):
        index(token, 100)


@pytest.mark.parametrize("token", ["3", "999999999999999"])
def test_index_refuses_what_is_beyond_the_array(token: str) -> None:
    with pytest.raises(Refused, match="out of range"):
        index(token, 3)
