"""The JSON of a run, in the form of `spec/schemas/report.json`.

A header, the cases, a footer, in this order: every other output can be made from the file alone,
and one that was cut off shows it. Each case stands on a line of its own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from conformance.driver.counters import TALLY
from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.reports.model import FOOTER, Report
from conformance.reports.reader import FORMAT, HEADER, VERSION
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome, Run, Verdict
from conformance.spec import Requirement, requirements

SLOWEST = 10
"""How many cases the footer names for their time."""


def document(run: Run, chosen: Options, began: datetime, seconds: float) -> dict[str, Any]:
    """The report of a run.

    Args:
        run: Its outcomes.
        chosen: What the command line says.
        began: When it began.
        seconds: How long it took.
    """
    cases = [_case(outcome) for outcome in run.outcomes]
    slowest = sorted(run.outcomes, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "kit": kit_version(),
        "began": began.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "target": _target(chosen.target),
        "options": _options(chosen),
        "selected": len(run.collected),
        "requirements": [_requirement(each) for each in requirements().values()],
        "cases": cases,
        "seconds": round(seconds, 3),
        "counts": {verdict.value: run.counts()[verdict] for verdict in Verdict},
        "checks": {
            "collected": len(run.collected),
            "ran": run.ran(),
            "comparisons": TALLY.comparisons,
            "frames": TALLY.frames,
        },
        "limits": [figure.as_json(o.case.id) for o in run.outcomes for figure in o.figures],
        "slowest": [{"case": o.case.id, "seconds": round(o.seconds, 6)} for o in slowest],
        "warnings": run.warnings,
        "problems": run.problems,
        "exitStatus": run.exit_status(),
        "end": {"cases": len(cases)},
    }
    coverage = Report.of(found).coverage()
    return {name: coverage if name == "coverage" else found[name] for name in MEMBERS}


MEMBERS = (*HEADER, "cases", *FOOTER)
"""All members, in their order."""


def text(found: dict[str, Any]) -> str:
    """A report as its file has it."""
    lines = ["{"]
    for name in MEMBERS:
        comma = "" if name == MEMBERS[-1] else ","
        if name in ("requirements", "cases") and found[name]:
            items = ",\n".join(f"  {_compact(item)}" for item in found[name])
            lines.append(f' "{name}": [\n{items}\n ]{comma}')
        else:
            lines.append(f' "{name}": {json.dumps(found[name])}{comma}')
    return "\n".join([*lines, "}"]) + "\n"


def kit_version() -> str:
    """The version of the kit."""
    try:
        return version("ws-sync-kit")
    except PackageNotFoundError:  # the sources are used in place
        return "0"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _target(target: Target) -> dict[str, Any]:
    return {
        "url": target.url,
        "side": target.side,
        "command": target.command,
        "authUrl": target.auth_url,
        "testee": target.testee,
        "features": sorted(target.features),
        "documents": list(target.application.announced),
        "roundTrip": round(target.round_trip, 6),
    }


def _options(chosen: Options) -> dict[str, Any]:
    return {
        "strict": chosen.strict,
        "seed": chosen.seed,
        "timeScale": chosen.target.time_scale,
        "budget": chosen.budget,
        "maxExamples": chosen.examples,
        "allowWrites": chosen.target.application.allow_writes,
        "knownFailing": len(chosen.known),
        "selection": chosen.selection,
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "side": requirement.side,
        "level": requirement.level,
        "sentence": requirement.sentence,
        "page": requirement.page,
        "notObservable": requirement.not_observable,
    }


def _case(outcome: Outcome) -> dict[str, Any]:
    closing = outcome.closing
    return {
        "id": outcome.case.id,
        "requirement": outcome.case.requirement.id,
        "level": outcome.case.requirement.level,
        "needs": sorted(outcome.case.needs),
        "verdict": outcome.verdict.value,
        "seconds": round(outcome.seconds, 6),
        "broken": outcome.broken,
        "reason": outcome.reason,
        "known": outcome.known,
        "blockedBy": outcome.blocked_by,
        "death": outcome.death,
        "closing": closing
        and {
            "verdict": closing.verdict.value,
            "how": closing.how,
            "requirement": closing.requirement,
            "expected": closing.expected,
        },
        "findings": [_finding(finding, outcome.trace) for finding in outcome.findings],
        "dialogue": _dialogue(outcome.trace),
    }


def _finding(finding: Finding, trace: Trace | None) -> dict[str, Any]:
    found = {
        "requirement": finding.requirement,
        "sent": finding.sent,
        "expected": finding.expected,
        "received": finding.received,
        "hint": finding.hint,
        "steps": finding.steps,
        "seed": finding.seed,
        "replay": finding.replay,
    }
    return found if finding.trace is trace else {**found, "dialogue": _dialogue(finding.trace)}


def _dialogue(trace: Trace | None) -> list[dict[str, object]]:
    return [entry.as_json() for entry in trace.entries] if trace else []
