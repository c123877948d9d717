"""The faults that the judge of a connection reports, and the cases in which it must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from conformance.protocol.wire import MalformedFrame, decode
from conformance.proxy.judge import Judge, read
from conformance.proxy.sides import Fault
from conformance.proxy.watcher import Watcher
from tests.conformance.proxy.watching import Listening
from tests.tables import each
from tests.vectors.files import by_id, joined

SET = '{"type":"_SET:A","data":{"x":1,"items":[1,2],"a/b":{"c":1}}}'
GET = '{"type":"_GET:A"}'
ASK = '{"type":"_REQUEST_USER_SESSION"}'
WHO = '{"type":"_USER_SESSION","data":{"user":"u","session":"s"}}'
META = '{"type":"_BIN_META","data":{"type":"_ACTION:A","metadata":{"type":"put"}}}'
BYE = '{"type":"_DISCONNECT","data":"elsewhere"}'


def patch(*operations: tuple[Any, ...]) -> str:
    """Return a patch of A; an operation is its name, its path and perhaps its value."""
    data = [dict(zip(("op", "path", "value"), one, strict=False)) for one in operations]
    return json.dumps({"type": "_PATCH:A", "data": data})


class Heard:
    """A judge and its reports; `<` before a frame is the server, `>` the client."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.judge = Judge(self.faults.append, self.notes.append, deadline=5.0)
        self.now = 0.0

    def pass_(self, *frames: tuple[str, str | bytes]) -> Heard:
        for sign, frame in frames:
            side = self.judge.server if sign == "<" else self.judge.client
            if isinstance(frame, bytes):
                self.judge.binary(side, self.now)
            else:
                self.judge.text(side, frame.encode(errors="surrogatepass"), self.now)
        return self

    def later(self, seconds: float) -> Heard:
        self.now += seconds
        self.judge.overdue(self.now)
        return self

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(fault.side, fault.requirement) for fault in self.faults]

    @property
    def copy(self) -> Any:
        return self.judge.documents.copies["A"].root[0]


@each(by_id("frames"))
def test_frames_are_read_as_the_kit_reads_them(vector: Any) -> None:
    text = joined(vector["text"])

    def outcome(reader: Callable[[], dict[str, Any]]) -> tuple[str, bool] | str:
        try:
            event = reader()
        except MalformedFrame as error:
            return error.requirement
        return event["type"], "data" in event

    found = outcome(lambda: read(text.encode(errors="surrogatepass")))
    assert found in (outcome(lambda: decode(text).envelope()), "connection-text")


