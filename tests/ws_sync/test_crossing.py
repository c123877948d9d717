"""Tests of `ws_sync.crossing`."""

from __future__ import annotations

from ws_sync.crossing import Crossings


def crossings() -> Crossings:
    return Crossings(window=5, settle=1)


def test_write_shortly_after_a_change_is_due_when_quiet() -> None:
    state = crossings()
    state.sent(["a", "b"], 10)
    state.written(["a", "c"], 12)
    assert state.next_due() == 13
    assert state.due(12.5) == []
    assert state.due(13) == ["a"]
    assert state.next_due() is None


def test_write_long_after_a_change_has_not_crossed_it() -> None:
    state = crossings()
    state.sent(["a"], 10)
    state.written(["a"], 15)
    assert state.next_due() is None


def test_write_without_a_change_has_crossed_nothing() -> None:
    state = crossings()
    state.written(["a"], 1)
    assert state.next_due() is None


def test_changes_of_both_sides_put_the_repetition_off() -> None:
    state = crossings()
    state.sent(["a"], 10)
    state.written(["a"], 11)
    state.sent(["a"], 11.5)
    assert state.due(12) == []
    state.written(["a"], 12.4)
    assert state.due(13) == []
    assert state.due(13.4) == ["a"]
