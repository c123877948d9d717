"""Writes failures as replay files."""

from __future__ import annotations

import shlex
from pathlib import Path

from conformance.replay import file
from conformance.replay.features import used
from conformance.replay.file import Replay
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome


def keep(outcome: Outcome, finding: Finding, chosen: Options) -> str | None:
    """Write the file of a failure; return the command that replays it, or why there is none.

    None if files are turned off. The path is added to the outcome.
    """
    if chosen.replay_dir is None:
        return None
    replayed = outcome.case.replay
    generated = finding.steps is not None and (replayed is None or replayed.program is None)
    found = Replay(
        case=replayed.case if replayed else outcome.case.id,
        requirement=finding.requirement,
        expected=finding.expected,
        received=finding.received,
        needs=outcome.case.needs | (used(finding.trace) if generated else frozenset()),
        program=finding.steps,
        seed=finding.seed,
        url=chosen.target.url,
        dialogue=[entry.as_json() for entry in finding.trace.entries],
        side=chosen.target.side,
    )
    return _write(found, outcome, chosen.replay_dir, chosen.how)


def _write(found: Replay, outcome: Outcome, folder: Path, how: list[str]) -> str:
    """Write a file; return the command that replays it, or why there is none."""
    path = folder / file.name(outcome.case.id, len(outcome.replays) + 1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(found.text(), encoding="utf-8")
    except OSError as error:
        return f"not possible: {path} can't be written: {error.strerror or error}"
    outcome.replays.append(path)
    return shlex.join(["ws-sync", "replay", str(path), *how])
