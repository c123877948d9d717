"""Tests of `ws_sync._core.protocol.concurrent_edits`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ws_sync._core.json.patch import Operation
from ws_sync._core.protocol import concurrent_edits
from ws_sync._core.protocol.concurrent_edits import ConcurrentEdits, replaced_attributes
from ws_sync._core.protocol.round_trip import RoundTrip


def crossings(bound: float = 100) -> ConcurrentEdits:
    """Return the states of a connection with a window of 5 s, and a rest of 1.5 s."""
    return ConcurrentEdits(RoundTrip(bound))


PROGRAMS = {
    "write shortly after a patch":
        "patch a 10; patch b 10; write a 12; write c 12; due - 13; due a 13.5",
    "write long after a patch": "patch a 10; write a 15",
    "write without a patch": "write a 1",
    "both sides put the repetition off":
        "patch a 10; write a 11; patch a 12; due - 12.5; write a 12.6; due - 14; due a 14.1",
    "write may have copied a crossed value": "patch a 10; write a,copy 11; due a,copy 12.5",
    "patch that may not have been applied is repeated as a whole":
        "patch x 1; patch a,b 10; patch b,c 11; patch d 11; write a 12; due a,b,c 14",
    "whole value is crossed too": "values a,b 10; write a 11; write b 15; due a 99",
    "whole value does not shorten the time of a patch":
        "patch a 10; values a 10; write a 14; due a 15.5",
    "latest of equal patches counts": "patch a 10; patch a 11; patch a 12; write a 16; due a 17.5",
    "state is crossed by any attribute": "state - 10; write a 11; due a 12.5; write b 15",
    "state is a repetition": "patch a 10; write a 11; state - 11.5",
    "whole value is a repetition": "patch a 10; write a 11; values a 11.5",
    "first patch shows that the first state was seen": "state - 10; patched - 11; write a 11",
    "first patch shows nothing of a second state":
        "state - 10; state - 10; patched - 11; write a 11; due a 12.5",
    "second patch shows nothing":
        "patched - 9; state - 10; patched - 11; patch a 12; patched - 13; write a 13; due a 14.5",
    "value of the client's own after everything was seen ends it":
        "patch a 10; write a 14; replace a 15; write a 15",
    "value of the client's own may have crossed": "patch a 10; replace a 14; due a 15.5",
    "value of the client's own ends only what it replaces":
        "patch a,b 10; write a,b 14; replace a 15; due b 15.5",
    "other attributes of a write that replaces one are affected":
        "patch a 10; patch b 12; write a 14; replace a,b 15; due b 16.5",
    "crossed repetition puts the next one off":
        "patch a 10; write a 10; due a 11.5; values a 11.5; write a 12; due - 14.9; due a 15; "
        "values a 15; write a 15; due - 19.9; due a 20; values a 20; write a 21; due a 26; "
        "values a 26; write a 40; patch a 40; write a 40; due a 41.5",
    "writes with pauses put the repetition off":
        "patch a 10; write a 10; write a 11; due - 12.9; write a 12.9; due - 16; due a 16.8",
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
        elif name in ("state", "patched"):
            {"state": edits.state_sent, "patched": edits.patch_received}[name](now)
        elif name in ("write", "replace"):
            patch = [replace(f"/{each}") for each in names] if name == "replace" else []
            edits.write_received(names, patch, now)
        else:
            {"patch": edits.patch_sent, "values": edits.values_sent}[name](names, now)
    assert edits.next_due() is None


def replace(path: str) -> Operation:
    return {"op": "replace", "path": path, "value": 1}


EVENTS: dict[str, Callable[[ConcurrentEdits, str, float], None]] = {
    "SENT": lambda state, name, now: state.patch_sent([name], now),
    "WHOLE": lambda state, name, now: state.values_sent([name], now),
    "WRITTEN": lambda state, name, now: state.write_received([name], [], now),
    "REPLACED": lambda state, name, now: state.write_received([name], [replace(f"/{name}")], now),
    "AFFECTED": lambda state, name, now: state.write_received([name, "crossed"], [], now),
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
    edits.write_received(["crossed"], [], 10)
    for step in TO_STATE[state]:
        EVENTS[step](edits, "a", 10)
    now = 15 if following == "(SEEN)" else 10  # after the first timer
    EVENTS[event](edits, "a", now)
    assert ("a" in edits.take_due(now + 1.5)) is (following == "CROSSED")
    edits.take_due(99)
    edits.write_received(["a"], [], now + 2)
    in_flight = bool({"SENT", "WHOLE"} & {*TO_STATE[state], event}) and following != "(SEEN)"
    assert (edits.next_due() is not None) is in_flight


def test_table_has_each_state_and_event() -> None:
    assert len({(state, event) for state, event, _ in transitions()}) == 15


@pytest.mark.parametrize(
    ("patch", "attributes"),
    [
        ([replace("/a"), {"op": "add", "path": "/b", "value": 1}], {"a", "b"}),
        ([replace("/a/b"), {"op": "remove", "path": "/b/0"}], set()),
        ([replace("")], set()),
        ([replace("/a"), replace("/a/b"), {"op": "test", "path": "/c", "value": 1}], {"a"}),
        ([replace("/a"), replace("/b"), {"op": "copy", "path": "/a/0", "from": "/c"}], {"b"}),
        ([replace("/a"), {"op": "move", "path": "", "from": "/c"}], set()),
    ],
    ids=["whole", "inside", "document", "inside of a whole", "copy", "document moved"],
)
def test_attributes_that_a_patch_replaces(patch: list[Operation], attributes: set[str]) -> None:
    assert replaced_attributes(patch) == attributes


@pytest.mark.parametrize(
    ("bound", "window", "settle"), [(0, 3, 0.25), (0.25, 4, 1.25), (0.5, 5, 1.5), (9, 5, 1.5)]
)
def test_times_follow_the_shortest_answer(bound: float, window: float, settle: float) -> None:
    round_trip = RoundTrip()
    for seconds in (bound + 1, bound, bound + 2):
        round_trip.answered(seconds)
    assert (round_trip.window, round_trip.settle) == (window, settle)


def test_round_trip_is_known_from_the_first_patch() -> None:
    edits = ConcurrentEdits(RoundTrip())
    edits.state_sent(10)
    edits.patch_received(10)
    edits.patch_sent(["a"], 11)
    edits.write_received(["a"], [], 14)
    assert edits.next_due() is None
    edits.write_received(["a"], [], 13.5)
    assert edits.next_due() == 13.75


def test_first_patch_shows_nothing_if_the_key_had_another_document() -> None:
    edits = ConcurrentEdits(RoundTrip(), is_first=False)
    edits.state_sent(10)
    edits.patch_received(11)
    edits.write_received(["a"], [], 11)
    assert edits.next_due() == 12.5
