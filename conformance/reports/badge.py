"""A badge: the JSON of a Shields endpoint, and an SVG."""

from __future__ import annotations

import json

from conformance.reports.model import Report
from conformance.reports.templates import rendered
from conformance.reports.wording import outcome
from conformance.runner.verdict import NOT_CONFORMANT, Verdict

LABELS = {"server": "ws-sync", "client": "ws-sync client"}
"""The label by the side that was judged."""
NAMED = {"good": "brightgreen", "fair": "yellow", "bad": "red", "unknown": "lightgrey"}
"""Shields' names of the colours."""
COLOURS = {"good": "#1a7f4b", "fair": "#8a6100", "bad": "#b42318", "unknown": "#5c6470"}
NARROW, WIDE = 4.0, 9.5
"""Widths of letters in the badge's font, in pixels."""


def message(report: Report) -> str:
    """Return the message of the badge."""
    kind = outcome(report)
    if kind == "unknown":
        return "incomplete" if report.damage else "nothing ran"
    if kind == "bad":
        failed = sum(case.fails for case in report.cases)
        return f"{failed} of {report.ran} fail" if failed else "problems"
    known, warned = report.counts[Verdict.KNOWN], report.counts[Verdict.WARN]
    if known:
        return f"{known} known to fail"
    return f"conformant, {warned} warn" if warned else "conformant"


def write_json(report: Report) -> str:
    """Return the badge by the schema of Shields' endpoint badge."""
    found = {
        "schemaVersion": 1,
        "label": LABELS[report.side],
        "message": message(report),
        "color": NAMED[outcome(report)],
        "isError": any(case.verdict in NOT_CONFORMANT for case in report.cases),
    }
    return json.dumps(found) + "\n"


def write_svg(report: Report) -> str:
    """Return the badge as an SVG."""
    label, text = LABELS[report.side], message(report)
    return rendered(
        "badge.svg",
        label=label,
        message=text,
        left=_width(label),
        right=_width(text),
        colour=COLOURS[outcome(report)],
    )


def _width(text: str) -> int:
    letters = sum(
        NARROW if letter in "ijlft,.| 1" else WIDE if letter in "mwMW" else 6.9 for letter in text
    )
    return round(letters) + 12
