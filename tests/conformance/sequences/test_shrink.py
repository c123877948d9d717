"""A failing program is made short."""

from __future__ import annotations

import json

from hypothesis import given, settings

from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.sequences.finding import Finding
from conformance.sequences.shrink import Program, fewer_steps, shrunk, simpler_steps
from conformance.sequences.steps import STEPS, Step
from conformance.sequences.strategies import programs
from tests.conformance.sequences.test_strategies import FEATURES


def step(text: object, **more: object) -> Step:
    return {"do": "assign", "values": {"text": text}, **more}


def finding(program: Program) -> Finding:
    return Finding(program, Violation(expected="no flag", received="a flag"), Trace())


async def contains_a_flag(program: Program) -> Finding | None:
    flags = [s for s in program if s["do"] == "assign" and "flag" in s["values"]]
    return finding(program) if flags else None


async def test_steps_and_values_that_do_not_matter_are_left_out() -> None:
    program: Program = [
        step("a"),
        {"do": "publish"},
        {"do": "assign", "values": {"flag": {"deep": [1, 2]}}, "at": 1},
        step("b"),
    ]
    found = await shrunk(finding(program), contains_a_flag, seconds=5.0)
    assert found.program == [{"do": "assign", "values": {"flag": 0}}]


async def test_attempt_that_breaks_another_requirement_does_not_count() -> None:
    async def breaks_another(program: Program) -> Finding | None:
        other = Violation(expected="this", received="that", requirement="state-get")
        return Finding(program, other, Trace())

    found = finding([step("a"), step("b")])
    assert await shrunk(found, breaks_another, seconds=5.0) is found


async def test_nothing_is_tried_when_there_is_no_time() -> None:
    found = finding([step("a"), {"do": "assign", "values": {"flag": 1}}])
    assert await shrunk(found, contains_a_flag, seconds=0.0) is found


def test_fewer_steps_ends_with_single_ones() -> None:
    program = [step(number) for number in range(4)]
    assert list(fewer_steps(program))[-4:] == [
        program[:3],
        [*program[:2], program[3]],
        [program[0], *program[2:]],
        program[1:],
    ]


@settings(max_examples=50, deadline=None)
@given(programs(FEATURES, ()))
def test_simpler_program_is_another_one_of_known_steps(program: Program) -> None:
    assert {s["do"] for s in program} <= STEPS.keys()
    for simpler in simpler_steps(program):
        assert simpler != program or json.dumps(simpler) != json.dumps(program)
        assert [s["do"] for s in simpler] == [s["do"] for s in program]


@settings(max_examples=50, deadline=None)
@given(programs(FEATURES, ()))
def test_spoiler_stays(program: Program) -> None:
    for simpler in simpler_steps([s for s in program if s["do"] == "spoiled"]):
        assert all("spoiler" in s for s in simpler)
        assert {json.dumps(s["spoiler"]) for s in simpler} <= {
            json.dumps(s["spoiler"]) for s in program if s["do"] == "spoiled"
        }
