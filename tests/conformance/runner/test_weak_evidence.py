"""Warnings about runs with little evidence, about servers and about clients."""

from __future__ import annotations

from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.runner.case import Case
from conformance.runner.verdict import Outcome, Run, Verdict
from conformance.runner.weak_evidence import warnings
from conformance.spec import requirements

SERVER = Target("ws://127.0.0.1:1/")
CLIENT = Target("ws://127.0.0.1:1/", listen=("127.0.0.1", 1))
STATE = '{"type":"_SET:TESTEE","data":{"text":"%s"}}'
PATCH = '{"type":"_PATCH:TESTEE","data":[{"op":"replace","path":"/text","value":"new"}]}'


def outcome(section: str, verdict: Verdict, trace: Trace | None = None) -> Outcome:
    return Outcome(
        Case(f"{section}/x", requirements()["state-get"], frozenset()), verdict, trace=trace
    )


def left_out(**sections: Verdict) -> list[str]:
    return list(warnings(Run([outcome(name, each) for name, each in sections.items()]), SERVER))


def test_sections_that_are_left_out_are_named_in_one_sentence() -> None:
    na, untested = Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE
    assert left_out(state=Verdict.PASS) == []
    assert left_out(tasks=na) == ['section "tasks" was not applicable']
    assert left_out(tasks=na, binary=na, sequences=untested, state=Verdict.PASS) == [
        'sections "tasks" and "binary" were not applicable; section "sequences" was not tested'
    ]


def talk(*entries: tuple[str, str]) -> Run:
    trace = Trace()
    for direction, payload in entries:
        trace.add("A", direction, payload)  # type: ignore[arg-type]
    return Run([outcome("state", Verdict.PASS, trace)])


def test_client_that_takes_no_patch_is_told() -> None:
    entries = [("sent", STATE % "old"), ("sent", PATCH), ("received", STATE % "old")]
    (_, refused) = warnings(talk(*entries), CLIENT)
    assert refused == "every _PATCH of the kit was refused (1): no patch was seen to work"
    entries[2] = ("received", STATE % "new")
    (edits,) = warnings(talk(*entries), CLIENT)
    assert edits.endswith("the edits of the client were not tested")


def test_patch_that_a_new_state_of_the_kit_covers_says_nothing() -> None:
    entries = [("sent", STATE % "old"), ("sent", PATCH), ("sent", STATE % "other")]
    (edits,) = warnings(talk(*entries, ("received", STATE % "other")), CLIENT)
    assert edits.startswith("no _PATCH arrived")
