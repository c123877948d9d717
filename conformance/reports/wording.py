"""The sentences and signs of a report, the same in all of its forms."""

from __future__ import annotations

import re

from conformance.reports.model import CaseView, Report
from conformance.runner.explain import concluded
from conformance.runner.requirement_status import RequirementStatus
from conformance.runner.verdict import NOT_CONFORMANT, Verdict

SIGNS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.DIED: "†",
    Verdict.BLOCKED: "⊘",
    Verdict.KIT_ERROR: "⚠",
    Verdict.WARN: "!",
    Verdict.KNOWN: "≈",
    Verdict.NOT_TESTABLE: "?",
    Verdict.NOT_APPLICABLE: "-",
}
"""What stands for a verdict beside its colour."""

STANDING_SIGNS = {
    RequirementStatus.MET: "✓",
    RequirementStatus.BROKEN: "✗",
    RequirementStatus.WARNED: "!",
    RequirementStatus.KNOWN: "≈",
    RequirementStatus.UNJUDGED: "·",
}

CLASSES = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.DIED: "died",
    Verdict.BLOCKED: "blocked",
    Verdict.KIT_ERROR: "error",
    Verdict.WARN: "warn",
    Verdict.KNOWN: "known",
    Verdict.NOT_TESTABLE: "untested",
    Verdict.NOT_APPLICABLE: "na",
}
"""How the style sheet calls a verdict."""

STANDING_CLASSES = {
    RequirementStatus.MET: "pass",
    RequirementStatus.BROKEN: "fail",
    RequirementStatus.WARNED: "warn",
    RequirementStatus.KNOWN: "known",
    RequirementStatus.UNJUDGED: "na",
}


def conclusion(report: Report) -> str:
    """What the run says of the side under test, in one sentence."""
    if report.damage is not None or report.status is None:
        return "the report is not whole, so nothing is concluded"
    return concluded(report.counts, report.status)


def outcome(report: Report) -> str:
    """One word for the conclusion: `good`, `fair`, `bad`, or `unknown`."""
    if report.damage is not None or report.status == 2 or not report.ran:
        return "unknown"
    if report.status:
        return "bad"
    return "fair" if report.counts[Verdict.KNOWN] or report.counts[Verdict.WARN] else "good"


def cases(number: int) -> str:
    """So many cases."""
    return f"{number:,} case" if number == 1 else f"{number:,} cases"


def why(case: CaseView) -> str:
    """Why a case is not a pass, in one line; empty for a pass."""
    if case.findings:
        finding = case.findings[0]
        return f"expected {finding['expected']}; received {finding['received']}"
    if case.blocked_by is not None:
        return f"rests on {case.blocked_by}, which is not met"
    if case.closes_badly and case.closing and case.verdict not in NOT_CONFORMANT:
        return f"{case.closing['how']}, and {case.closing['expected']} was expected"
    return case.reason.partition("\n")[0]


def shortest(found: list[CaseView]) -> CaseView:
    """The case that shows best what is wrong: of the requirement, with the shortest dialogue."""

    def unclear(case: CaseView) -> tuple[bool, int]:
        return case.broken not in (None, case.requirement), len(case.dialogue) or 1 << 30

    return min(found, key=unclear)


def escape_control_chars(text: str) -> str:
    """A text whose control characters, and halves of surrogate pairs, are written as escapes.

    Line breaks and tabs stay. No format that the kit writes can hold the others, or should: they
    steer terminals, and XML forbids them.
    """
    return _INVISIBLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