def test_legal_dialogue_is_mirrored_and_nothing_is_said() -> None:
    heard = Heard().pass_(
        ("<", ASK), (">", WHO), ("<", SET),
        ("<", patch(("replace", "/x", 2))),
        (">", patch(("add", "/items/-", 3))),
        (">", '{"type":"_SET:A","data":{"x":5}}'),
        (">", '{"type":"_ACTION:A","data":{"type":"go"}}'),
        (">", META), (">", b"bytes"), ("<", META), ("<", b""),
        (">", '{"type":"_HELLO","data":{"extensions":["e.example/x"]}}'),
        ("<", '{"type":"_HELLO","data":{"extensions":[]}}'),
        (">", GET), ("<", SET), ("<", '{"type":"custom"}'), ("<", '{"type":"_FUTURE:1"}'),
        ("<", BYE),
    )  # fmt: skip
    heard.judge.close(heard.judge.server, 0.0)
    assert heard.later(100).said == []
    assert heard.judge.identity == ("u", "s")
    heard = Heard().pass_(("<", SET), ("<", patch(("replace", "/x", 2))))
    heard.pass_((">", patch(("add", "/items/-", 3))), (">", '{"type":"_SET:A","data":{"x":5}}'))
    assert heard.copy == {"x": 5, "items": [1, 2, 3], "a/b": {"c": 1}}


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([("<", "\ufeff{}")], ("server", "connection-text")),
        ([("<", '{"type":"_SET:A","data":{"x":NaN}}')], ("server", "events-strict-json")),
        ([("<", '{"type":"_SET:A","data":[]}')], ("server", "state-object")),
        ([("<", "[]")], ("server", "events-envelope")),
        ([("<", '{"type":"_TOAST","data":{"type":"loud","message":""}}')],
         ("server", "notices-toast")),
        ([("<", WHO)], ("server", "events-envelope")),
        ([("<", patch(("replace", "/x", 1)))], ("server", "connection-state-before-patch")),
        ([("<", SET), ("<", patch(("remove", "/y")))], ("server", "patch-applicable")),
        ([("<", SET), ("<", patch(("replace", "/a/b/c", 2)))], ("server", "patch-escaping")),
        ([("<", SET), ("<", patch(("add", "/y", 2)))], ("server", "state-attributes-fixed")),
        ([("<", SET), ("<", patch(("replace", "", [])))], ("server", "state-object")),
        ([("<", SET), ("<", '{"type":"_SET:A","data":{}}')], ("server", "state-attributes-fixed")),
        ([("<", SET), ("<", patch(("test", "/x", 1)))], ("server", "patch-plain-operations")),
        ([("<", META), ("<", SET)], ("server", "binary-pair")),
        ([("<", b"x")], ("server", "binary-pair")),
        ([("<", BYE), ("<", SET)], ("server", "session-takeover-disconnect")),
        ([("<", SET), ("<", ASK)], ("server", "session-identify-request")),
        ([("<", ASK), ("<", SET)], ("server", "session-identify-first")),
        ([("<", '{"type":"_HELLO","data":{"extensions":[]}}')],
         ("server", "versioning-hello-asked")),
        ([("<", SET), (">", '{"type":"_HELLO","data":{"extensions":["a"]}}'),
          ("<", '{"type":"_HELLO","data":{"extensions":["b"]}}')],
         ("server", "versioning-hello-subset")),
        ([(">", "{}")], ("client", "events-envelope")),
        ([(">", '{"type":"_TOAST","data":{"type":"info","message":""}}')],
         ("client", "events-envelope")),
        ([(">", '{"type":"_ACTION:A","data":{}}')], ("client", "actions-shape")),
        ([(">", '{"type":"_PATCH:A","data":{}}')], ("client", "patch-shape")),
        ([(">", patch(("replace", "/~", 1)))], ("client", "patch-shape")),
        ([("<", SET), (">", patch(("remove", "/y")))], ("client", "state-set-replaces")),
        ([("<", SET), (">", patch(("replace", "/a/b/c", 2)))], ("client", "patch-escaping")),
        ([("<", SET), (">", patch(("test", "/x", 1)))], ("client", "patch-plain-operations")),
        ([(">", META), (">", GET)], ("client", "binary-pair")),
        ([(">", b"x")], ("client", "binary-pair")),
        ([(">", '{"type":"_HELLO","data":{"extensions":["a"]}}')],
         ("client", "versioning-hello-late")),
        ([("<", ASK), (">", GET)], ("client", "session-identify-answer")),
        ([("<", ASK), (">", b"")], ("client", "session-identify-answer")),
        ([("<", ASK), (">", "?")], ("client", "session-identify-answer")),
        ([("<", ASK), (">", '{"type":"_USER_SESSION","data":{"user":"","session":"s"}}')],
         ("client", "session-identify-answer")),
    ],
)  # fmt: skip
def test_fault_is_told_with_its_side(
    frames: list[tuple[str, str | bytes]], said: tuple[str, str]
) -> None:
    assert said in Heard().pass_(*frames).said


def test_state_for_a_client_that_is_not_identified_is_told() -> None:
    heard = Heard().pass_(("<", ASK), (">", GET), ("<", SET))
    assert ("server", "session-identify-refuse") in heard.said


def test_frame_behind_a_close_frame_is_told() -> None:
    heard = Heard()
    heard.judge.close(heard.judge.client, 0.0)
    assert heard.pass_((">", GET)).said == [("client", "broken-frames")]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([("<", SET), (">", GET)], ("server", "state-get")),
        ([("<", SET), (">", '{"type":"_SET:A","data":{"x":1}}'), ("<", GET)],
         ("client", "state-get")),
        ([("<", META)], ("server", "binary-pair")),
        ([(">", META)], ("client", "binary-pair")),
        ([("<", BYE)], ("server", "session-takeover-disconnect")),
        ([("<", ASK), (">", GET)], ("server", "session-identify-refuse")),
        ([("<", SET), ("<", patch(("remove", "/y")))], ("client", "state-ask-again")),
    ],
)  # fmt: skip
def test_what_does_not_come_in_time_is_suspected(
    frames: list[tuple[str, str | bytes]], said: tuple[str, str]
) -> None:
    heard = Heard().pass_(*frames)
    assert said not in heard.later(4.9).said
    assert [f.weight for f in heard.later(0.2).faults if (f.side, f.requirement) == said] == [
        "suspect"
    ]


@pytest.mark.parametrize(
    "frames",
    [
        [(">", GET)],  # a key that the server may not know
        [("<", SET), ("<", GET)],  # a key that the client may not use
        [("<", SET), (">", GET), ("<", BYE)],
    ],
)
def test_questions_that_need_no_answer_are_not_waited_for(
    frames: list[tuple[str, str | bytes]],
) -> None:
    heard = Heard().pass_(*frames).later(100)
    assert "state-get" not in [requirement for _, requirement in heard.said]


