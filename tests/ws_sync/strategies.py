"""Random JSON values and texts, for properties that hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from ws_sync._core.json.codec import JSON

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
names = st.sampled_from(["a", "b", "c", "", "~", "/", "a/b~1", "0"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, 0.5, 1e300]),
    texts,
)
values: st.SearchStrategy[JSON] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)

_spaces = st.sampled_from(["", "", "", " ", "\t\r\n"])
_numbers = st.one_of(
    st.integers(-(10**25), 10**25).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["1" + "0" * 308, "1" + "0" * 309, "-1e400", "18446744073709551616", "-0"]),
)
_characters = st.one_of(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'),
    st.sampled_from([":", "e1", "\\u003a", "\\u003A", "\\\\", "\\\\u003a", "\\n", '\\"', "\\/"]),
    st.sampled_from(["\\ud83d\\ude00", "\\ud83d", "null", "[", "{", "\\u0061"]),
)
_strings = st.lists(_characters, max_size=4).map(lambda parts: f'"{"".join(parts)}"')
_names = st.sampled_from(['"a"', '"\\u0061"', '":"', '"\\u003a"', '"\\\\u003a"', '"b"', '""'])


def _array(elements: list[tuple[str, str]]) -> str:
    return "[" + ",".join(space + element + space for element, space in elements) + "]"


def _members(pairs: list[tuple[str, str, str]]) -> str:
    return "{" + ",".join(f"{space}{name}{space}:{value}" for name, value, space in pairs) + "}"


spellings = st.recursive(
    _numbers | _strings | st.sampled_from(["null", "true", "false"]),
    lambda inner: st.one_of(
        st.lists(st.tuples(inner, _spaces), max_size=5).map(_array),
        st.lists(st.tuples(_names, inner, _spaces), max_size=5).map(_members),
    ),
    max_leaves=12,
)
"""JSON texts in any spelling, some of them with what strict JSON forbids."""
