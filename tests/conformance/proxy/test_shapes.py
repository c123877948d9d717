"""The checks by hand say what the schemas say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.protocol.wire import SCHEMA_BY_NAME, Event, MalformedFrame, decode
from conformance.proxy.reading import NOTHING, read
from conformance.proxy.shapes import SHAPES
from conformance.spec import deviation
from tests.vectors.files import each, joined

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "/a"]))
POINTERS = st.sampled_from(["", "/", "/a", "a", "/~", "/~0", "/~2", "/a/b", "#/a"])
OPERATIONS = st.dictionaries(
    st.sampled_from(["op", "path", "from", "value", "other"]),
    st.one_of(
        POINTERS, st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), SCALARS
    ),
)
DATA = st.one_of(
    SCALARS,
    st.lists(st.one_of(OPERATIONS, SCALARS), max_size=3),
    st.dictionaries(
        st.sampled_from(["type", "metadata", "message", "filename", "data", "user", "session"]),
        st.one_of(SCALARS, st.sampled_from(["info", "YQ==", "YQ", "YWJj", "YQ==\n"]),
                  st.dictionaries(st.sampled_from(["data", "x"]), SCALARS, max_size=1)),
    ),
    st.fixed_dictionaries({"extensions": st.lists(SCALARS, max_size=3)}),
)  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from(sorted(SHAPES)), st.sampled_from(["", ":K", ":", ":a\nb"]), DATA)
def test_hand_checks_agree_with_the_schemas(name: str, key: str, data: Any) -> None:
    type_ = name + key
    found = SHAPES[name].deviation(type_, data)
    assert found == deviation(SCHEMA_BY_NAME[name], {"type": type_, "data": data})


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_hand_checks_agree_with_the_schemas_where_data_is_absent(name: str) -> None:
    type_ = name + (":K" if SHAPES[name].keyed else "")
    assert SHAPES[name].deviation(type_, NOTHING) == deviation(
        SCHEMA_BY_NAME[name], {"type": type_}
    )


@each("frames")
def test_frames_are_read_as_the_kit_reads_them(vector: Any) -> None:
    text = joined(vector["text"])

    def taken(event: tuple[str, Any] | Event) -> tuple[str, bool]:
        if isinstance(event, Event):
            return event.type, "data" in event.envelope()
        return event[0], event[1] is not NOTHING

    def outcome(reader: Callable[[], tuple[str, Any] | Event]) -> tuple[str, bool] | str:
        try:
            return taken(reader())
        except MalformedFrame as error:
            return error.requirement

    found = outcome(lambda: read(text.encode(errors="surrogatepass")))
    assert found in (outcome(lambda: decode(text)), "connection-text")
