"""The page: one HTML file that works from a disk, without a network.

The tables and one line for each case are HTML. The details of a case, with its dialogue, are a line
of JSON, from which the script renders them when they are opened. The page's Content-Security-Policy
forbids to load anything, and to run any other script.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from conformance.protocol.display import escape_control_chars
from conformance.reports.model import LEVELS, ORDER, CaseView, Report, counted
from conformance.reports.templates import digest, embedded, file, rendered, scripts
from conformance.reports.wording import (
    CLASSES,
    SIGNS,
    STATUS_CLASSES,
    STATUS_SIGNS,
    conclusion,
    outcome,
    shortest,
    why,
)
from conformance.runner.measurements import Figure
from conformance.runner.verdict import Verdict

WHOLE = 6_000
"""The longest frame in full, in characters; of a longer one the page has both ends."""
SCRIPTS = ("theme.js", "state.js", "report.js")
DIRECTIONS = {"sent": 0, "received": 1, "noted": 2}


def write(report: Report) -> str:
    """Return the report as a page."""
    script = scripts(*SCRIPTS)
    return rendered(
        "report.html",
        report=report,
        conclusion=conclusion(report),
        outcome=outcome(report),
        style=file("report.css"),
        script=script,
        digest=digest(script),
        signs=SIGNS,
        status_signs=STATUS_SIGNS,
        shown=[v for v in ORDER if report.counts[v]],
        classes=CLASSES,
        status_classes=STATUS_CLASSES,
        levels=LEVELS,
        why=why,
        shortest=shortest,
        unmet=_unmet(report),
        counted=counted,
        at={case.id: place for place, case in enumerate(report.cases)},
        coverage=_coverage(report),
        limits=[_limit(limit) for limit in report.footer.get("limits", [])],
        options=_options(report),
        requirements=json_of_requirements(report),
        cases=Markup("\n").join(embedded(_case(case)) for case in report.cases),
    )


def _unmet(report: Report) -> list[tuple[str, str, dict[str, list[CaseView]]]]:
    """Return the unmet requirements, worst first: a title, a class, the cases by requirement."""
    found = [
        ("Not met", "fail", report.failures()),
        ("SHOULD not met", "warn", report.unmet(Verdict.WARN)),
        ("Known failing", "known", report.unmet(Verdict.KNOWN)),
    ]
    return [each for each in found if each[2]]


def json_of_requirements(report: Report) -> Markup:
    """Return the requirements for the script."""
    return embedded(
        {
            each.id: {
                "side": each.side,
                "level": each.level,
                "sentence": each.sentence,
                "place": each.place,
            }
            for each in report.requirements.values()
        }
    )


def _case(case: CaseView) -> dict[str, Any]:
    return {
        "requirement": case.requirement,
        "reason": _cut(case.reason, WHOLE),
        "known": case.known,
        "blockedBy": case.blocked_by,
        "death": case.death,
        "closing": case.closing,
        "findings": [
            {
                **{name: _short(finding[name]) for name in ("sent", "expected", "received")},
                **{name: finding[name] for name in ("requirement", "hint", "seed", "replay")},
                "steps": [_cut(json.dumps(step), WHOLE) for step in finding["steps"] or []],
                **({"dialogue": _dialogue(finding["dialogue"])} if "dialogue" in finding else {}),
            }
            for finding in case.findings
        ],
        "dialogue": _dialogue(case.dialogue),
    }


def _short(text: str) -> str:
    return _cut(escape_control_chars(text), WHOLE)


def _dialogue(entries: list[dict[str, Any]]) -> list[list[object]]:
    """Return the entries as lists: time, connection, direction, payload, is binary, left out.

    The payload is not escaped: the script parses it, and escapes what it shows.
    """
    found = []
    for entry in entries:
        binary = "bytes" in entry
        payload = entry["bytes" if binary else "text"]
        left_out = entry.get("leftOut", 0)
        if len(payload) > WHOLE:
            left_out += (len(payload) - WHOLE) // (2 if binary else 1)
            payload = payload[: WHOLE // 2] + payload[-WHOLE // 2 :]
        direction = DIRECTIONS[entry["direction"]]
        found.append([entry["at"], entry["connection"], direction, payload, int(binary), left_out])
    return found


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return f"{text[: length // 2]} …{len(text) - length} characters… {text[-length // 2 :]}"


def _coverage(report: Report) -> list[dict[str, Any]]:
    """Return the observable rows that bind the side under test, its own first."""
    rows = [row for row in report.coverage() if row["observable"]]
    return [row for side in (report.side, "both") for row in rows if row["side"] == side]


def _limit(limit: dict[str, Any]) -> tuple[str, str, str]:
    figure = Figure(limit["name"], limit["value"], limit["unit"], limit["atLeast"])
    return limit["name"], str(figure).removeprefix(limit["name"]).strip(), limit["case"]


def _of_server(report: Report) -> list[tuple[str, str]]:
    target = report.target
    command = target.get("command")
    return [
        ("server", target["url"]),
        *([("started by", command)] if command else []),
        ("identification", target["authUrl"] or "not given (--auth-url)"),
        ("judged as", "a testee" if target["testee"] else "an application, without a testee"),
        ("features", ", ".join(target["features"]) or "none"),
        ("documents", ", ".join(target["documents"]) or "none"),
    ]


def _of_client(report: Report) -> list[tuple[str, str]]:
    command = report.target.get("command")
    return [
        ("client", command or "started by the user"),
        ("the kit's server", report.target["url"]),
    ]


def _options(report: Report) -> list[tuple[str, str]]:
    given, target = report.options, report.target
    known = given["knownFailing"]
    found = [
        *(_of_client(report) if report.side == "client" else _of_server(report)),
        ("round trip", f"{target['roundTrip'] * 1000:.2f} ms"),
        ("SHOULDs", "fail (--strict)" if given["strict"] else "warn"),
        ("seed", str(given["seed"])),
        ("time scale", f"{given['timeScale']:g}"),
        ("sequences", f"{given['budget']:g} s"),
        ("selection", " ".join(given["selection"]) or "all cases"),
        ("known-failing list", f"{known} entries" if known else "none"),
        ("kit", report.kit),
    ]
    checks = report.footer.get("checks")
    if checks:
        found.append(
            ("checked", f"{checks['comparisons']:,} comparisons, {checks['frames']:,} frames")
        )
    return found
