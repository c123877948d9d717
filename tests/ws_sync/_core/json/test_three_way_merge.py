"""Tests of `ws_sync._core.json.three_way_merge`: the rule of docs/clients.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_sync._core.json.equality import equal
from ws_sync._core.json.three_way_merge import merge

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/merging.json").read_text())["vectors"]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab/"), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_versions_are_merged_as_the_rule_says(vector: dict[str, Any]) -> None:
    before = json.dumps(vector)
    versions = (vector["old"], vector["mine"], vector["theirs"])
    merged = merge(*versions, prefer_mine=vector["prefer"] == "mine")
    assert equal(merged, vector["merged"])
    assert json.dumps(vector) == before


def test_changes_that_overlap_like_the_links_of_a_chain_are_merged_together() -> None:
    base, mine, theirs = map(list, ("abcdef", "aBCdeF", "abXYZf"))
    assert merge(base, mine, theirs, prefer_mine=True) == list("aBCYZF")


@given(VALUES, VALUES, st.booleans())
def test_change_of_one_side_is_taken(old: Any, new: Any, prefer: bool) -> None:
    assert equal(merge(old, new, old, prefer_mine=prefer), new)
    assert equal(merge(old, old, new, prefer_mine=prefer), new)
    assert equal(merge(old, new, new, prefer_mine=prefer), new)


@given(VALUES, VALUES, VALUES)
def test_edit_is_made_once_when_it_had_arrived(old: Any, mine: Any, theirs: Any) -> None:
    merged = merge(old, mine, theirs, prefer_mine=True)
    assert equal(merge(theirs, merged, merged, prefer_mine=False), merged)
