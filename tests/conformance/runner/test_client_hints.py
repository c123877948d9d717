"""Hints about clients: each needs its evidence in the dialogue, and similar dialogues give none.

That each is given for a mutant that has the fault, and no other for it, is held by
`tools.run_client_mutants`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from conformance.driver.trace import Trace
from conformance.errors import Kind
from conformance.protocol.wire import JSON, Event
from conformance.runner import hints
from conformance.runner.client_hints import HINTS
from conformance.runner.hints import hint
from conformance.runner.verdict import Finding
from conformance.spec import requirements
from tests.conformance.runner.test_facts import Mute
from tests.mutants.clients.catalogue import mutants

Step = tuple[str, str, str, JSON]
START: dict[str, JSON] = {"text": "", "items": ["a", "b", "c"], "table": {}}
UNASKED = {"kind": Kind.MISSING_EVENT, "event": "_GET:TESTEE"}


def finding(requirement: str, *steps: Step, **members: Any) -> Finding:
    """A finding with a dialogue of events on TESTEE."""
    trace = Trace()
    for direction, connection, name, data in steps:
        text = Event(f"{name}:TESTEE", data).text()
        trace.add(connection, direction, text)  # type: ignore[arg-type]
    return Finding(requirement, Mute(**members), "", trace)


def given(found: Finding) -> str | None:
    one = hint(found, HINTS)
    return one.name if one else None


def gave(state: JSON, connection: str = "A") -> Step:
    return ("sent", connection, "_SET", state)


def patched(*operations: JSON) -> Step:
    return ("sent", "A", "_PATCH", [*operations])


def says(state: JSON) -> Step:
    return ("received", "A", "_SET", state)


def edits(*operations: JSON, connection: str = "A") -> Step:
    return ("received", connection, "_PATCH", [*operations])


def told(name: str, value: JSON, connection: str = "A") -> Step:
    return ("sent", connection, "_ACTION", {"type": "assign", "name": name, "value": value})


def add(path: str, value: JSON) -> JSON:
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> JSON:
    return {"op": "remove", "path": path}


def test_every_hint_is_wanted_by_a_mutant_and_speaks_of_requirements_that_bind_clients() -> None:
    assert {one.name for one in HINTS} == {kind.hint for kind in mutants().values()} - {None}
    for one in HINTS:
        assert one.requirements <= requirements().keys()
        assert all(requirements()[each].binds("client") for each in one.requirements)


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ({**START, "text": "half"}, "half-applied"),
        ({**START, "text": "other"}, None),
        (START, None),
    ],
    ids=["first-half", "something-else", "nothing"],
)
def test_half_of_a_patch_is_told_where_the_client_holds_just_that(
    reported: JSON, name: str | None
) -> None:
    patch = patched(add("/text", "half"), remove("/table/nothing"))
    assert given(finding("patch-atomic", gave(START), patch, says(reported))) == name


def test_patch_that_was_taken_whole_is_not_half_applied() -> None:
    patch = patched(add("/text", "x"), add("/text", "y"))
    reported = says({**START, "text": "x"})
    assert given(finding("patch-atomic", gave(START), patch, reported)) is None


@pytest.mark.parametrize(
    ("operation", "reported", "name"),
    [
        (remove("/table/x"), START, "dropped-patch"),
        (remove("/table/x"), {**START, "table": {"x": 1}}, None),
        ({"op": "test", "path": "/text", "value": "x"}, START, None),
        ({"op": "move", "from": "/table/x", "path": "/table/x"}, START, None),
        (remove("/text"), START, None),
    ],
    ids=["dropped", "applied-somehow", "only-tested", "moved-to-its-place", "applicable"],
)
def test_patch_counts_as_dropped_where_it_would_have_shown(
    operation: JSON, reported: JSON, name: str | None
) -> None:
    steps = (gave(START), patched(operation), says(reported))
    assert given(finding("state-ask-again", *steps, **UNASKED)) == name


def test_state_is_merged_where_both_are_held() -> None:
    first, second = {**START, "table": {"a": 1}}, {**START, "table": {"b": 2}}
    both = {**START, "table": {"a": 1, "b": 2}}
    steps = (gave(first), gave(second))
    assert given(finding("state-set-replaces", *steps, says(both))) == "merged-state"
    assert given(finding("state-set-replaces", *steps, says(first))) is None


@pytest.mark.parametrize(
    ("token", "member", "name"),
    [("a~1b", "a~1b", "never-unescaped"), ("~01", "/", None), ("a~1b", "a/b", None)],
    ids=["raw", "wrong-order", "right"],
)
def test_token_is_raw_where_a_member_is_named_like_it(
    token: str, member: str, name: str | None
) -> None:
    steps = (gave(START), patched(add(f"/table/{token}", 1)), says({**START, "table": {member: 1}}))
    assert given(finding("patch-unescape", *steps)) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [("/table/a/b", "never-escaped"), ("/table/a~1b", None), ("/table", None)],
    ids=["raw", "escaped", "whole"],
)
def test_name_is_raw_where_the_pointer_has_it_as_it_is(path: str, name: str | None) -> None:
    steps = (gave(START), told("table", {"a/b": 1}), edits(add(path, 1)))
    assert given(finding("patch-escaping", *steps)) == name


@pytest.mark.parametrize(
    ("operation", "reported", "name"),
    [
        (add("/items/01", "z"), ["a", "z", "b", "c"], "loose-index"),
        (add("/items/-1", "z"), ["a", "b", "z", "c"], None),
        (add("/items/01", "z"), ["a", "b", "c"], None),
        (add("/items/01", "z"), ["a", "b", "c", "other"], None),
        (add("/items/1", "z"), ["a", "z", "c"], "over-element"),
        (add("/items/3", "z"), ["a", "b", "c"], None),
    ],
    ids=["zero-in-front", "negative", "not-applied", "another-fault", "written-over", "lost"],
)
def test_index_is_told_where_the_client_has_applied_it(
    operation: JSON, reported: JSON, name: str | None
) -> None:
    steps = (gave(START), patched(operation), says({**START, "items": reported}))
    assert given(finding("patch-index", *steps)) == name


STALE = edits(remove("/items/2"), connection="B")


@pytest.mark.parametrize(
    ("before", "now", "between", "name"),
    [
        (START, {**START, "items": []}, [], "stale-edits"),
        (START, {**START, "items": []}, [told("text", "x", "B")], None),
        ({**START, "items": []}, {**START, "items": ["a"]}, [], None),
    ],
    ids=["kept", "asked-for-there", "fits-neither"],
)
def test_edits_are_stale_where_they_fit_the_state_of_the_connection_before(
    before: JSON, now: JSON, between: list[Step], name: str | None
) -> None:
    steps = (gave(before), gave(now, "B"), *between, STALE)
    assert given(finding("state-client-patch", *steps)) == name


def test_base_outlives_only_a_connection_that_had_a_state() -> None:
    assert given(finding("state-client-base", gave(START), STALE)) == "base-outlives"
    assert given(finding("state-client-base", STALE)) is None


def test_older_base_is_told_where_the_patch_leads_from_it_to_what_the_client_says() -> None:
    own = {**START, "items": ["a", "b", "c", "d"]}
    again = edits(add("/items/3", "d"))
    assert given(finding("state-client-patch", gave(START), says(own), again)) == "base-stays"
    other = edits(add("/items/3", "e"))
    assert given(finding("state-client-patch", gave(START), says(own), other)) is None
    written = (gave(START), says(own), told("text", "x"), again)
    assert given(finding("state-client-patch", *written)) is None


@pytest.mark.parametrize(
    ("wanted", "paths", "name"),
    [
        (["a"], ["/items/1", "/items/2"], "removes-ascending"),
        (["b"], ["/items/1", "/items/2"], None),
        (["a"], ["/items/2", "/items/1"], None),
        (["a"], ["/items/1", "/items/1"], None),
    ],
    ids=["ascending", "others-were-meant", "descending", "one-place"],
)
def test_order_of_removals_is_told_where_the_other_way_is_right(
    wanted: JSON, paths: list[str], name: str | None
) -> None:
    steps = (gave(START), told("items", wanted), edits(*map(remove, paths)))
    assert given(finding("state-client-patch", *steps)) == name


def test_null_is_left_out_where_null_was_to_be_sent() -> None:
    operation = {"op": "replace", "path": "/text"}
    found = finding("patch-shape", gave(START), told("text", None), edits(operation))
    assert given(found) == "null-left-out"
    found = finding("patch-shape", gave(START), told("text", "x"), edits(operation))
    assert given(found) is None


@pytest.mark.parametrize(
    ("waits", "name"),
    [
        ([0.020, 0.021, 0.020, 0.019, 0.020, 0.022, 0.020, 0.160, 0.020, 0.021], "constant-wait"),
        ([0.200, 0.150, 0.100, 0.080, 0.060, 0.050, 0.040, 0.030, 0.020, 0.010], None),
        ([0.020, 0.020, 0.020], None),
    ],
    ids=["constant", "shrinking", "few"],
)
def test_waits_are_constant_where_all_but_a_few_are_alike(
    waits: list[float], name: str | None
) -> None:
    assert given(finding("session-backoff", received_value=[waits])) == name


def test_bytes_are_text_where_nothing_was_announced() -> None:
    found = finding("binary-pair")
    found.trace.add("A", "received", b'{"type":"_SET:TESTEE"}')
    assert given(found) == "bytes-for-text"
    found = finding("binary-pair", ("received", "A", "_GET", {}))
    found.trace.add("A", "received", '{"type":"_BIN_META","data":{"type":"_ACTION:TESTEE"}}')
    found.trace.add("A", "received", '{"type":"_GET:TESTEE","data":{}}')
    found.trace.add("A", "received", b'{"type":"content that looks like an event"}')
    assert given(found) is None


def test_values_are_told_where_nothing_else_is_wrong_with_them() -> None:
    proto = {**START, "table": {"__proto__": 1, "a": 1}}
    found = finding("events-member-names", gave(proto), says({**START, "table": {"a": 1}}))
    assert given(found) == "loses-proto"
    assert given(finding("events-member-names", gave(proto), says(START))) is None
    large = {**START, "number": 2**31}
    found = finding("events-integers", gave(large), says({**large, "number": -(2**31)}))
    assert given(found) == "32-bits"
    found = finding("events-integers", gave(large), says({**large, "number": 2.0**31}))
    assert given(found) is None


def nested(levels: int) -> JSON:
    value: JSON = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "steps",
    [
        (edits(remove(f"/items/{'9' * 5000}"), remove(f"/items/{'8' * 5000}")),),
        (("received", "A", "_PATCH", "no list"), edits(remove("/items/0"))),
        (("received", "A", "_PATCH", [None, {"op": 5, "path": []}]),),
        (says({**START, "text": nested(700)}), edits(remove("/items/0"))),
        (("received", "A", "_SET", []), edits(remove("/items/0"))),
        (("received", "A", "_ACTION", []), edits()),
    ],
    ids=["huge-indexes", "no-patch", "no-operations", "deep", "no-object", "no-call"],
)
def test_whatever_a_client_sends_breaks_no_pattern(steps: tuple[Step, ...]) -> None:
    before = (gave(START), told("items", ["a"]), patched(add("/text", "x")))
    for requirement in sorted({r for one in HINTS for r in one.requirements}):
        given(finding(requirement, *before, *steps, says({**START, "table": nested(700)})))


def test_state_that_was_not_kept_whole_brings_no_hint() -> None:
    long = {**START, "text": "x" * 70_000}
    steps = (gave(long), patched(add("/text", "half"), remove("/none")), says(long))
    assert given(finding("patch-atomic", *steps)) is None


def test_every_hint_of_the_table_has_a_pattern() -> None:
    rows = tomllib.loads(Path(hints.__file__).with_name("hints.toml").read_text(encoding="utf-8"))
    assert rows.keys() == {one.name for one in (*HINTS, *hints.HINTS)}
