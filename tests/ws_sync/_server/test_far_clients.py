"""Clients at any round trip: what is repeated to them, and when (state-crossing)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync._server.virtual_line import Place, VirtualLine
from ws_sync._core.json.codec import JSON
from ws_sync._core.protocol.replica import State

ROUND_TRIPS = [0.0, 0.04, 0.15, 0.3, 0.8]
at_every_round_trip = pytest.mark.parametrize("round_trip", ROUND_TRIPS)
QUIET = 30.0
"""Seconds after which everything has arrived and been repeated."""


def text(state: State) -> JSON:
    return state["text"]


def element(number: int) -> Place:
    def place(state: State) -> JSON:
        items = state["items"]
        assert isinstance(items, list)
        return next((each for each in items if each["id"] == number), None)

    return place


def jittering(round_trip: float, jitter: float, seed: int) -> Iterator[float]:
    """Return the delays of a line; seconds."""
    generator = random.Random(seed)
    while True:
        yield round_trip / 2 + generator.uniform(0, jitter)


def type_text(line: VirtualLine, key: str) -> None:
    line.type({**line.replica.value, "text": f"{line.replica.value['text']}{key}"}, text)


def type_element(line: VirtualLine, number: int, key: str) -> None:
    state = deepcopy(line.replica.value)
    if (found := element(number)(state)) is not None:
        assert isinstance(found, dict)
        found["text"] = f"{found['text']}{key}"
        line.type(state, element(number))


@at_every_round_trip
def test_typing_that_nothing_crosses_is_never_repeated(round_trip: float) -> None:
    line = VirtualLine(jittering(round_trip, round_trip / 2, 1))
    line.clock.run(round_trip * 2)
    generator = random.Random(2)
    for key in "what a user types, with pauses":
        type_text(line, key)
        type_element(line, 1, key)
        line.clock.run(generator.choice([0.01, 0.1, 0.2, 0.4, 1.0, 3.0]))
    line.clock.run(QUIET)
    assert line.repeated == line.lost == []
    assert line.is_equal()


@at_every_round_trip
def test_client_that_writes_after_each_answer_is_not_reset(round_trip: float) -> None:
    """As the kit does, and as the case `patch/every-patch-fits-the-copy-of-the-client` does."""
    line = VirtualLine(repeat(round_trip / 2))
    for number in range(20):
        line.thing.items = [{"id": n, "text": f"{number}"} for n in range(number % 5)]
        line.sync()
        line.ask()
        line.clock.run(round_trip + 0.005)
        type_text(line, f"{number}")
    line.clock.run(QUIET)
    assert line.lost == []
    assert line.is_equal()


@given(
    st.lists(st.tuples(st.floats(0, 1.2), st.booleans()), min_size=1, max_size=30),
    st.sampled_from(ROUND_TRIPS),
    st.integers(0, 99),
)
def test_typing_in_an_element_is_not_reset_while_the_server_changes_another(
    steps: list[tuple[float, bool]], round_trip: float, seed: int
) -> None:
    """Each write may have moved to another element, so the list is repeated, but at rest."""
    line = VirtualLine(jittering(round_trip, 0.2, seed))
    line.clock.run(2.0)  # the user reads
    for number, (gap, changes) in enumerate(steps):
        if changes:
            line.thing.items[0]["text"] = f"changed {number}"
            line.sync()
        type_element(line, 1, "x")
        line.clock.run(gap)
    assert line.repeated == line.lost == []
    line.clock.run(QUIET)
    assert len(line.repeated) <= 1
    assert line.is_equal()
    assert element(1)(line.replica.value) == {"id": 1, "text": "x" * len(steps)}


@at_every_round_trip
def test_text_is_repaired_by_the_next_key_and_not_by_the_server(round_trip: float) -> None:
    line = VirtualLine(repeat(round_trip / 2))
    line.clock.run(2.0)
    line.thing.text = "the server's"
    line.sync()
    for _ in range(40):  # the first ones cross the change
        type_text(line, "x")
        line.clock.run(0.2)
    line.clock.run(QUIET)
    assert line.repeated == []
    assert line.is_equal()


@at_every_round_trip
def test_repetitions_that_are_crossed_become_rare(round_trip: float) -> None:
    """A user who always pauses for longer than the rest must not be repeated to each time."""
    line = VirtualLine(repeat(round_trip / 2))
    line.clock.run(round_trip)
    type_element(line, 0, "x")  # the round trip is known now
    line.thing.items[2]["text"] = "changed"
    line.sync()
    for _ in range(40):
        type_element(line, 1, "x")
        line.clock.run(1.6)
    assert len(line.repeated) <= 3
    line.clock.run(QUIET)
    assert line.is_equal()


@at_every_round_trip
def test_first_patch_shows_nothing_of_a_later_state(round_trip: float) -> None:
    line = VirtualLine(repeat(round_trip / 2))
    line.clock.run(round_trip)
    line.thing.text = "the server's"
    line.restart()
    type_text(line, "x")
    line.clock.run(QUIET)
    assert len(line.repeated) == 1
    assert line.is_equal()


STEPS = ["type text", "type", "change text", "change", "insert", "remove", "ask", "restart"]
GAPS = [0.0, 0.01, 0.1, 0.2, 0.3, 0.7, 1.4, 3.0]


def take_step(line: VirtualLine, step: str, number: int) -> None:
    items = line.thing.items
    match step:
        case "type text":
            type_text(line, f"{number}")
        case "type":
            type_element(line, number % 3, f"{number}")
        case "change text":
            line.thing.text = f"server {number}"
        case "change" if items:
            items[number % len(items)]["text"] = f"server {number}"
        case "insert":
            items.insert(0, {"id": number + 3, "text": ""})
        case "remove" if items:
            items.pop(0)
        case "ask":
            line.ask()
        case "restart":
            line.restart()
    line.sync()


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(GAPS)), max_size=25),
    st.sampled_from(ROUND_TRIPS),
    st.sampled_from([0.0, 0.02, 0.3]),
    st.integers(0, 99),
)
def test_both_sides_agree_at_rest(
    steps: list[tuple[str, float]], round_trip: float, jitter: float, seed: int
) -> None:
    """Every patch is applied to the copy that the protocol gives the client, when it is sent."""
    line = VirtualLine(jittering(round_trip, jitter, seed))
    line.clock.run(round_trip + 2 * jitter)
    for number, (step, gap) in enumerate(steps):
        take_step(line, step, number)
        line.clock.run(gap)
    line.clock.run(QUIET)
    assert line.is_equal()
    assert len(line.repeated) <= line.crossed
    assert line.copy == line.replica.value
