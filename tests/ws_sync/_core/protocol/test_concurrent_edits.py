"""Tests of `ws_sync._core.protocol.concurrent_edits`."""

from __future__ import annotations

from ws_sync._core.protocol.concurrent_edits import Crossings


def crossings() -> Crossings:
    return Crossings(window=5, state_window=2, settle=1)


def test_write_shortly_after_a_change_is_due_when_quiet() -> None:
    state = crossings()
    state.patched(["a"], 10)
    state.patched(["b"], 10)
    state.written(["a"], 12)
    state.written(["c"], 12)
    assert state.next_due() == 13
    assert state.due(12.5) == []
    assert state.due(13) == ["a"]
    assert state.next_due() is None


def test_write_long_after_a_change_has_not_crossed_it() -> None:
    state = crossings()
    state.patched(["a"], 10)
    state.written(["a"], 15)
    assert state.next_due() is None


def test_write_without_a_change_has_crossed_nothing() -> None:
    state = crossings()
    state.written(["a"], 1)
    assert state.next_due() is None


def test_changes_of_both_sides_put_the_repetition_off() -> None:
    state = crossings()
    state.patched(["a"], 10)
    state.written(["a"], 11)
    state.patched(["a"], 11.5)
    assert state.due(12) == []
    state.written(["a"], 12.4)
    assert state.due(13) == []
    assert state.due(13.4) == ["a"]


def test_write_spoils_all_of_its_attributes() -> None:
    """A copy from a crossed attribute carries the difference on."""
    state = crossings()
    state.patched(["a"], 10)
    state.written(["a", "copy"], 11)
    assert sorted(state.due(12)) == ["a", "copy"]


def test_patch_that_a_client_may_not_have_applied_is_repeated_as_a_whole() -> None:
    state = crossings()
    state.patched(["long ago"], 1)
    state.patched(["a", "lost"], 10)
    state.patched(["lost", "lost too"], 11)
    state.patched(["other"], 11)
    state.written(["a"], 12)
    assert sorted(state.due(13)) == ["a", "lost", "lost too"]


def test_whole_values_can_be_crossed_for_a_shorter_time() -> None:
    state = crossings()
    state.replaced(["a", "b"], 10)
    state.written(["a"], 11)
    state.written(["b"], 12)
    assert state.due(99) == ["a"]


def test_whole_value_does_not_shorten_the_time_of_a_patch() -> None:
    state = crossings()
    state.patched(["a"], 10)
    state.replaced(["a"], 10)
    state.written(["a"], 14)
    assert state.due(15) == ["a"]
