"""CTRF, the Common Test Report Format."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from conformance.reports.model import CaseView, Report
from conformance.reports.wording import conclusion, escape_control_chars, why
from conformance.runner.verdict import Verdict

VERSION = "0.0.0"
"""The version of the format; the published schema is that of 0.0."""
STATUSES = {
    Verdict.PASS: "passed",
    Verdict.WARN: "passed",
    Verdict.FAIL: "failed",
    Verdict.DIED: "failed",
    Verdict.BLOCKED: "failed",
    Verdict.KIT_ERROR: "failed",
    Verdict.KNOWN: "other",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_TESTABLE: "skipped",
}
"""The status of each verdict; `rawStatus` has the verdict itself."""


def write(report: Report) -> str:
    """Return the report as CTRF."""
    start = round(datetime.fromisoformat(report.began).timestamp() * 1000)
    tests = [_test(report, case) for case in report.cases]
    names = ("passed", "failed", "skipped", "pending", "other")
    found = {
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "timestamp": report.began,
        "generatedBy": f"ws-sync-kit {report.kit}",
        "results": {
            "tool": {"name": "ws-sync-kit", "version": report.kit},
            "summary": {
                "tests": len(tests),
                **{name: sum(test["status"] == name for test in tests) for name in names},
                "suites": len(report.sections),
                "start": start,
                "stop": start + round(report.seconds * 1000),
                "extra": {
                    "conclusion": conclusion(report),
                    "problems": report.sentences("problems"),
                    "warnings": report.sentences("warnings"),
                    **({"damage": report.damage} if report.damage else {}),
                },
            },
            "tests": tests,
            "environment": {"extra": {report.side: report.judged}},
        },
    }
    return json.dumps(found, indent=1) + "\n"


def _test(report: Report, case: CaseView) -> dict[str, Any]:
    requirement = report.requirements.get(case.broken or case.requirement)
    found: dict[str, Any] = {
        "name": escape_control_chars(case.id),
        "status": "failed" if case.fails else STATUSES[case.verdict],
        "rawStatus": case.verdict.value,
        "duration": round(case.seconds * 1000),
        "suite": [case.section],
        "tags": [case.requirement, case.level],
    }
    if message := escape_control_chars(why(case)):
        found["message"] = message
    if case.reason and case.findings:
        found["trace"] = escape_control_chars(case.reason)
    if requirement is not None:
        found["extra"] = {"requirement": requirement.id, "sentence": requirement.sentence}
    return found
