"""The names and the content of replay files, and the files that are rejected."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.driver.trace import Trace
from conformance.replay.features import used
from conformance.replay.file import Replay, ReplayError, in_folder, load, name
from conformance.spec import deviation, schemas

GENERATED, SCRIPTED = schemas()["replay"]["examples"]
SHIPPED = Path(__file__).parents[3] / "conformance" / "cases" / "replays"


def test_name_says_the_case() -> None:
    assert name("state/get-is-answered-once") == "state.get-is-answered-once.json"
    assert name("state/get-is-answered-once", 2) == "state.get-is-answered-once.2.json"


@pytest.mark.parametrize(
    "identifier",
    ["a/b[TESTEE]", "a/b[testee]", "a/b[x/y]", "a/b[x:y]", "a/b[ä]", 'a/b["?*<>|\\]', "a/b[\x00]"],
)
def test_name_is_safe_and_differs_from_those_of_cases_that_look_alike(identifier: str) -> None:
    assert re.fullmatch(r"a\.b[a-z0-9-]*-[0-9a-f]{8}\.json", name(identifier))
    assert name(identifier) == name(identifier)
    assert name(identifier) not in {name("a/b"), name("a/b[]"), name(f"{identifier}]")}


def test_names_of_long_ids_are_short_and_differ() -> None:
    names = {name("a/" + "b" * 300 + end) for end in "xy"}
    assert len(names) == 2
    assert all(len(found) < 130 for found in names)


@pytest.mark.parametrize("document", [GENERATED, SCRIPTED], ids=["generated", "scripted"])
def test_file_is_read_as_it_was_written(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(document))
    found = load(path)
    assert json.loads(found.text()) == document
    assert isinstance(found, Replay)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "ws-sync-report"}, "its format is 'ws-sync-report'"),
        ({"format": None}, "it has no member 'format'"),
        ({"version": 2}, "its version is 2; this kit reads 1"),
        ({"program": []}, "invalid by the schema replay.json: at /program"),
        ({"program": [{"count": 1}]}, "at /program/0: 'do' is a required property"),
        ({"case": "../../secrets"}, "at /case"),
        ({"extra": 1}, "'extra' was unexpected"),
        ({"requirement": "no-such-thing"}, "'no-such-thing' is not an observable requirement"),
    ],
    ids=["format", "no-format", "version", "empty", "step", "case", "member", "requirement"],
)
def test_wrong_file_is_refused_with_the_reason(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(GENERATED | change))
    with pytest.raises(ReplayError, match=re.escape(said)):
        load(path)


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b"[]", b"1"])
def test_what_is_no_object_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    with pytest.raises(ReplayError, match=r"it is not JSON|it has no member"):
        load(path)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="it can't be read: No such file"):
        load(tmp_path / "nothing.json")


@pytest.mark.parametrize("path", in_folder(SHIPPED), ids=lambda path: path.stem)
def test_shipped_file_is_a_program(path: Path) -> None:
    assert deviation("replay", json.loads(path.read_text())) is None
    assert load(path).program


@pytest.mark.parametrize(
    ("frame", "features"),
    [
        ('{"type":"_ACTION:TESTEE","data":{"type":"assign","name":"text","value":"fail"}}', set()),
        ('{"type":"_ACTION:TESTEE","data":{"type":"notify"}}', {"toast"}),
        ('{"type":"_TASK_START:TESTEE","data":{"type":"wait"}}', {"tasks"}),
        ('{"type":"_BIN_META","data":{"type":"_ACTION:TESTEE","metadata":{}}}', {"binary"}),
        ('{"type":"_GET:scope/NESTED","data":{}}', {"scoped-keys"}),
        ('{"type":"_ACTION:TESTEE","data":{"type":[]}}', set()),
        ('{"type":"_ACTION:TESTEE"}', set()),
        ("{", set()),
        (b"\x00", set()),
    ],
)
def test_features_are_those_that_were_used(frame: str | bytes, features: set[str]) -> None:
    trace = Trace()
    trace.add("A", "received", '{"type":"_ACTION:TESTEE","data":{"type":"fail"}}')
    trace.add("A", "sent", frame)
    assert used(trace) == features
