"""The JSON document of a report, in the form of `spec/schemas/report.json`.

It is a header, the cases and a footer, in this order: every other output can be made from the file
alone, and a file that was cut off can be recognised. Each case is on a line of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from conformance.driver.counters import TALLY
from conformance.driver.target import Target
from conformance.driver.trace import Entry, Trace
from conformance.reports.model import FORMAT, MEMBERS, VERSION, JSONObject, Report
from conformance.runner.options import Options
from conformance.runner.verdict import RAN, ClosingVerdict, Finding, Outcome, Run, Verdict
from conformance.spec import Requirement, requirements

SLOWEST = 10
"""The number of cases that the footer lists by their duration."""


def of_run(run: Run, chosen: Options, began: datetime, seconds: float) -> JSONObject:
    """Return the report of a run of the kit."""
    return document(
        began=began,
        seconds=seconds,
        target=_target(chosen.target),
        options=_options(chosen),
        selected=len(run.collected),
        requirements=requirements().values(),
        cases=[_case(outcome) for outcome in run.outcomes],
        comparisons=TALLY.comparisons,
        frames=TALLY.frames,
        limits=[figure.as_json(o.case.id) for o in run.outcomes for figure in o.figures],
        warnings=run.warnings,
        problems=run.problems,
        status=run.exit_status(),
    )


def document(
    *,
    began: datetime,
    seconds: float,
    target: JSONObject,
    options: JSONObject,
    selected: int,
    requirements: Iterable[Requirement],
    cases: Sequence[JSONObject],
    frames: int,
    status: int,
    comparisons: int = 0,
    limits: Sequence[JSONObject] = (),
    warnings: Sequence[str] = (),
    problems: Sequence[str] = (),
) -> JSONObject:
    """Return a report; the counts, the coverage and the slowest cases are taken from the cases."""
    counts = Counter(case["verdict"] for case in cases)
    found: JSONObject = {"format": FORMAT, "version": VERSION, "kit": kit_version()} | {
        "began": began.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "target": target,
        "options": options,
        "selected": selected,
        "requirements": [_requirement(each) for each in requirements],
        "cases": cases,
        "seconds": round(seconds, 3),
        "counts": {verdict.value: counts[verdict.value] for verdict in Verdict},
        "checks": {"collected": selected, "ran": sum(counts[verdict.value] for verdict in RAN)}
        | {"comparisons": comparisons, "frames": frames},
        "limits": limits,
        "slowest": _slowest(cases),
        "warnings": warnings,
        "problems": problems,
        "exitStatus": status,
        "end": {"cases": len(cases)},
    }
    found["coverage"] = Report.of(found).coverage()
    return {name: found[name] for name in MEMBERS}


def _slowest(cases: Sequence[JSONObject]) -> list[JSONObject]:
    slowest = sorted(cases, key=lambda case: -case["seconds"])[:SLOWEST]
    return [{"case": case["id"], "seconds": case["seconds"]} for case in slowest]


def text(found: JSONObject) -> str:
    """Return the text of a report's file."""
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
    """Return the version of the kit, 0 in a checkout."""
    try:
        return version("ws-sync-kit")
    except PackageNotFoundError:
        return "0"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _target(target: Target) -> JSONObject:
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


def _options(chosen: Options) -> JSONObject:
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


def _requirement(requirement: Requirement) -> JSONObject:
    return {
        "id": requirement.id,
        "side": requirement.side,
        "level": requirement.level,
        "sentence": requirement.sentence,
        "page": requirement.page,
        "notObservable": requirement.not_observable,
    }


def case(
    id_: str,
    requirement: Requirement,
    verdict: Verdict,
    seconds: float,
    dialogue: Iterable[Entry],
    *,
    findings: Sequence[JSONObject] = (),
    broken: str | None = None,
    reason: str = "",
    needs: Iterable[str] = (),
    known: str | None = None,
    blocked_by: str | None = None,
    death: str | None = None,
    closing: JSONObject | None = None,
) -> JSONObject:
    """Return a member of `cases`; `model.CaseView` describes the arguments."""
    return {
        "id": id_,
        "requirement": requirement.id,
        "level": requirement.level,
        "needs": sorted(needs),
        "verdict": verdict.value,
        "seconds": round(seconds, 6),
        "broken": broken,
        "reason": reason,
        "known": known,
        "blockedBy": blocked_by,
        "death": death,
        "closing": closing,
        "findings": findings,
        "dialogue": [entry.as_json() for entry in dialogue],
    }


def finding(
    requirement: str,
    sent: str,
    expected: str,
    received: str,
    *,
    hint: str | None = None,
    steps: Sequence[JSONObject] | None = None,
    seed: int | None = None,
    replay: str | None = None,
) -> JSONObject:
    """Return a member of `findings`; `runner.verdict.Finding` describes the arguments."""
    return {
        "requirement": requirement,
        "sent": sent,
        "expected": expected,
        "received": received,
        "hint": hint,
        "steps": steps,
        "seed": seed,
        "replay": replay,
    }


def _case(outcome: Outcome) -> JSONObject:
    return case(
        outcome.case.id,
        outcome.case.requirement,
        outcome.verdict,
        outcome.seconds,
        outcome.trace.entries if outcome.trace else (),
        findings=[_finding(each, outcome.trace) for each in outcome.findings],
        broken=outcome.broken,
        reason=outcome.reason,
        needs=outcome.case.needs,
        known=outcome.known,
        blocked_by=outcome.blocked_by,
        death=outcome.death,
        closing=_closing(outcome.closing) if outcome.closing else None,
    )


def _closing(closing: ClosingVerdict) -> JSONObject:
    return {
        "verdict": closing.verdict.value,
        "how": closing.how,
        "requirement": closing.requirement,
        "expected": closing.expected,
    }


def _finding(each: Finding, trace: Trace | None) -> JSONObject:
    found = finding(
        each.requirement,
        each.sent,
        each.expected,
        each.received,
        hint=each.hint.sentence if each.hint else None,
        steps=each.steps,
        seed=each.seed,
        replay=each.replay,
    )
    if each.trace is not trace:
        found["dialogue"] = [entry.as_json() for entry in each.trace.entries]
    return found
