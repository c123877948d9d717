"""What the last run said of each case, kept in a file for `--last-failed`, and to tell what is new.

A run that judges only some cases changes what is kept of those alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from conformance.runner.verdict import NOT_CONFORMANT, Outcome, Run, Verdict

FORMAT = "ws-sync-last-run"
NAME = "last-run.json"


@dataclass(slots=True)
class LastRun:
    """The verdicts of the last run.

    Attributes:
        server: What was judged: its URL, or the command that starts it.
        verdicts: By the id of the case.
    """

    server: str
    verdicts: dict[str, str] = field(default_factory=dict)

    def failed(self) -> frozenset[str]:
        """The cases that were not conformant."""
        bad = {verdict.value for verdict in NOT_CONFORMANT}
        return frozenset(case for case, verdict in self.verdicts.items() if verdict in bad)

    def changes(self, outcomes: list[Outcome]) -> tuple[list[str], list[str]]:
        """The cases that were fixed since, and those that fail and did not before."""
        before = self.failed()
        now = {outcome.case.id: outcome.verdict for outcome in outcomes}
        fixed = [c for c, v in now.items() if c in before and v is Verdict.PASS]
        new = [
            case
            for case, verdict in now.items()
            if verdict in NOT_CONFORMANT and case in self.verdicts and case not in before
        ]
        return fixed, new

    def note(self, outcomes: list[Outcome]) -> None:
        """Keep what a run has said."""
        self.verdicts |= {outcome.case.id: said(outcome).value for outcome in outcomes}

    def save(self, folder: Path) -> None:
        """Write the file; a folder that can't be written to only means that nothing is kept."""
        document = {"format": FORMAT, "server": self.server, "verdicts": self.verdicts}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def said(outcome: Outcome) -> Verdict:
    """The worse of what was said of a case and of how the server closed in it."""
    closing = outcome.closing
    return closing.verdict if closing and closing.verdict in NOT_CONFORMANT else outcome.verdict


def load(folder: Path) -> LastRun | None:
    """What is kept in a folder, or None if there is nothing that can be read."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return None
    server, verdicts = document.get("server"), document.get("verdicts")
    if not isinstance(server, str) or not isinstance(verdicts, dict):
        return None
    return LastRun(server, {case: str(verdict) for case, verdict in verdicts.items()})


def compare(run: Run, server: str, folder: Path) -> None:
    """Note in a run what is fixed and what is new since the last one, and keep this one.

    Args:
        run: The run, which has ended.
        server: What was judged; a last run of another target is not compared.
        folder: Where the last run is kept.
    """
    last = load(folder)
    if last is None or last.server != server:
        last = LastRun(server)
    else:
        run.fixed, run.new = last.changes(run.outcomes)
    last.note(run.outcomes)
    try:
        last.save(folder)
    except OSError as error:
        run.warnings.append(f"{folder} can't be written to ({error.strerror}): no run is kept")
