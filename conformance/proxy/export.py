"""Writes a report of what was watched, and a replay file for each finding about the server.

The report has the kit's format, with each connection as a case. A replay file is a program whose
steps repeat what the clients sent. Entries that were dropped from the record are missing in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from conformance.proxy import rerun
from conformance.proxy.findings import Finding, requirement_of
from conformance.proxy.record import Passed
from conformance.proxy.sides import FRAMES, Fault
from conformance.proxy.watcher import Watched, Watcher
from conformance.replay.file import Replay
from conformance.replay.file import name as file_name
from conformance.reports import document as report
from conformance.reports import html
from conformance.reports.model import JSONObject, Report
from conformance.runner.verdict import Verdict
from conformance.spec import requirements

SECTION = "watched"
MOST_STEPS = 5000
"""The most steps of a replay file; a longer dialogue gets none."""
VERDICTS = {"must": Verdict.FAIL, "should": Verdict.WARN, "suspect": Verdict.WARN}


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written."""

    report: Path
    replays: list[Path]
    left_out: list[str]

    def __str__(self) -> str:
        return f"{self.report} and {len(self.replays)} replay files" + "".join(
            f"; {reason}" for reason in self.left_out
        )


def write(folder: Path, watcher: Watcher, target: str) -> Written:
    """Write all files.

    Raises:
        OSError: A file can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replays, left_out = [], []
    commands: dict[int, str] = {}
    for finding in watcher.findings:
        if finding.side != "server" or finding.requirement.id == FRAMES:
            continue
        path = folder / file_name(f"{SECTION}/{finding.requirement.id}", finding.number)
        try:
            replay = _replay(finding, watcher, target)
        except LookupError as error:
            left_out.append(f"no replay file of finding {finding.number}: {error.args[0]}")
            continue
        path.write_text(replay.text(), encoding="utf-8")
        replays.append(path)
        commands[finding.number] = f"ws-sync replay {path} {replay.url}"
    found = document(watcher, target, commands)
    (folder / "report.json").write_text(report.text(found), encoding="utf-8")
    shown = folder / "report.html"
    shown.write_text(html.write(Report.of(found)), encoding="utf-8")
    return Written(shown, replays, left_out)


def document(watcher: Watcher, target: str, commands: dict[int, str]) -> JSONObject:
    """Return the report of what was watched, in the form of `spec/schemas/report.json`."""
    cases = [_case(watched, watcher, commands) for watched in watcher.connections.values()]
    broken = any(case["verdict"] == Verdict.FAIL.value for case in cases)
    forgotten = (
        (watcher.opened - len(cases), "earlier connections"),
        (watcher.record.forgotten, "earlier entries of the dialogues"),
    )
    return report.document(
        began=datetime.fromtimestamp(watcher.began, UTC),
        seconds=watcher.now(),
        target={
            "url": target,
            "authUrl": None,
            "testee": False,
            "features": [],
            "documents": sorted(watcher.all_keys()),
            "roundTrip": 0,
        },
        options={
            "strict": False,
            "seed": 0,
            "timeScale": 1,
            "budget": 0,
            "maxExamples": None,
            "allowWrites": False,
            "knownFailing": 0,
            "selection": ["ws-sync proxy: the recorded traffic of an application"],
        },
        selected=len(cases),
        requirements=[
            *requirements().values(),
            requirement_of(Fault(FRAMES, "client", "", "", "")),
        ],
        cases=cases,
        frames=watcher.totals()[0],
        status=1 if broken else 0 if cases else 2,
        warnings=[f"{n} {what} are no longer recorded" for n, what in forgotten if n],
    )


def _case(watched: Watched, watcher: Watcher, commands: dict[int, str]) -> JSONObject:
    """Return a connection as a case, which fails if a side has broken a MUST on it."""
    seen = [found for found in watcher.findings if watched.label in found.connections]
    seen.sort(key=lambda found: list(VERDICTS).index(found.level))
    requirement = seen[0].requirement if seen else requirements()["connection-initial-state"]
    ended = watcher.now() if watched.ended is None else watched.ended
    return report.case(
        f"{SECTION}/{watched.label}",
        requirement,
        VERDICTS[seen[0].level] if seen else Verdict.PASS,
        ended - watched.opened,
        [passed.entry(watched.opened) for passed in watcher.record.of(watched.label)],
        findings=[
            report.finding(
                found.requirement.id,
                found.frame,
                f"of the {found.side}: {found.fault.expected}",
                found.fault.received,
                replay=commands.get(found.number),
            )
            for found in seen
        ],
        broken=requirement.id if seen else None,
        reason="\n".join(_sentence(found) for found in seen),
    )


def _sentence(found: Finding) -> str:
    doubt = "may break" if found.level == "suspect" else "breaks"
    return (
        f"the {found.side} {doubt} {found.requirement.id}: expected {found.fault.expected}, "
        f"received {found.fault.received}"
    )


def _replay(finding: Finding, watcher: Watcher, target: str) -> Replay:
    """Return the replay file of a finding, with all connections to its URL that were open.

    Raises:
        LookupError: It has none; the text says why.
    """
    if finding.requirement.not_observable is not None or finding.requirement.side == "client":
        raise LookupError("the kit does not judge this requirement")
    watched = watcher.connections.get(finding.connection)
    if watched is None:
        raise LookupError(f"connection {finding.connection} is no longer recorded")
    labels = {
        other.label: other
        for other in watcher.connections.values()
        if other.path == watched.path
        and other.opened <= finding.at
        and (other.ended is None or other.ended >= watched.opened - 1)
    }
    passed = [one for one in watcher.record.all() if one.connection in labels]
    opened = min(other.opened for other in labels.values())
    program = rerun.program(_until(passed, finding), labels)
    if len(program) > MOST_STEPS:
        raise LookupError(f"it takes {len(program)} steps, more than {MOST_STEPS}")
    return Replay(
        case=f"{SECTION}/{finding.requirement.id}",
        requirement=finding.requirement.id,
        expected=finding.fault.expected,
        received=finding.fault.received,
        needs=frozenset(),
        program=program,
        seed=None,
        url=target.rstrip("/") + watched.path.partition("?")[0],
        dialogue=[one.entry(opened).as_json() for one in passed],
    )


def _until(passed: Iterable[Passed], finding: Finding) -> list[Passed]:
    return [one for one in passed if one.at <= finding.at + 0.001]
