"""Hints, warnings and the coverage depend on facts: no sentence is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.driver.target import Target
from conformance.driver.trace import Change, Trace
from conformance.errors import Kind, Violation
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import Case
from conformance.runner.hints import HINTS, hint
from conformance.runner.verdict import Finding, Outcome, Run, Searched, Verdict
from conformance.runner.weak_evidence import warnings
from conformance.spec import requirements
from conformance.terminal.coverage import Missing, Why, coverage

SERVER = Target("ws://127.0.0.1:1/")
GIBBERISH = "xyzzy"


class Mute(Violation):
    """A violation whose sentences must not be read."""

    @property
    def expected(self) -> str:
        raise AssertionError("a sentence is read")

    received = expected


def sent(type: str, data: JSON = None) -> tuple[str, str]:
    return "sent", Event(type, data).text()


def patched(*operations: JSON) -> tuple[str, str]:
    return sent("_PATCH:TESTEE", [*operations])


def called(name: str) -> tuple[str, str]:
    return sent("_ACTION:TESTEE", {"type": name})


def add(path: str) -> JSON:
    return {"op": "add", "path": path, "value": 1}


DISCONNECT = ("received", '{"type":"_DISCONNECT","data":"replaced"}')
START = sent("_TASK_START:TESTEE", {"type": "wait"})
ENDS = [("A", "closed"), ("B", "closed")]
BEGINNINGS = [("A", "opened"), ("B", "opened")]
SURROGATE = ("sent", '{"type":"_SET:TESTEE","data":{"text":"\\ud800"}}')
PAIR = [("received", '{"type":"_BIN_META"}'), ("received", '{"type":"_GET:TESTEE"}')]
TYPES = {"received_value": {"a": True, "b": 1}, "expected_value": {"a": 1, "b": 1}}
TASKS = {"received_value": {"runningTasks": []}, "expected_value": {"runningTasks": ["wait"]}}
ECHO = {"received_value": [add("/text")], "expected_value": []}
RAW = {"received_value": {"a~1b": 1}, "expected_value": {"a/b": 1}}

SEEN: list[tuple[str, str, dict[str, Any], Sequence[tuple[str, str]]]] = [
    ("newer-closed", "session-takeover", {"close_code": 1011}, [*ENDS, DISCONNECT]),
    (
        "patch-first",
        "connection-state-before-patch",
        {"event": "_PATCH:TESTEE", "kind": Kind.UNEXPECTED_EVENT},
        BEGINNINGS,
    ),
    ("not-finite", "events-strict-json", {"kind": Kind.NOT_FINITE}, []),
    ("poisoned", "state-get", {"kind": Kind.MISSING_EVENT}, [SURROGATE]),
    ("never-unescaped", "patch-unescape", RAW, [patched(add("/table/a~1b"))]),
    ("half-applied", "patch-atomic", {}, [patched(add("/text"), add("/none/x"))]),
    ("echo", "state-no-echo", ECHO, [patched(add("/text"))]),
    ("cancelled-early", "tasks-cancel-early", TASKS, [START, START]),
    ("cancelled-early", "tasks-cancel-early", {"attributes": ("runningTasks",)}, [START, START]),
    ("interleaved", "binary-pair", {}, PAIR),
    ("loop-ends", "actions-error", {"close_code": 1000}, []),
    ("stale-start", "session-resumes", {"kind": Kind.INITIAL_STATE}, [called("assignQuietly")]),
    ("hyphen-append", "patch-append", {}, [patched(add("/items/-"))]),
    ("hyphen-index", "patch-index", {}, [patched(add("/items/-"))]),
    ("loose-index", "patch-index", {}, [patched(add("/items/01"))]),
    ("true-is-one", "patch-type-changes", TYPES, []),
    ("snapshot-written-back", "state-unsynced-kept", {}, []),
    ("waits-for-older", "session-takeover-prompt", {}, []),
]
"""For each hint a requirement, and the facts and the entries that it is given for."""


def of_facts(
    requirement: str, facts: dict[str, Any], entries: Sequence[tuple[str, str]]
) -> str | None:
    trace = Trace()
    for first, second in entries:
        if second in ("opened", "closed"):
            change: Change = second  # type: ignore[assignment]
            trace.add(first, "noted", GIBBERISH, change)
        else:
            trace.add("A", first, second)  # type: ignore[arg-type]
    found = hint(Finding(requirement, Mute(**facts), GIBBERISH, trace), HINTS)
    return found.name if found else None


@pytest.mark.parametrize(
    ("name", "requirement", "facts", "entries"), SEEN, ids=[name for name, *_ in SEEN]
)
def test_hint_is_given_for_facts_alone(
    name: str, requirement: str, facts: dict[str, Any], entries: Sequence[tuple[str, str]]
) -> None:
    assert of_facts(requirement, facts, entries) == name


def test_every_hint_has_its_facts() -> None:
    assert {name for name, *_ in SEEN} == {one.name for one in HINTS}


@pytest.mark.parametrize(
    ("requirement", "facts", "entries"),
    [
        ("session-takeover", {}, [*ENDS, DISCONNECT]),
        ("session-takeover", {"close_code": 1006}, [*ENDS, DISCONNECT]),
        ("session-takeover", {"close_code": 1011}, [ENDS[0], DISCONNECT]),
        ("events-strict-json", {"kind": Kind.NOT_JSON}, []),
        ("state-get", {"kind": Kind.STILL_OPEN}, [SURROGATE]),
        ("actions-error", {"close_code": 1011}, []),
        ("patch-type-changes", {"received_value": False, "expected_value": 0}, []),
        ("patch-type-changes", {"received_value": True, "expected_value": 2}, []),
        ("session-resumes", {"kind": Kind.DIFFERENT_VALUE}, [called("assignQuietly")]),
    ],
)
def test_other_facts_bring_no_hint(
    requirement: str, facts: dict[str, Any], entries: Sequence[tuple[str, str]]
) -> None:
    assert of_facts(requirement, facts, entries) is None


def outcome(verdict: Verdict, **facts: Any) -> Outcome:
    case = Case("sequences/x", requirements()["state-get"], frozenset())
    return Outcome(case, verdict, reason=GIBBERISH, **facts)


def test_warning_of_short_sequences_is_given_for_their_numbers() -> None:
    def warned(steps: int) -> list[str]:
        searched = Searched(9, steps, GIBBERISH)
        return [*warnings(Run([outcome(Verdict.PASS, searched=searched)]), SERVER)]

    assert warned(9) == ["every generated sequence ended at its first step"]
    assert warned(10) == []


def test_reason_of_the_coverage_is_what_the_run_lacks() -> None:
    lacking = outcome(Verdict.NOT_TESTABLE, lacks="a testee")
    run = Run([lacking], cases=[lacking.case])
    assert ["state-get"] in [
        group.missing.get(Missing(Why.NEEDS, "a testee")) for group in coverage(run, "server")
    ]


def test_violation_that_is_restated_keeps_its_facts() -> None:
    first = Violation(expected="one", received="two", close_code=1000, requirement="state-get")
    again = first.restated(expected="three", requirement="patch-atomic")
    assert (str(again), again.close_code) == ("expected three, received two", 1000)
    assert (first.requirement, again.requirement) == ("state-get", "patch-atomic")
    assert first.restated(expected="x").requirement == "state-get"
