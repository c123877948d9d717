"""The dialogues agree with the schemas, with the kit's mirror, and with the reference."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.driver.process import EMBEDDED, ServerProcess, free_port
from conformance.protocol.legality import ServerLegality
from conformance.protocol.wire import SCHEMA_BY_NAME, Event, same
from conformance.spec import deviation
from tests.vectors.dialogue import Player
from tests.vectors.files import dialogues, load
from tools.render_dialogues import PAGE, page

each_dialogue = pytest.mark.parametrize("name", dialogues())


def frames(name: str) -> Iterator[tuple[str, Any]]:
    """The sender of each text frame of a dialogue, and the frame."""
    for step in load(name)["steps"]:
        if "frame" in step:
            yield step["from"], step["frame"]


@each_dialogue
def test_frames_are_valid_by_their_schemas(name: str) -> None:
    for sender, frame in frames(name):
        event = Event(frame["type"])
        # the refused identification is invalid on purpose
        if event.name == "_USER_SESSION" and not all(frame["data"].values()):
            continue
        assert deviation(SCHEMA_BY_NAME[event.name], frame) is None, (sender, frame)


@each_dialogue
def test_states_are_valid_by_the_contract_of_the_testee(name: str) -> None:
    for step in load(name)["steps"]:
        for side in ("server", "client"):
            for key, state in step.get(side, {}).items():
                schema = "testee" if key == "TESTEE" else "testee-value"
                assert deviation(schema, state) is None


@each_dialogue
def test_kit_finds_server_legal_and_follows_to_the_stated_copies(name: str) -> None:
    clients: dict[str, ServerLegality] = defaultdict(ServerLegality)
    for position, step in enumerate(load(name)["steps"]):
        if "connection" not in step:
            continue
        client = clients[step["connection"]]
        if step.get("from") == "server":
            take(client, step)
        elif "frame" in step:
            edit(client, step["frame"])
        assert not client.violations, position
        for key, state in step.get("client", {}).items():
            assert same(client.mirror[key], state), (position, key)


def take(client: ServerLegality, step: Any) -> None:
    """Judge a frame of the server."""
    if "binary" in step:
        client.binary(base64.b64decode(step["binary"]))
    else:
        client.text(json.dumps(step["frame"]))


def edit(client: ServerLegality, frame: Any) -> None:
    """Apply the client's own edit to its mirror."""
    event = Event(frame["type"])
    if event.key is not None and event.name == "_PATCH":
        client.mirror.patch(event.key, frame["data"])
    elif event.key is not None and event.name == "_SET":
        client.mirror.merge(event.key, frame["data"])


@each_dialogue
def test_states_of_both_sides_are_equal_in_the_end(name: str) -> None:
    last = next(step for step in reversed(load(name)["steps"]) if "server" in step)
    assert last["server"] == last["client"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the reference testee."""
    server = ServerProcess(EMBEDDED, free_port())
    server.start()
    try:
        yield f"ws://127.0.0.1:{server.port}"
    finally:
        server.stop()


@pytest.mark.io
@pytest.mark.parametrize("observing", [False, True], ids=["alone", "observed"])
@each_dialogue
async def test_reference_plays_dialogue(name: str, observing: bool, address: str) -> None:
    session = f"{name}-{observing}"
    dialogue = identified(load(name), session)
    urls = {"session": f"{address}/ws/{session}", "identifying": f"{address}/auth"}
    await Player(dialogue, urls, observing=observing).play()


def identified(dialogue: Any, user: str) -> Any:
    """The dialogue with another user, so that each run has its own session."""
    text = json.dumps(dialogue).replace('"user": "ada"', f'"user": "{user}"')
    return json.loads(text)


def test_page_is_rendered_from_the_dialogues() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tools.render_dialogues`"
