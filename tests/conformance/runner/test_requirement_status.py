"""Whether a requirement is met: by the cases bound to it, and by those that find it unmet."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.reports.model import Report
from conformance.runner.requirement_status import RequirementStatus
from conformance.runner.verdict import Verdict
from tests.conformance.reports.made import case, finding, of_client, report

OTHER: dict[str, Any] = {"broken": "patch-atomic", "findings": [finding("patch-atomic")]}


@pytest.mark.parametrize(
    ("cases", "standing"),
    [
        ([case()], RequirementStatus.MET),
        ([case(), case(verdict=Verdict.FAIL)], RequirementStatus.BROKEN),
        ([case(), case(verdict=Verdict.WARN)], RequirementStatus.WARNED),
        ([case(), case(verdict=Verdict.KNOWN)], RequirementStatus.KNOWN),
        ([case(verdict=Verdict.WARN), case(verdict=Verdict.DIED)], RequirementStatus.BROKEN),
        ([case(verdict=Verdict.NOT_APPLICABLE)], RequirementStatus.UNJUDGED),
        ([case(verdict=Verdict.BLOCKED)], RequirementStatus.UNJUDGED),
        ([case(verdict=Verdict.FAIL, **OTHER)], RequirementStatus.UNJUDGED),
        ([], RequirementStatus.UNJUDGED),
    ],
    ids=["passes", "fails", "warns", "known", "died", "n-a", "blocked", "blames-another", "none"],
)
def test_requirement_stands_by_its_worst_case(
    cases: list[Any], standing: RequirementStatus
) -> None:
    assert report(*cases).requirement_results["state-get"].status is standing


def test_case_of_another_requirement_can_break_one() -> None:
    found = report(case(verdict=Verdict.FAIL, **OTHER)).requirement_results["patch-atomic"]
    assert found.status is RequirementStatus.BROKEN
    assert found.against == ["state/get-is-answered-once"]


def test_way_of_closing_breaks_its_own_requirement() -> None:
    closing = {"verdict": "failed", "how": "", "expected": "", "requirement": "patch-atomic"}
    found = report(case(closing=closing))
    assert found.requirement_results["patch-atomic"].status is RequirementStatus.BROKEN
    assert found.requirement_results["state-get"].status is RequirementStatus.MET
    assert list(found.failures()) == ["patch-atomic"]


def test_requirement_that_was_not_exercised_says_why() -> None:
    left = case(verdict=Verdict.NOT_APPLICABLE, reason="the testee does not list `tasks`")
    found = report(left).requirement_results
    assert found["state-get"].why == "the testee does not list `tasks`"
    assert found["session-reconnect"].why == "binds clients"
    assert found["patch-atomic"].why == "no case of it was selected"


def test_requirement_of_the_other_side_says_whom_it_binds() -> None:
    found = Report.of(of_client(case())).requirement_results
    assert found["state-get"].status is RequirementStatus.MET
    assert found["session-reconnect"].why == "no case of it was selected"
    assert found["state-set-merges"].why == "binds servers"


def test_coverage_counts_each_side_and_level() -> None:
    rows = report(case(), case(verdict=Verdict.FAIL, requirement="patch-atomic")).coverage()
    (row,) = [row for row in rows if (row["side"], row["level"]) == ("both", "MUST")]
    assert (row["exercised"], row["met"]) == (2, 1)
    assert row["requirements"] >= row["observable"] > 2
