"""Faults: the search for a limit, the requirement of a silence, the recursion limit."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import pytest

from conformance.driver.faults import blamed, deep_values, largest
from conformance.errors import ClosedEarly, Silence


def limited(most: int, tried: list[int]) -> Callable[[int], Awaitable[bool]]:
    """Accept sizes up to a limit, and record the sizes that were tried."""

    async def taken(size: int) -> bool:
        tried.append(size)
        return size <= most

    return taken


@pytest.mark.parametrize(
    ("most", "step", "found"),
    [(0, 0, 0), (10, 0, 8), (16, 0, 16), (99, 0, 16), (10, 1, 10), (3, 1, 3), (99, 1, 16)],
)
async def test_largest_size_is_found(most: int, step: int, found: int) -> None:
    assert await largest(limited(most, []), [4, 8, 16], step) == found


async def test_nothing_is_tried_beyond_what_was_refused() -> None:
    tried: list[int] = []
    await largest(limited(5, tried), [4, 8, 16], 0)
    assert tried == [4, 8]


@pytest.mark.parametrize("kind", [Silence, ClosedEarly])
def test_silence_is_blamed_on_the_requirement_unless_it_has_one(kind: type[Silence]) -> None:
    with pytest.raises(kind) as bare, blamed("a"):
        raise kind(expected="", received="")
    assert bare.value.requirement == "a"
    with pytest.raises(kind) as bound, blamed("a"):
        raise kind(expected="", received="", requirement="b")
    assert bound.value.requirement == "b"


def test_limit_of_the_process_is_put_back() -> None:
    before = sys.getrecursionlimit()
    with deep_values():
        assert sys.getrecursionlimit() > before
    assert sys.getrecursionlimit() == before