def test_servers_patch_that_may_have_crossed_an_edit_is_no_fault() -> None:
    edit, change = patch(("remove", "/items/1")), patch(("replace", "/items/1", 5))
    heard = Heard().pass_(("<", SET), (">", edit), ("<", change))
    assert heard.said == []
    assert "could not follow _PATCH:A of the server" in heard.notes[0]
    heard.pass_(("<", patch(("replace", "/items/7", 5))))  # not followed until the next state
    assert heard.said == []
    heard.pass_(("<", SET), ("<", patch(("replace", "/x", 3))))
    assert heard.copy["x"] == 3


def test_edit_of_another_attribute_is_no_excuse() -> None:
    heard = Heard().pass_(("<", SET), (">", patch(("replace", "/x", 9))))
    heard.pass_(("<", patch(("remove", "/items/7"))))
    assert heard.said == [("server", "patch-applicable")]


def test_edit_that_the_server_has_had_is_no_excuse() -> None:
    """The answer to a `_GET` of another key proves that the edit before it is handled."""
    other = '{"type":"_SET:B","data":{}}'
    heard = Heard().pass_(("<", SET), ("<", other), (">", patch(("remove", "/items/1"))))
    heard.pass_((">", '{"type":"_GET:B"}'), ("<", other), ("<", patch(("remove", "/items/1"))))
    assert heard.said == [("server", "patch-applicable")]


def test_edit_is_an_excuse_while_an_unasked_state_may_be_taken_for_the_answer() -> None:
    other = '{"type":"_SET:B","data":{}}'
    heard = Heard().pass_(("<", SET), ("<", other), ("<", other))
    heard.pass_((">", patch(("remove", "/items/1"))), (">", '{"type":"_GET:B"}'), ("<", other))
    assert heard.pass_(("<", patch(("remove", "/items/1")))).said == []


def test_clients_edit_of_what_was_just_changed_is_no_fault() -> None:
    heard = Heard().pass_(("<", SET)).later(1)
    heard.pass_(("<", patch(("remove", "/items/1"))), (">", patch(("replace", "/items/1", 0))))
    assert heard.said == []
    assert "could not follow _PATCH:A of the client" in heard.notes[0]


def test_clients_edit_of_what_was_changed_long_ago_is_one() -> None:
    heard = Heard().pass_(("<", SET), ("<", patch(("remove", "/items/1")))).later(11)
    heard.pass_((">", patch(("replace", "/items/1", 0))))
    assert heard.said == [("client", "state-set-replaces")]


def test_edits_that_cross_in_a_state_leave_the_attribute_in_doubt() -> None:
    """The server applies the edit after the state that it sent, the client before."""
    heard = Heard().pass_(("<", SET), (">", patch(("add", "/items/-", 3))), ("<", SET))
    heard.pass_(("<", patch(("replace", "/items/2", 4))))
    assert heard.said == []


def test_patch_that_confirms_an_edit_is_no_change_by_the_server() -> None:
    edit = patch(("replace", "/x", 9))
    heard = Heard().pass_(("<", SET), (">", edit), ("<", edit))
    assert heard.judge.documents.copies["A"].by == "client"
    heard.pass_(("<", patch(("replace", "/x", 8))))
    assert heard.judge.documents.copies["A"].by == "server"


def test_frame_that_could_not_be_judged_loses_the_copies() -> None:
    heard = Heard().pass_(("<", SET))
    heard.judge.large(heard.judge.server, 0.0)
    assert heard.pass_(("<", patch(("remove", "/y")))).said == []


def test_what_is_said_of_names_without_measure_is_bounded() -> None:
    """They would fill the memory of the watcher and of its page."""
    heard = Heard()
    watcher = Watcher(Listening(), 5.0)
    watched = watcher.open("/", "", "")
    long = "x" * 1_000_000
    frames = [f'{{"type":"_SET:{number}{long}","data":1}}' for number in range(3)]
    frames += [
        SET,
        patch(("remove", f"/{long}")),
        json.dumps({"type": "_TOAST", "data": {long: 1}}),
    ]
    for frame in frames:
        watched.server(Frame(Opcode.TEXT, frame.encode()).serialize(mask=False))
        heard.pass_(("<", frame))
    assert heard.notes == [
        "the type of an event has 1000006 characters; events with such types are not judged"
    ]
    assert {one.requirement.id for one in watcher.findings} == {"patch-applicable", "notices-toast"}
    assert all(len(one.type) < 10_000 for one in watcher.record.all())
    assert all(len(json.dumps(one.as_json())) < 50_000 for one in watcher.findings)
    heard.pass_(("<", ASK), (">", WHO.replace('"u"', json.dumps(long))))
    assert heard.judge.identity is not None
    assert len("".join(heard.judge.identity)) < 10_000
