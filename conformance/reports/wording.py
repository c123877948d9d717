"""The sentences and signs that all outputs of a report have in common."""

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
"""The sign of a verdict, beside its colour."""

STATUS_SIGNS = {
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
"""The class of a verdict in the style sheet."""

STATUS_CLASSES = {
    RequirementStatus.MET: "pass",
    RequirementStatus.BROKEN: "fail",
    RequirementStatus.WARNED: "warn",
    RequirementStatus.KNOWN: "known",
    RequirementStatus.UNJUDGED: "na",
}


def conclusion(report: Report) -> str:
    """Return the conclusion of the run, one sentence."""
    if report.damage is not None or report.status is None:
        return "the report is incomplete, so there is no conclusion"
    return concluded(report.counts, report.status)


def outcome(report: Report) -> str:
    """Return the conclusion as a word: `good`, `fair`, `bad`, or `unknown`."""
    if report.damage is not None or report.status == 2 or not report.ran:
        return "unknown"
    if report.status:
        return "bad"
    return "fair" if report.counts[Verdict.KNOWN] or report.counts[Verdict.WARN] else "good"


def cases(number: int) -> str:
    """Return the number with its noun."""
    return f"{number:,} case" if number == 1 else f"{number:,} cases"


def why(case: CaseView) -> str:
    """Return why a case does not pass, one line; an empty string if it passes."""
    if case.findings:
        finding = case.findings[0]
        return f"expected {finding['expected']}; received {finding['received']}"
    if case.blocked_by is not None:
        return f"depends on {case.blocked_by}, which failed"
    if case.closes_badly and case.closing and case.verdict not in NOT_CONFORMANT:
        return f"{case.closing['how']}; expected {case.closing['expected']}"
    return case.reason.partition("\n")[0]


def shortest(found: list[CaseView]) -> CaseView:
    """Return the clearest case: bound to the requirement, with the shortest dialogue."""

    def unclear(case: CaseView) -> tuple[bool, int]:
        return case.broken not in (None, case.requirement), len(case.dialogue) or 1 << 30

    return min(found, key=unclear)


def escape_control_chars(text: str) -> str:
    """Escape control characters and lone surrogates, except line breaks and tabs.

    They can control a terminal, and XML forbids them.
    """
    return _INVISIBLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
