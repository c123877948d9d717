"""Tests of `ws_sync._core.protocol.concurrent_edits`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ws_sync._core.protocol import concurrent_edits
from ws_sync._core.protocol.concurrent_edits import ConcurrentEdits


def crossings() -> ConcurrentEdits:
    return ConcurrentEdits(window=5, state_window=2, settle=1)


def test_write_shortly_after_a_change_is_due_when_quiet() -> None:
    state = crossings()
    state.patch_sent(["a"], 10)
    state.patch_sent(["b"], 10)
    state.write_received(["a"], 12)
    state.write_received(["c"], 12)
    assert state.next_due() == 13
    assert state.take_due(12.5) == []
    assert state.take_due(13) == ["a"]
    assert state.next_due() is None


def test_write_long_after_a_change_has_not_crossed_it() -> None:
    state = crossings()
    state.patch_sent(["a"], 10)
    state.write_received(["a"], 15)
    assert state.next_due() is None


def test_write_without_a_change_has_crossed_nothing() -> None:
    state = crossings()
    state.write_received(["a"], 1)
    assert state.next_due() is None


def test_changes_of_both_sides_put_the_repetition_off() -> None:
    state = crossings()
    state.patch_sent(["a"], 10)
    state.write_received(["a"], 11)
    state.patch_sent(["a"], 11.5)
    assert state.take_due(12) == []
    state.write_received(["a"], 12.4)
    assert state.take_due(13) == []
    assert state.take_due(13.4) == ["a"]


def test_write_spoils_all_of_its_attributes() -> None:
    """The write may have copied the value of a crossed attribute to another attribute."""
    state = crossings()
    state.patch_sent(["a"], 10)
    state.write_received(["a", "copy"], 11)
    assert sorted(state.take_due(12)) == ["a", "copy"]


def test_patch_that_a_client_may_not_have_applied_is_repeated_as_a_whole() -> None:
    state = crossings()
    state.patch_sent(["long ago"], 1)
    state.patch_sent(["a", "lost"], 10)
    state.patch_sent(["lost", "lost too"], 11)
    state.patch_sent(["other"], 11)
    state.write_received(["a"], 12)
    assert sorted(state.take_due(13)) == ["a", "lost", "lost too"]


def test_whole_values_can_be_crossed_for_a_shorter_time() -> None:
    state = crossings()
    state.values_sent(["a", "b"], 10)
    state.write_received(["a"], 11)
    state.write_received(["b"], 12)
    assert state.take_due(99) == ["a"]


def test_whole_value_does_not_shorten_the_time_of_a_patch() -> None:
    state = crossings()
    state.patch_sent(["a"], 10)
    state.values_sent(["a"], 10)
    state.write_received(["a"], 14)
    assert state.take_due(15) == ["a"]


def test_latest_of_equal_patches_counts() -> None:
    state = crossings()
    for now in (10, 11, 12):
        state.patch_sent(["a"], now)
    state.write_received(["a"], 16)
    assert state.take_due(17) == ["a"]


def test_state_can_be_crossed_by_any_attribute_and_puts_the_repetition_off() -> None:
    state = crossings()
    state.state_sent(10)
    state.write_received(["a"], 11)
    state.state_sent(11.5)
    assert state.take_due(12) == []
    assert state.take_due(12.5) == ["a"]
    state.write_received(["b"], 13.5)
    assert state.next_due() is None


EVENTS: dict[str, Callable[[ConcurrentEdits, str, float], None]] = {
    "SENT": lambda state, name, now: state.patch_sent([name], now),
    "WRITTEN": lambda state, name, now: state.write_received([name], now),
    "AFFECTED": lambda state, name, now: state.write_received([name, "crossed"], now),
}
TO_STATE = {"SEEN": [], "IN_FLIGHT": ["SENT"], "CROSSED": ["SENT", "WRITTEN"]}


def transitions() -> Iterator[tuple[str, str, str]]:
    """Read the table in the module's docstring: a state, an event, and the next state."""
    rows = [line.split() for line in (concurrent_edits.__doc__ or "").splitlines()]
    first = rows.index([*EVENTS])
    for state, *following in rows[first + 1 : first + 1 + len(TO_STATE)]:
        yield from ((state, event, to) for event, to in zip(EVENTS, following, strict=True))


@pytest.mark.parametrize(("state", "event", "following"), [*transitions()])
def test_attribute_changes_its_state_as_the_table_says(
    state: str, event: str, following: str
) -> None:
    edits = crossings()
    edits.patch_sent(["crossed"], 10)
    edits.write_received(["crossed"], 10)
    for step in [*TO_STATE[state], event]:
        EVENTS[step](edits, "a", 10)
    assert ("a" in edits.take_due(11)) is (following == "CROSSED")
    edits.write_received(["a"], 12)
    in_flight = "SENT" in [*TO_STATE[state], event]
    assert (edits.next_due() is not None) is in_flight


def test_table_has_each_state_and_event() -> None:
    assert len({(state, event) for state, event, _ in transitions()}) == 9
