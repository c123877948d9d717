"""Run the programs of `tests/programs`: `python -m tools.programs [NAME …] [--record]`.

Each program runs in the releases of PyPI's ws-sync that it was written for, and in this project.
What differs from the dialogue in its file is printed, and the exit status is 1. `--record` writes
the dialogues into the files instead: those of the releases, and this project's own where
`tests/programs/known.txt` has a difference that is `better` or `decided`. NAME is a program or a
directory of programs. `--here` runs no release. `--write docs` runs nothing: it writes the tables
of the programs into the page.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.programs import runs, table
from tests.programs.transcript import HERE, Dialogue, Program
from tools.generated import generate

PAGE = "coming-from-pypi.md"
COMMAND = "python -m tools.programs --write docs"


def main() -> int:
    """Run the named programs, or all."""
    parser = argparse.ArgumentParser(prog="python -m tools.programs", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--record", action="store_true", help="write the dialogues")
    parser.add_argument("--here", action="store_true", help="run no release")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the page there")
    given = parser.parse_args()
    everything = runs.programs()
    if given.write:
        path = given.write / PAGE
        return generate(
            path,
            table.page(
                path.read_text(encoding="utf-8"), everything, runs.known_differences(everything)
            ),
            COMMAND,
        )
    some = [each for each in everything if not given.names or _is_named(each, given.names)]
    played = _run_all(some, [HERE] if given.here else [*runs.RELEASES, HERE])
    if given.record:
        _record(some, played)
        return 0
    return _compare(some, played)


def _is_named(program: Program, names: Sequence[str]) -> bool:
    return any(program.name == name or program.name.startswith(f"{name}/") for name in names)


def _run_all(some: Sequence[Program], everyone: Sequence[str]) -> dict[str, dict[str, Dialogue]]:
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "stderr"
        return {
            who: runs.run(who, [p for p in some if who == HERE or who in p.generations], log)
            for who in everyone
        }


def _record(some: Sequence[Program], played: dict[str, dict[str, Dialogue]]) -> None:
    known = runs.known_differences(runs.programs())
    for program in some:
        words = {each.word for (name, _), each in known.items() if name == program.name}
        everyone = [*program.generations, *([HERE] if words & {"better", "decided"} else [])]
        dialogues = {
            who: played.get(who, {}).get(program.name) or program.dialogues.get(who, [])
            for who in everyone
        }
        text = program.with_dialogues(dialogues)
        if text != program.path.read_text(encoding="utf-8"):
            program.path.write_text(text, encoding="utf-8")
            print(f"recorded {program.name}")


def _compare(some: Sequence[Program], played: dict[str, dict[str, Dialogue]]) -> int:
    known = runs.known_differences(runs.programs())
    failed = 0
    for program in some:
        for who, dialogues in played.items():
            if who == HERE:
                continue
            dialogue = dialogues.get(program.name)
            if dialogue and not runs.is_same(program.dialogues[who], dialogue):
                print("\n".join(runs.difference(program, who, dialogue)))
                failed += 1
        differences = runs.differences(program, played[HERE][program.name])
        for release in program.generations:
            is_known = (program.name, release) in known
            if release in differences and not is_known:
                print("\n".join(differences[release]))
            elif is_known and release not in differences:
                print(f"no difference any more: {program.name} {release}")
            failed += is_known != (release in differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
