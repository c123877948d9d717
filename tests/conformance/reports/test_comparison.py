"""Comparisons of reports: the differences and their direction, in all three formats."""

from __future__ import annotations

import re

import pytest

from conformance.reports.comparison import Comparison, html, markdown, text
from conformance.runner.verdict import Verdict
from tests.conformance.reports.made import BREAKING, case, hostile_report, report

A, B, C = ("state/a", "state/b", "patch/c")
BEFORE = report(
    case(A), case(B, Verdict.FAIL), case(C, Verdict.WARN, "patch-growth"), name="before"
)
AFTER = report(
    case(A, Verdict.KNOWN), case(B), case(C, Verdict.WARN, "patch-growth"), case("state/d"),
    name="after",
)  # fmt: skip


def test_requirement_stands_by_its_cases() -> None:
    cells = {
        row.requirement.id: [str(c) for c in row.cells] for row in Comparison([BEFORE, AFTER]).rows
    }
    assert cells == {"state-get": ["✗ 1 of 2", "✗ 1 of 3"], "patch-growth": ["! 1 of 1"] * 2}


@pytest.mark.parametrize(
    ("first", "last", "change"),
    [
        (Verdict.PASS, Verdict.FAIL, "no longer passes"),
        (Verdict.PASS, Verdict.KNOWN, "no longer passes"),
        (Verdict.WARN, Verdict.PASS, "no longer fails"),
        (Verdict.FAIL, Verdict.KNOWN, "another verdict"),
        (Verdict.NOT_APPLICABLE, Verdict.FAIL, "no longer passes"),
        (None, Verdict.FAIL, "new"),
        (Verdict.FAIL, None, "gone"),
    ],
)
def test_change_of_a_case_is_named(
    first: Verdict | None, last: Verdict | None, change: str
) -> None:
    reports = [report(*([case(A, verdict)] if verdict else [])) for verdict in (first, last)]
    (row,) = Comparison(reports).different
    assert row.change == change


def test_case_that_passes_in_the_first_and_not_in_a_later_report_makes_it_worse() -> None:
    assert Comparison([BEFORE, AFTER]).worse
    assert not Comparison([report(case(A)), report(case(A), case(B, Verdict.FAIL))]).worse
    assert not Comparison([report(case(A, Verdict.FAIL)), report(case(A))]).worse


def test_terminal_names_what_has_changed_and_stays_as_wide_as_it_is() -> None:
    lines = list(text(Comparison([BEFORE, AFTER]), 60))
    assert "1  before: NOT conformant" in lines
    assert "requirements that differ: 1 of 2" in lines
    assert "    state/a: passed → known failing" in lines
    assert "    state/b: failed → passed" in lines
    assert "    state/d: absent → passed" in lines
    assert max(map(len, lines)) <= 75


def test_markdown_has_no_times_and_is_the_same_for_another_run() -> None:
    cases = (case(A, seconds=9.87654), case(B, Verdict.KNOWN, seconds=1.2345))
    other = (case(A, seconds=0.5), case(B, Verdict.KNOWN, broken="patch-atomic"))
    one = report(*cases, seconds=77.7, name="x")
    again = report(*other, seconds=1.1, began="2027-01-01T00:00:00Z", name="x")
    found = [markdown(Comparison([each]), all_rows=True) for each in (one, again)]
    assert found[0] == found[1]
    assert "| [`state-get`](spec/state.md#state-get) | MUST | ✗ 1 of 2 |" in found[0]


def test_markdown_lists_the_cases_that_differ() -> None:
    found = markdown(Comparison([BEFORE, AFTER]))
    assert "### 1: no longer passes\n\n- state/a: passed → known failing\n" in found


def test_page_and_markdown_hold_hostile_names_as_text() -> None:
    hostile = hostile_report()
    found = Comparison([BEFORE, hostile])
    written = html(found)
    assert "<script>alert" not in written
    assert len(re.findall("<script>", written)) == 1
    assert BREAKING not in written
    written.encode()
    markdown(found).encode()
    assert not re.search(r"(?<!\\)<", markdown(found))


def test_page_says_how_many_stand_otherwise() -> None:
    written = html(Comparison([BEFORE, AFTER]))
    assert "1 of 2 differ" in written
    assert written.count("<tr data-row") == 2 + 3
