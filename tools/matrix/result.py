"""The verdict of the kit on one testee, and whether it is the right one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.matrix.catalogue import Catalogue, Side, catalogue

KILLS = ("failed", "server died")


@dataclass(slots=True)
class Result:
    """The verdict of the kit on one testee.

    Attributes:
        name: The testee.
        breaks: The requirement that it breaks, or None if it is legal.
        own: The cases that killed it for that requirement, in the order of the run.
        others: The cases that killed it for another requirement, each with that requirement.
        warned: The cases that warned, each with the requirement.
        errors: The cases in which the kit itself failed.
        cases: All cases that ran.
        reason: The values expected and received in the first case that killed it.
        hints: The names of the hints that the kit gave.
        wrong: Why this is not the right verdict, or None if it is.
        seconds: The duration of its runs.
    """

    name: str
    breaks: str | None
    own: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    reason: str = ""
    hints: list[str] = field(default_factory=list)
    wrong: str | None = None
    seconds: float = 0.0

    def verdict(self) -> str:
        """The part of the result that does not change from run to run."""
        if self.wrong:
            return self.wrong
        if self.breaks is None:
            return "passed" + "".join(f", warned: `{w}`" for w in sorted({*self.warned.values()}))
        return "killed by the probe" if self.own == ["probe"] else "killed"


def breaks(name: str, side: Side = "server") -> str | None:
    """Return the requirement that a testee breaks, or None if it is legal."""
    return catalogue(side).breaks.get(name)


def read(name: str, outcomes: Path, printed: str, side: Side = "server") -> Result:
    """Read a result from the file of outcomes, or from the sentence of the probe without one."""
    result = Result(name, breaks(name, side))
    if not outcomes.exists():
        sentence = next((line for line in printed.splitlines() if line.startswith("ws-sync:")), "")
        result.reason = anonymous(sentence.removeprefix("ws-sync: ") or printed)[-300:]
        if result.breaks and f"({result.breaks})" in sentence:
            result.own = ["probe"]
        else:
            result.wrong = f"refused by the probe: {result.reason}"
        return result
    known = catalogue(side)
    for case in json.loads(outcomes.read_text(encoding="utf-8")):
        note(result, case, known)
    result.wrong = complaint(result, known)
    return result


def note(result: Result, case: dict[str, Any], known: Catalogue) -> None:
    """Add the outcome of one case."""
    result.cases.append(case["id"])
    if case["verdict"] == "kit error":
        result.errors.append(case["id"])
    elif case["verdict"] == "warned":
        result.warned[case["id"]] = case["broken"]
    elif case["verdict"] in KILLS:
        hints, wanted = case.get("hints", ()), known.hints.get(result.name)
        own = case["broken"] == result.breaks
        if own or known.hint_with_kill:
            result.hints += hints
        if own and (wanted in hints or not wanted or not known.hint_with_kill):
            result.own.append(case["id"])
            result.reason = result.reason or why(case["reason"])
        else:
            result.others[case["id"]] = case["broken"]


def why(text: str) -> str:
    """Return the values expected and received, from the text of a failure."""
    lines = [line.strip() for line in text.splitlines()]
    found = {line.split(" ", 1)[0]: line for line in reversed(lines) if " " in line}
    parts = [found.get(word, "") for word in ("expected", "received")]
    return ", ".join(" ".join(anonymous(part).split())[:150] for part in parts)


def anonymous(text: str) -> str:
    """Replace what differs from run to run: addresses, random names, durations."""
    text = re.sub(r"ws://127\.0\.0\.1:\d+(/ws/kit[\w-]+)?", "the server", text)
    text = re.sub(r"\b(user|session|secret|NO|no)-[0-9a-f]{8}\b", r"\1-…", text)
    return re.sub(r"(within|for|after) [\d.]+ s\b", r"\1 some time", text)


def complaint(result: Result, known: Catalogue) -> str | None:
    """Return why a result is not the right one, or None if it is."""
    if result.errors:
        return f"kit error in {result.errors[0]}"
    if not result.cases:
        return "no case ran"
    if result.breaks is not None:
        if result.own:
            # A hint that a reader does not need would mislead.
            wrong = sorted({*result.hints} - {known.hints[result.name]})
            return f"misleading hint {wrong[0]}" if wrong else None
        if result.breaks in result.others.values():
            return f"killed without the hint {known.hints[result.name]}"
        return f"killed for {others(result)} only" if result.others else "SURVIVED"
    if result.others:
        case, requirement = next(iter(result.others.items()))
        return f"FAILED {requirement} in {case}"
    expected = known.warns.get(result.name, frozenset())
    if {*result.warned.values()} != expected:
        return f"warned of {sorted({*result.warned.values()})} instead of {sorted(expected)}"
    return None


def others(result: Result) -> str:
    """Return the other requirements that a mutant was killed for, the most frequent first."""
    counts = Counter(result.others.values()).most_common()
    return ", ".join(f"{requirement} ({number})" for requirement, number in counts)


REPEATING = ("application/", "replays/")
"""Sections that test again what other sections test, which kill most mutants before."""


def killing_nothing(results: Sequence[Result]) -> list[str]:
    """Return the cases that neither killed a mutant nor warned of a legal server, in run order."""
    ran = (case for result in results for case in result.cases)
    every = dict.fromkeys(case for case in ran if not case.startswith(REPEATING))
    useful = {c for result in results for c in (*result.own, *result.others, *result.warned)}
    return [case for case in every if case not in useful]


def totals(results: Sequence[Result], side: Side = "server") -> str:
    """Count the mutants that were killed and the legal testees that passed."""
    mutants = [result for result in results if result.breaks is not None]
    legal = [result for result in results if result.breaks is None]
    killed, passed = (sum(not r.wrong for r in group) for group in (mutants, legal))
    rules = len({result.breaks for result in mutants})
    return (
        f"{killed} of {len(mutants)} mutants killed through the requirement that they break "
        f"({rules} requirements); {passed} of {len(legal)} legal {side}s passed"
    )
