"""Runs the programs: in a release of PyPI's ws-sync, or in this project."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.programs import known, transcript
from tests.programs.transcript import HERE, Dialogue, Program
from tools.testees.run import prepare

ROOT = Path(__file__).parent
KNOWN = ROOT / "known.txt"
ENVIRONMENTS = ROOT / "environments"
RELEASES = {"0.5.1": "programs_0_5_1", "0.6.9": "programs_0_6_9"}
"""The environment of each release that is on PyPI."""


def programs() -> list[Program]:
    """Return all programs, by name."""
    paths = sorted(path for path in ROOT.glob("*/*.py") if path.parent.name != "environments")
    return [transcript.read(path, ROOT) for path in paths]


def known_differences(everything: Iterable[Program]) -> Mapping[tuple[str, str], known.Difference]:
    """Return the known differences by program and release."""
    return known.parse(KNOWN.read_text(encoding="utf-8"), everything)


def run(who: str, some: Sequence[Program], log: Path) -> dict[str, Dialogue]:
    """Run programs; return their dialogues by name.

    Args:
        who: a release, or `HERE`.
        some: the programs.
        log: the file for what they write to stderr.
    """
    if not some:
        return {}
    python = sys.executable if who == HERE else prepare(RELEASES[who], ENVIRONMENTS)
    names = {str(program.path): program.name for program in some}
    command = [str(python), "-P", "-W", "ignore", str(ROOT / "host.py"), *names]
    with log.open("wb") as errors:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, check=True)
    played = map(json.loads, done.stdout.splitlines())
    return {names[path]: [(step, output) for step, output in each] for path, each in played}


def differences(program: Program, played: Dialogue) -> dict[str, list[str]]:
    """Compare a dialogue with this library to those of the program's generations.

    Returns:
        The lines of a difference, by the generation that differs.
    """
    return {
        generation: difference(program, generation, played)
        for generation in program.generations
        if not is_same(program.dialogues[generation], played)
    }


def is_same(expected: Dialogue, played: Dialogue) -> bool:
    """Whether two dialogues have the same output."""
    return transcript.outputs_of(expected) == transcript.outputs_of(played)


def difference(program: Program, who: str, played: Dialogue) -> list[str]:
    """Return the lines that differ from the dialogue in the file."""
    expected = transcript.lines_of(program.dialogues[who])
    lines = transcript.lines_of(played)
    name = f"{program.name}.py"
    return list(
        difflib.unified_diff(expected, lines, f"{name}: {who}", f"{name}: now", n=1, lineterm="")
    )
