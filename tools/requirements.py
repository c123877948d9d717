"""Requirements against cases: `python -m tools.requirements`.

Prints, for each requirement, the cases that are bound to it, and the counts for each side and
level. `--freeze` adds new requirements to `spec/requirements.lock`, in which no line ever changes.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

import conformance
from conformance.runner.case import MARK
from conformance.spec import Requirement, directory, requirements

KIT = Path(conformance.__file__).parent
FOLDERS = {"server": KIT / "cases", "client": KIT / "client_cases"}
"""The cases of the kit, by the side that they judge."""
LOCK = directory() / "requirements.lock"
SIDES = ("server", "client", "both")
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")


def cases(side: str) -> dict[str, list[str]]:
    """The names of the test functions that are bound to each requirement.

    Args:
        side: The side that they judge.
    """
    found = defaultdict(list)
    for path in sorted(FOLDERS[side].glob("test_*.py")):
        module = import_module(f"conformance.{path.parent.name}.{path.stem}")
        section = path.stem.removeprefix("test_")
        for name, function in vars(module).items():
            for mark in getattr(function, "pytestmark", []) if name.startswith("test_") else []:
                if mark.name == MARK:
                    case = name.removeprefix("test_").replace("_", "-")
                    found[mark.args[0]].append(f"{section}/{case}")
    return found


def frozen_line(requirement: Requirement) -> str:
    """What of a requirement never changes: its id, side and level, and whether it is observable."""
    observable = "excluded" if requirement.not_observable else "observable"
    return f"{requirement.id} {requirement.side} {requirement.level} {observable}"


def status(requirement: Requirement, bound: list[str]) -> str:
    """What the table says of a requirement: its cases, or why it has none."""
    if bound:
        return ", ".join(bound)
    if requirement.not_observable:
        return f"excluded: {requirement.not_observable}"
    return "allowed" if requirement.level == "MAY" else "NO CASE"


def main() -> int:
    """Print the table, or freeze; 1 if an observable requirement has no case."""
    if "--freeze" in sys.argv:
        known = LOCK.read_text(encoding="utf-8").splitlines() if LOCK.exists() else []
        ids = {line.split()[0] for line in known}
        new = [frozen_line(r) for r in requirements().values() if r.id not in ids]
        LOCK.write_text("\n".join(sorted([*known, *new])) + "\n", encoding="utf-8")
        print(f"{len(new)} requirements added to {LOCK.name}")
        return 0
    servers, clients = cases("server"), cases("client")
    bound = {id: [*servers.get(id, []), *clients.get(id, [])] for id in requirements()}
    rows = {r.id: status(r, bound[r.id]) for r in requirements().values()}
    for r in requirements().values():
        print(f"{r.id:<34} {r.side:<7} {r.level:<11} {rows[r.id]}")
    print(f"\n{'side':<8}" + "".join(f"{level:>12}" for level in LEVELS) + f"{'all':>8}")
    count = Counter(f"{r.side} {r.level}" for r in requirements().values())
    for side in SIDES:
        cells = [count[f"{side} {level}"] for level in LEVELS]
        print(f"{side:<8}" + "".join(f"{cell:>12}" for cell in cells) + f"{sum(cells):>8}")
    with_case = sum(bool(bound[r]) for r in rows)
    excluded = sum(bool(r.not_observable) for r in requirements().values())
    missing = [r for r, said in rows.items() if said == "NO CASE"]
    print(
        f"\n{len(rows)} requirements: {with_case} with a case, {excluded} excluded with a reason, "
        f"{len(missing)} observable ones without a case; {len(servers)} have one for servers, "
        f"{len(clients)} one for clients"
    )
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
