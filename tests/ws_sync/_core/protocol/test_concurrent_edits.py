"""Tests of `ws_sync._core.protocol.concurrent_edits`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ws_sync._core.protocol import concurrent_edits
from ws_sync._core.protocol.concurrent_edits import ConcurrentEdits


def crossings() -> ConcurrentEdits:
    return ConcurrentEdits(window=5, state_window=2, settle=1)


PROGRAMS = {
    "write shortly after a patch":
        "patch a 10; patch b 10; write a 12; write c 12; due - 12.5; due a 13",
    "write long after a patch": "patch a 10; write a 15",
    "write without a patch": "write a 1",
    "both sides put the repetition off":
        "patch a 10; write a 11; patch a 11.5; due - 12; write a 12.4; due - 13; due a 13.4",
    "write may have copied a crossed value": "patch a 10; write a,copy 11; due a,copy 12",
    "patch that may not have been applied is repeated as a whole":
        "patch x 1; patch a,b 10; patch b,c 11; patch d 11; write a 12; due a,b,c 13",
    "whole values are crossed for a shorter time":
        "values a,b 10; write a 11; write b 12; due a 99",
    "whole value does not shorten the time of a patch":
        "patch a 10; values a 10; write a 14; due a 15",
    "latest of equal patches counts": "patch a 10; patch a 11; patch a 12; write a 16; due a 17",
    "state is crossed by any attribute, and puts the repetition off":
        "state - 10; write a 11; state - 11.5; due - 12; due a 12.5; write b 13.5",
}  # fmt: skip
"""Steps, each with its attributes and its time; `due` are the attributes to repeat then."""


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_values_are_repeated_after_a_write_that_crossed_them(program: str) -> None:
    edits = crossings()
    for step in program.split("; "):
        name, listed, time = step.split()
        names, now = [] if listed == "-" else listed.split(","), float(time)
        if name == "due":
            due = edits.next_due()
            assert due is not None
            assert (due <= now) is bool(names)
            assert sorted(edits.take_due(now)) == names
        elif name == "state":
            edits.state_sent(now)
        else:
            calls = {"patch": edits.patch_sent, "values": edits.values_sent}
            calls.get(name, edits.write_received)(names, now)
    assert edits.next_due() is None


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
