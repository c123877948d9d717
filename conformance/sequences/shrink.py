"""Shrinks a failing program: leaves out steps, then simplifies the values in them.

Hypothesis draws the programs but does not shrink them: to draw each attempt again takes longer than
to run it. A step is a JSON object that can follow any other, so an attempt is the program with
something left out. An attempt counts if it breaks the same requirement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from conformance.protocol.wire import JSON
from conformance.sequences.finding import Finding, Judge
from conformance.sequences.steps import Step

Program = list[Step]

SHRINKING = 20.0
"""Seconds to shrink one finding."""
ARRAYS = frozenset({"items", "/items"})
"""Names and pointers of values that must stay arrays (testee.md)."""


async def shrunk(found: Finding, judge: Judge, seconds: float = SHRINKING) -> Finding:
    """Return the shortest program that breaks the same requirement.

    Args:
        found: The finding to shrink.
        judge: Runs an attempt.
        seconds: The time after which no attempt begins.
    """
    ends = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for attempts in (fewer_steps, simpler_steps):
            tried = attempts(found.program)
            while (attempt := next(tried, None)) is not None and time.monotonic() < ends:
                again = await judge(attempt)
                if again and again.violation.requirement == found.violation.requirement:
                    found, progress = again, True
                    tried = attempts(found.program)
    return found


def fewer_steps(program: Program) -> Iterator[Program]:
    """The program without some of its steps: large parts first, and the last ones first."""
    size = len(program) // 2
    while size:
        for start in range(len(program) - size, -1, -size):
            yield program[:start] + program[start + size :]
        size //= 2


def simpler_steps(program: Program) -> Iterator[Program]:
    """The program with one of its steps made simpler."""
    for place, step in enumerate(program):
        for simpler in simpler_members(step):
            yield [*program[:place], simpler, *program[place + 1 :]]


def simpler_members(step: Step) -> Iterator[Step]:
    """The step with one of its members made simpler."""
    if "at" in step:
        yield {name: value for name, value in step.items() if name != "at"}
    for name, value in step.items():
        match name, value:
            case ("values" | "members", dict()):
                changes: Iterator[JSON] = simpler_object(value, least=name == "values")
            case ("operations" | "assignments", list()):
                changes = simpler_list(value, simpler_operation, least=1)
            case ("before" | "after", list()):
                changes = simpler_list(value, simpler_operation)
            case ("items" | "value" | "data" | "label", _) if "what" not in step:
                changes = simpler_value(value, name)
            case ("count", int()) if value > 1:
                changes = iter([1, value - 1])
            case ("content", str()) if value:
                changes = iter([""])
            case _:
                continue
        yield from ({**step, name: change} for change in changes)


def simpler_operation(operation: JSON) -> Iterator[JSON]:
    """An operation of a patch, or an assignment of a batch, with simpler values."""
    if isinstance(operation, list):
        name, value = operation
        yield from ([name, change] for change in simpler_value(value, name))
    elif isinstance(operation, dict) and "value" in operation:
        changes = simpler_value(operation["value"], str(operation.get("path")))
        yield from ({**operation, "value": change} for change in changes)


def simpler_value(value: JSON, name: str = "") -> Iterator[JSON]:
    """Values that are simpler than a value."""
    if name in ARRAYS:
        if value:
            yield []
    elif value != 0 or value is False:
        yield 0
    if isinstance(value, list):
        yield from simpler_list(value, simpler_value)
    elif isinstance(value, dict):
        yield from simpler_object(value)


def simpler_list(
    values: list[JSON], simpler: Callable[[JSON], Iterator[JSON]], *, least: int = 0
) -> Iterator[list[JSON]]:
    """The list without one element, or with a simpler one."""
    for place, value in enumerate(values):
        if len(values) > least:
            yield values[:place] + values[place + 1 :]
        yield from ([*values[:place], change, *values[place + 1 :]] for change in simpler(value))


def simpler_object(members: dict[str, JSON], *, least: int = 0) -> Iterator[dict[str, JSON]]:
    """The object without one member, or with a simpler one."""
    for name, value in members.items():
        if len(members) > least:
            yield {other: kept for other, kept in members.items() if other != name}
        yield from ({**members, name: change} for change in simpler_value(value, name))
