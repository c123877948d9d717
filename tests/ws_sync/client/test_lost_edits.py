"""A model-based test of edits that are in flight when a connection breaks."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync._core.json.test_three_way_merge import VALUES
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.protocol.replica import Replica

STEPS = st.sampled_from(["edit", "edit", "send", "send", "send all", "arrive", "lose", "write"])


class Dialogue:
    """A server, a client, and the ordered frames between them.

    `intended` is what the user wants: the last edit, with the attribute of the other writer.
    """

    def __init__(self, state: Any) -> None:
        self.server = self.intended = state
        self.client = Replica()
        self.frames: deque[tuple[int, Any]] = deque()  # of the client: a mark; a patch or a state
        self.client.apply_state(copy.deepcopy(state))

    def edit(self, name: str, value: Any) -> None:
        self.intended = {**self.client.value, name: value}
        self.client.edit(copy.deepcopy(self.intended), send=True)

    def send(self) -> None:
        if patch := self.client.take_patch():
            self.frames.append((self.client.mark(), patch))

    def send_all(self) -> None:
        self.frames.append((-1, copy.deepcopy(self.client.take_state())))

    def arrive(self, *, confirms: bool) -> None:
        """The server handles the next frame, and answers the ping after it if `confirms`."""
        if not self.frames:
            return
        mark, data = self.frames.popleft()
        if type(data) is dict:  # the attribute of the other writer is read-only
            data.pop("other", None)
            self.server = {**self.server, **data}
        else:
            self.server = apply(self.server, data)
        if confirms:
            self.client.confirm(mark)

    def write(self, name: str, value: Any) -> None:
        """Another client writes, and the server sends the change."""
        self.server = {**self.server, name: value}
        self.client.apply_patch([{"op": "replace", "path": f"/{name}", "value": value}])

    def lose(self, name: str, value: Any) -> None:
        """All frames are lost; another client writes before the client reconnects."""
        self.frames.clear()
        self.client.disconnect()
        self.server = {**self.server, name: value}
        self.client.apply_state(copy.deepcopy(self.server))
        self.send()

    def end(self) -> None:
        self.send()
        while self.frames:
            self.arrive(confirms=True)
        assert equal(self.client.value, self.server)


@given(VALUES, VALUES, st.data())
def test_no_edit_is_lost_or_doubled_when_others_write_elsewhere(a: Any, b: Any, data: Any) -> None:
    dialogue = Dialogue({"a": a, "b": b, "other": 0})
    for _ in range(data.draw(st.integers(1, 20))):
        match data.draw(STEPS):
            case "edit":
                dialogue.edit(data.draw(st.sampled_from("ab")), data.draw(VALUES))
            case "send":
                dialogue.send()
            case "send all":
                dialogue.send_all()
            case "arrive":
                dialogue.arrive(confirms=data.draw(st.booleans()))
            case "write":
                dialogue.write("other", data.draw(VALUES))
            case _:
                dialogue.lose("other", data.draw(st.just(dialogue.server["other"]) | VALUES))
        dialogue.intended = {**dialogue.intended, "other": dialogue.server["other"]}
        assert equal(dialogue.client.value, dialogue.intended)
    dialogue.end()


@given(VALUES, VALUES, st.data())
def test_both_sides_are_equal_in_the_end_when_others_write_to_the_same_place(
    a: Any, b: Any, data: Any
) -> None:
    dialogue = Dialogue({"a": a, "b": b})
    for _ in range(data.draw(st.integers(1, 20))):
        name = data.draw(st.sampled_from("ab"))
        match data.draw(STEPS.filter(lambda step: step != "write")):
            case "edit":
                dialogue.edit(name, data.draw(VALUES))
            case "send":
                dialogue.send()
            case "send all":
                dialogue.send_all()
            case "arrive":
                dialogue.arrive(confirms=data.draw(st.booleans()))
            case _:
                dialogue.lose(name, data.draw(VALUES))
    dialogue.end()


def test_second_of_two_sent_edits_is_sent_again_when_only_the_first_has_arrived() -> None:
    dialogue = Dialogue({"text": "", "items": ["x"]})
    for text, item in (("a", "milk"), ("ab", "bread")):
        dialogue.edit("text", text)
        dialogue.edit("items", [*dialogue.client.value["items"], item])
        dialogue.send()
    dialogue.arrive(confirms=False)
    dialogue.lose("text", "a")
    assert dialogue.client.value == {"text": "ab", "items": ["x", "milk", "bread"]}
    dialogue.end()
