"""The rules of verdicts: what a case raised becomes its outcome.

A `Violation` counts against the side under test, by the level of the requirement. Anything else
that a case raises is an error of the kit, or a reason why nothing was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from _pytest.outcomes import Skipped

from conformance.driver.closing import ConnectionEnd
from conformance.driver.liveness import check_alive
from conformance.driver.trace import Trace
from conformance.errors import NotTestable, Violation, Violations
from conformance.protocol.display import escape_control_chars
from conformance.runner import client_hints, hints, known_failing
from conformance.runner.explain import describe_closing, explain
from conformance.runner.known_failing import Entry, Failure, Known
from conformance.runner.options import Options
from conformance.runner.verdict import ClosingVerdict, Finding, Outcome, Run, Verdict
from conformance.spec import Requirement, requirements

Program: TypeAlias = list[dict[str, Any]] | None
Keep: TypeAlias = Callable[[Finding], str | None]
Found: TypeAlias = tuple[Violation, Trace, Program]


# These two are skips, because pytest formats other exceptions at length.


class NeedsTestee(Skipped):
    """There is no testee."""

    needs = "a testee"

    def __init__(self) -> None:
        super().__init__("needs a testee, the small application of spec/testee.md")


class Blocked(Skipped):
    """The case depends on a case that failed."""

    def __init__(self, culprit: str) -> None:
        super().__init__(f"depends on {culprit}, which failed")
        self.culprit = culprit


def judge(
    outcome: Outcome,
    error: BaseException | None,
    endings: Iterable[ConnectionEnd],
    chosen: Options,
    keep: Keep,
) -> None:
    """Set the verdict of an outcome, and everything that belongs to it.

    Args:
        outcome: The outcome of a case that has ended, with its trace.
        error: What the case raised; None is a pass.
        endings: How the connections of the case ended.
        chosen: The options of the run.
        keep: Keeps a finding, and returns the command that runs it again.
    """
    outcome.closing = _judge_closings(endings, chosen)
    match error:
        case None:
            pass
        case NeedsTestee() | NotTestable():
            outcome.verdict, outcome.reason = Verdict.NOT_TESTABLE, str(error)
            outcome.lacks = error.needs
        case Blocked():
            outcome.verdict, outcome.reason = Verdict.BLOCKED, str(error)
            outcome.blocked_by = error.culprit
        case pytest.skip.Exception():
            outcome.verdict, outcome.reason = Verdict.NOT_APPLICABLE, str(error)
        case Violation():
            _blame(outcome, [(error, outcome.trace or Trace(), None)], chosen, keep)
        case Violations():
            _blame(outcome, [*error.findings], chosen, keep)
        case _:
            outcome.verdict = Verdict.KIT_ERROR
    _compare_with_list(outcome, chosen.known.of(outcome.case.id))


def _blame(outcome: Outcome, violations: list[Found], chosen: Options, keep: Keep) -> None:
    death = check_alive(chosen.target, chosen.process)
    if death:
        outcome.death = _describe_death(chosen, outcome.trace, death)
    for violation, trace, program in violations:
        outcome.trace = trace
        finding = _finding(outcome, violation, trace, program, chosen)
        outcome.findings.append(replace(finding, replay=keep(finding)))
    found = [requirements()[finding.requirement] for finding in outcome.findings]
    outcome.broken = found[-1].id
    outcome.reason = "\n\n".join(explain(outcome, finding) for finding in outcome.findings)
    if death:
        outcome.verdict = Verdict.DIED
    else:
        outcome.verdict = max(
            (by_level(one, chosen) for one in found), key=(Verdict.WARN, Verdict.FAIL).index
        )


def _judge_closings(endings: Iterable[ConnectionEnd], chosen: Options) -> ClosingVerdict | None:
    """The worst verdict about how connections ended; None if there is nothing to judge."""
    found = [
        ClosingVerdict(
            Verdict.PASS if one.met else by_level(requirements()[one.requirement], chosen),
            one.how,
            one.requirement,
            one.expected,
        )
        for one in endings
    ]
    worst_last = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)
    return max(found, key=lambda one: worst_last.index(one.verdict), default=None)


def by_level(requirement: Requirement, chosen: Options) -> Verdict:
    """The verdict for a requirement that is not met."""
    return Verdict.FAIL if requirement.binding or chosen.strict else Verdict.WARN


def _finding(
    outcome: Outcome, violation: Violation, trace: Trace, program: Program, chosen: Options
) -> Finding:
    replayed = outcome.case.replay
    seed = chosen.seed if program is not None else None
    if program is None and replayed is not None:
        program, seed = replayed.program, replayed.seed
    finding = Finding(
        requirement=violation.requirement or outcome.case.requirement.id,
        violation=violation,
        sent=violation.sent or trace.last_sent() or "nothing yet",
        trace=trace,
        steps=program,
        seed=seed,
    )
    table = client_hints.HINTS if chosen.target.is_client else hints.HINTS
    hint = hints.hint(finding, table)
    printed = chosen.process.printed_since_mark() if chosen.process is not None else ""
    return replace(finding, hint=hint, printed=printed)


def _describe_death(chosen: Options, trace: Trace | None, death: str) -> str:
    answered = chosen.target.is_client or (  # whose death is found at the end of a case
        trace is not None and any(entry.direction == "received" for entry in trace.entries)
    )
    when = "it died during this case" if answered else "it died before this case"
    status = ""
    if chosen.process is not None and chosen.process.died():
        status = f"; its exit status is {chosen.process.status}"
        if not chosen.process.printed_since_mark():  # the finding has that
            status += f", and {chosen.process.printed()}"
    return f"The {chosen.target.side} has died: {death}; {when}{status}"


def _compare_with_list(outcome: Outcome, entry: Entry | None) -> None:
    if entry is None:
        return
    case, known, closing = outcome.case.id, entry.reason, outcome.closing
    outcome.known = known
    bad_closing = closing is not None and closing.verdict is not Verdict.PASS
    if outcome.verdict in (Verdict.FAIL, Verdict.WARN):
        if entry.holds(outcome.reason):
            outcome.verdict = Verdict.KNOWN
            outcome.reason = f"known: {known}\n{outcome.reason}"
        else:
            outcome.not_as_listed = (
                f"{entry.place}: {case} is listed as known failing with {entry.pinned!r}, but "
                "its failure does not contain this text:"
            )
            outcome.reason = f"{outcome.not_as_listed}\n{outcome.reason}"
    elif outcome.verdict is Verdict.PASS:
        if closing is not None and bad_closing and entry.holds(describe_closing(closing)):
            outcome.verdict = Verdict.KNOWN
            outcome.reason = f"known: {known}\n{case}: {describe_closing(closing)}"
        else:
            outcome.reason = outcome.not_as_listed = (
                f"{entry.place}: {case} passes, but it is listed as known failing ({known}): "
                "remove the entry"
            )
    elif outcome.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE):
        outcome.reason = outcome.not_as_listed = (
            f"{entry.place}: {case} is listed as known failing ({known}), but it was not judged: "
            f"{outcome.reason}"
        )
    elif outcome.verdict is Verdict.DIED:
        outcome.not_as_listed = (
            f"{entry.place}: {case} is listed as known failing, but the target died"
        )
    if outcome.not_as_listed and outcome.verdict is not Verdict.DIED:
        outcome.verdict = Verdict.FAIL
    if closing is not None and bad_closing and outcome.verdict is Verdict.KNOWN:
        outcome.closing = replace(closing, verdict=Verdict.KNOWN)


SHORT = 160
"""The maximum length of a reason that the kit writes."""


def listed(run: Run, old: Known) -> str:
    """Return the known-failing list of what fails in a run."""
    failures, passed = [], set[str]()
    for outcome in run.outcomes:
        closing = outcome.closing
        text = outcome.reason
        if outcome.verdict in (Verdict.FAIL, Verdict.KNOWN) and outcome.findings:
            first = outcome.findings[0]
            reason = f"expected {first.expected}, received {first.received}"
            text = "\n".join(explain(outcome, finding) for finding in outcome.findings)
        elif closing is not None and closing.verdict in (Verdict.FAIL, Verdict.KNOWN):
            reason = text = describe_closing(closing)
        else:
            if outcome.verdict in (Verdict.PASS, Verdict.WARN, Verdict.FAIL):
                passed.add(outcome.case.id)
            continue
        reason = escape_control_chars(reason)
        short = reason if len(reason) <= SHORT else reason[: SHORT - 1] + "…"
        failures.append(Failure(outcome.case.id, short, text))
    judged = {failure.case for failure in failures} | passed
    return known_failing.written(
        failures, old, passed, kept=[case.id for case in run.cases if case.id not in judged]
    )
