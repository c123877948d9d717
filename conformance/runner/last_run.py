"""The verdicts of the last run in a file: for `--last-failed`, and to report what is new.

A run of only some cases updates only the verdicts of these.
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
        server: The target: its URL, or the command that starts it.
    """

    server: str
    verdicts: dict[str, str] = field(default_factory=dict)

    def failed(self) -> frozenset[str]:
        """The cases that were not conformant."""
        bad = {verdict.value for verdict in NOT_CONFORMANT}
        return frozenset(case for case, verdict in self.verdicts.items() if verdict in bad)

    def changes(self, outcomes: list[Outcome]) -> tuple[list[str], list[str]]:
        """The cases that were fixed since then, and those that fail now and did not then."""
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
        """Update the verdicts with those of a run."""
        self.verdicts |= {outcome.case.id: worse_verdict(outcome).value for outcome in outcomes}

    def save(self, folder: Path) -> None:
        """Write the file.

        Raises:
            OSError: The folder can't be written to.
        """
        document = {"format": FORMAT, "server": self.server, "verdicts": self.verdicts}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def worse_verdict(outcome: Outcome) -> Verdict:
    """The worse of the verdicts about a case and about how connections were closed in it."""
    closing = outcome.closing
    return closing.verdict if closing and closing.verdict in NOT_CONFORMANT else outcome.verdict


def load(folder: Path) -> LastRun | None:
    """Read the last run from a folder; None if there is no valid file."""
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
    """Set what is fixed and what is new since the last run, and write this run to the file.

    A last run of another target is not compared.
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
        run.warnings.append(
            f"{folder} can't be written to ({error.strerror}): the verdicts were not saved"
        )
