"""The requirements that a run exercised, and why it did not exercise the others."""

from __future__ import annotations

import pytest

from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.runner.case import Case
from conformance.runner.verdict import ClosingVerdict, Finding, Outcome, Run, Verdict
from conformance.spec import requirements
from conformance.terminal.coverage import coverage

OWN, OTHER = "state-get", "patch-atomic"


def case(requirement: str) -> Case:
    return Case(f"state/{requirement}", requirements()[requirement], frozenset())


def finding(requirement: str) -> Finding:
    return Finding(requirement, Violation(), "x", Trace())


def of(outcome: Outcome, requirement: str, side: str = "server") -> tuple[bool, bool, str]:
    """Whether a requirement was exercised, whether it is not met, why it was not exercised."""
    run = Run([outcome], cases=[outcome.case])
    (group,) = [g for g in coverage(run, side) if requirement in g.all]
    why = [reason.phrase(1) for reason, ids in group.missing.items() if requirement in ids]
    return requirement in group.exercised, requirement in group.broken, "".join(why)


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WARN, Verdict.KNOWN, Verdict.DIED])
def test_requirement_that_a_case_has_found_unmet_is_exercised(verdict: Verdict) -> None:
    outcome = Outcome(case(OWN), verdict, findings=[finding(OWN)])
    assert of(outcome, OWN) == (True, True, "")


def test_case_that_fails_for_another_requirement_has_not_reached_its_own() -> None:
    outcome = Outcome(case(OWN), Verdict.FAIL, findings=[finding(OTHER)])
    assert of(outcome, OTHER) == (True, True, "")
    assert of(outcome, OWN) == (False, False, "was not reached by a case")


def test_way_of_closing_counts_for_its_own_requirement() -> None:
    closing = ClosingVerdict(Verdict.WARN, "", "connection-close-code", "")
    outcome = Outcome(case(OWN), Verdict.PASS, closing=closing)
    assert of(outcome, OWN) == (True, False, "")
    assert of(outcome, "connection-close-code") == (True, True, "")


def test_requirements_of_the_other_side_are_not_counted() -> None:
    run = Run([Outcome(case(OWN), Verdict.PASS)])
    assert {group.side for group in coverage(run, "client")} == {"client", "both"}
    assert {group.side for group in coverage(run, "server")} == {"server", "both"}
