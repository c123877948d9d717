"""The requirements that a run has exercised, and the reasons why it has not exercised the others.

The counts come from the specification and the outcomes, by the rule of `requirement_status`, as in
every report. A run knows more than its report: all cases of the kit, selected or not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from conformance.runner.requirement_status import RequirementStatus, results_by_requirement
from conformance.runner.verdict import Outcome, Run, Verdict
from conformance.spec import Requirement, requirements

LEVELS = ("MUST", "SHOULD", "MAY")
BOTH = "both"


class Why(Enum):
    """Why a requirement was not exercised: a phrase about one, and about several."""

    NO_CASE = "has no case", "have no case"
    NOT_SELECTED = "was not selected", "were not selected"
    NEEDS = "needs", "need"
    BLOCKED = "is blocked by", "are blocked by"
    KIT_ERROR = "was not judged, for an error of the kit", "were not judged, for errors of the kit"
    NOT_REACHED = "was not reached by a case", "were not reached by a case"


@dataclass(frozen=True, slots=True)
class Missing:
    """Why some requirements were not exercised."""

    why: Why
    what: str = ""

    def phrase(self, number: int) -> str:
        """The reason as the end of a sentence about this number of requirements."""
        one, several = self.why.value
        return f"{one if number == 1 else several} {self.what}".rstrip()


@dataclass(slots=True)
class Coverage:
    """The requirements of one side and level.

    Attributes:
        side: The side that they bind.
        level: Their keyword; MUST includes MUST NOT, and SHOULD includes SHOULD NOT.
        all: The ids of those that can be observed from outside.
        exercised: Those of `all` that a case found met or unmet.
        broken: Those of `exercised` that are unmet.
        unseen: How many more can't be observed from outside.
        missing: The others of `all`, by the reason why they were not exercised.
    """

    side: str
    level: str
    all: list[str] = field(default_factory=list)
    exercised: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unseen: int = 0
    missing: dict[Missing, list[str]] = field(default_factory=dict)


def coverage(run: Run, under_test: str) -> list[Coverage]:
    """Return what was exercised, by side and level; without groups that have no requirement."""
    groups = {
        (side, level): Coverage(side, level) for side in (under_test, BOTH) for level in LEVELS
    }
    results = results_by_requirement(requirements(), run.outcomes, under_test)
    for requirement in requirements().values():
        group = groups.get((requirement.side, requirement.level.partition(" ")[0]))
        if group is None:
            continue
        if requirement.not_observable:
            group.unseen += 1
            continue
        group.all.append(requirement.id)
        status = results[requirement.id].status
        if status is RequirementStatus.UNJUDGED:
            group.missing.setdefault(_missing(requirement, run), []).append(requirement.id)
            continue
        group.exercised.append(requirement.id)
        if status is not RequirementStatus.MET:
            group.broken.append(requirement.id)
    return [group for group in groups.values() if group.all]


def _missing(requirement: Requirement, run: Run) -> Missing:
    """Why no case has exercised a requirement; of several reasons the most frequent one."""
    if not any(case.requirement.id == requirement.id for case in run.cases):
        return Missing(Why.NO_CASE)
    outcomes = [o for o in run.outcomes if o.case.requirement.id == requirement.id]
    if not outcomes:
        return Missing(Why.NOT_SELECTED)
    return Counter(map(_of_outcome, outcomes)).most_common(1)[0][0]


def _of_outcome(outcome: Outcome) -> Missing:
    match outcome.verdict:
        case Verdict.NOT_APPLICABLE:
            names = sorted(outcome.missing or outcome.case.needs)
            features = "the features" if len(names) > 1 else "the feature"
            return Missing(Why.NEEDS, f"{features} {', '.join(f'`{name}`' for name in names)}")
        case Verdict.NOT_TESTABLE:
            return Missing(Why.NEEDS, outcome.lacks or "")
        case Verdict.BLOCKED:
            return Missing(Why.BLOCKED, outcome.blocked_by or "")
        case Verdict.KIT_ERROR:
            return Missing(Why.KIT_ERROR)
        case _:
            return Missing(Why.NOT_REACHED)
