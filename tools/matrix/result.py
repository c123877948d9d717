"""What the kit said about one testee, and whether that is as it should be."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mutants.catalogue import kinds
from tests.mutants.honest import Honest
from tests.mutants.kinds import Legal, Mutant

KILLS = ("failed", "server died")


@dataclass(slots=True)
class Result:
    """What the kit says about one testee.

    Attributes:
        name: The testee.
        breaks: The requirement that it breaks, or None if it is legal.
        own: The cases that killed it for that requirement, in the order of the run.
        others: The cases that killed it for another one, each with that.
        warned: The cases that warned, each with the requirement.
        errors: The cases in which the kit itself failed.
        cases: All cases that ran.
        reason: What was expected and received when it was first killed for its own requirement.
        hints: The names of the hints that the kit gave where it was killed for its own requirement.
        wrong: Why this result is not as it should be, or None.
        seconds: How long it took.
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
        """The stable part: what is compared with the page."""
        if self.wrong:
            return self.wrong
        if self.breaks is None:
            return "passed" + "".join(f", warned: `{w}`" for w in sorted({*self.warned.values()}))
        return "killed by the probe" if self.own == ["probe"] else "killed"


def breaks(name: str) -> str | None:
    """The requirement that a testee breaks, or None if it is legal."""
    kind = kinds()[name]
    return kind.breaks if issubclass(kind, Mutant) else None


def read(name: str, outcomes: Path, printed: str) -> Result:
    """The result in a file of outcomes, or in the sentence of the probe where there is none."""
    result = Result(name, breaks(name))
    if not outcomes.exists():
        sentence = next((line for line in printed.splitlines() if line.startswith("ws-sync:")), "")
        result.reason = anonymous(sentence.removeprefix("ws-sync: ") or printed)[-300:]
        if result.breaks and f"({result.breaks})" in sentence:
            result.own = ["probe"]
        else:
            result.wrong = f"refused by the probe: {result.reason}"
        return result
    for case in json.loads(outcomes.read_text(encoding="utf-8")):
        note(result, case)
    result.wrong = complaint(result, kinds()[name])
    return result


def note(result: Result, case: dict[str, Any]) -> None:
    """Add the outcome of one case."""
    result.cases.append(case["id"])
    if case["verdict"] == "kit error":
        result.errors.append(case["id"])
    elif case["verdict"] == "warned":
        result.warned[case["id"]] = case["broken"]
    elif case["verdict"] in KILLS and case["broken"] == result.breaks:
        result.own.append(case["id"])
        result.hints += case.get("hints", ())
        result.reason = result.reason or why(case["reason"])
    elif case["verdict"] in KILLS:
        result.others[case["id"]] = case["broken"]


def why(text: str) -> str:
    """What was expected and received, from the text of a failure."""
    lines = [line.strip() for line in text.splitlines()]
    found = {line.split(" ", 1)[0]: line for line in reversed(lines) if " " in line}
    parts = [found.get(word, "") for word in ("expected", "received")]
    return ", ".join(" ".join(anonymous(part).split())[:150] for part in parts)


def anonymous(text: str) -> str:
    """A text without what differs from run to run."""
    text = re.sub(r"ws://127\.0\.0\.1:\d+(/ws/kit[\w-]+)?", "the server", text)
    text = re.sub(r"\b(user|session|secret|NO|no)-[0-9a-f]{8}\b", r"\1-…", text)
    return re.sub(r"(within|for|after) [\d.]+ s\b", r"\1 some time", text)


def complaint(result: Result, kind: type[Honest]) -> str | None:
    """Why a result is not as it should be, or None."""
    if result.errors:
        return f"kit error in {result.errors[0]}"
    if result.breaks is not None:
        if result.own:
            return misled(result, kind)
        return f"killed for {others(result)} only" if result.others else "SURVIVED"
    if result.others:
        case, requirement = next(iter(result.others.items()))
        return f"FAILED {requirement} in {case}"
    expected = kind.warns if issubclass(kind, Legal) else frozenset()
    if {*result.warned.values()} != expected:
        return f"warned of {sorted({*result.warned.values()})} instead of {sorted(expected)}"
    return None


def misled(result: Result, kind: type[Honest]) -> str | None:
    """What is wrong with the hints that its reader was given, or None.

    A mutant may be killed before the case that brings its hint; a wrong one it may never get.
    """
    wanted = {kind.hint} - {None} if issubclass(kind, Mutant) else set()
    wrong = sorted({*result.hints} - wanted)
    return f"misleading hint {wrong[0]}" if wrong else None


def others(result: Result) -> str:
    """The requirements for which a mutant was killed besides its own, the most frequent first."""
    counts = Counter(result.others.values()).most_common()
    return ", ".join(f"{requirement} ({number})" for requirement, number in counts)


REPEATING = ("application/", "replays/")
"""Sections that demand what others demand too, before which most mutants are killed."""


def killing_nothing(results: Sequence[Result]) -> list[str]:
    """The cases that neither killed a mutant nor warned of an odd server, as they ran."""
    ran = (case for result in results for case in result.cases)
    every = dict.fromkeys(case for case in ran if not case.startswith(REPEATING))
    useful = {c for result in results for c in (*result.own, *result.others, *result.warned)}
    return [case for case in every if case not in useful]


def totals(results: Sequence[Result]) -> str:
    """How many mutants were killed, and how many legal servers passed."""
    mutants = [result for result in results if result.breaks is not None]
    legal = [result for result in results if result.breaks is None]
    killed, passed = (sum(not r.wrong for r in group) for group in (mutants, legal))
    rules = len({result.breaks for result in mutants})
    return (
        f"{killed} of {len(mutants)} mutants killed through the requirement that they break "
        f"({rules} requirements); {passed} of {len(legal)} legal servers passed"
    )
