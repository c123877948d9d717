"""Keeps what was found as a replay file, and says how it is replayed."""

from __future__ import annotations

import shlex
from pathlib import Path

from conformance import report
from conformance.expect import Violation
from conformance.options import Options
from conformance.replay import file
from conformance.replay.features import used
from conformance.replay.file import Replay
from conformance.trace import Trace
from conformance.verdict import Outcome

Program = list[dict[str, object]]


def keep(
    outcome: Outcome, violation: Violation, chosen: Options, program: Program | None = None
) -> str:
    """Write the file of a failure, if files are wanted.

    Args:
        outcome: What became of the case; has the requirement that is broken and the trace, and is
            told of the file.
        violation: What went wrong.
        chosen: What the command line says.
        program: The steps that led to it, if they were generated in this run.

    Returns:
        The lines that end the text of the failure: the steps and the seed of a program, and the
        command that replays the file. Each line begins with a line break.
    """
    replayed = outcome.case.replay
    seed = chosen.seed if program is not None else None
    if program is None and replayed is not None:
        program, seed = replayed.program, replayed.seed
    trace = outcome.trace or Trace()
    lines = [report.steps(program)] if program is not None else []
    lines += [f"  seed         {seed}"] if seed is not None else []
    if chosen.replay_dir is not None:
        found = Replay(
            case=replayed.case if replayed else outcome.case.id,
            requirement=outcome.broken or outcome.case.requirement.id,
            expected=violation.expected,
            received=violation.received,
            needs=outcome.case.needs | (used(trace) if program is not None else frozenset()),
            program=program,
            seed=seed,
            url=chosen.target.url,
            dialogue=[entry.as_json() for entry in trace.entries],
        )
        lines.append(f"  replay       {_write(found, outcome, chosen.replay_dir, chosen.how)}")
    return "".join(f"\n{line}" for line in lines)


def _write(found: Replay, outcome: Outcome, folder: Path, how: list[str]) -> str:
    """Write a file; the command that replays it, or why there is none."""
    path = folder / file.name(outcome.case.id, len(outcome.replays) + 1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(found.text(), encoding="utf-8")
    except OSError as error:
        return f"not possible: {path} can't be written: {error.strerror or error}"
    outcome.replays.append(path)
    return shlex.join(["ws-sync", "replay", str(path), *how])
