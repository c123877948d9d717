"""Random JSON values, for properties that hold for all of them."""

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
