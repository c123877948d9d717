"""What a run says: its conclusion, and the JSON report.

Everything here is formatting; nothing is judged.
"""

from __future__ import annotations

import json
from pathlib import Path

from conformance.tally import TALLY
from conformance.target import Target
from conformance.verdict import Run, Verdict


def conclusion(run: Run) -> str:
    """What the run says of the server, in one sentence."""
    counts = run.counts()
    status = run.exit_status()
    if status:
        return "NOT conformant" if status == 1 else "nothing ran, so nothing is known"
    if counts[Verdict.KNOWN]:
        return f"as its known-failing list says: {counts[Verdict.KNOWN]} cases fail, no others"
    if counts[Verdict.WARN]:
        return (
            f"conformant: every MUST that was exercised is met, {counts[Verdict.WARN]} cases "
            "warn of a SHOULD that is not"
        )
    return "conformant: every requirement that was exercised is met"


def write_json(path: Path, run: Run, target: Target, seconds: float) -> None:
    """Write the report of a run, in the form of `spec/schemas/report.json`."""
    document = {
        "format": "ws-sync-report",
        "version": 1,
        "target": {
            "url": target.url,
            "side": target.side,
            "authUrl": target.auth_url,
            "testee": target.testee,
            "features": sorted(target.features),
            "documents": list(target.application.announced),
            "roundTrip": round(target.round_trip, 6),
        },
        "seconds": round(seconds, 3),
        "counts": {verdict.value: run.counts()[verdict] for verdict in Verdict},
        "checks": {
            "collected": len(run.collected),
            "ran": run.ran(),
            "comparisons": TALLY.comparisons,
            "frames": TALLY.frames,
        },
        "warnings": run.warnings,
        "problems": run.problems,
        "limits": [figure.as_json(o.case.id) for o in run.outcomes for figure in o.figures],
        "exitStatus": run.exit_status(),
        "cases": [outcome.as_json() for outcome in run.outcomes],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
