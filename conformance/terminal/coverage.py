"""Which requirements a run has exercised, and why it has not exercised the others.

Counted from the specification and the outcomes, by the rule of `reports.standing`, as every report
counts; there is no third list. A run knows more than its report does: which cases there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from conformance.runner.case import Case
from conformance.runner.requirement_status import RequirementStatus, standings
from conformance.runner.verdict import Outcome, Run, Verdict
from conformance.spec import Requirement, requirements

LEVELS = ("MUST", "SHOULD", "MAY")
BOTH = "both"


@dataclass(slots=True)
class Coverage:
    """The requirements of one side and level that can be observed from outside.

    Attributes:
        side: Whom they bind.
        level: Their keyword; MUST stands for MUST NOT too, and SHOULD for SHOULD NOT.
        all: Their ids.
        exercised: Those that a case has found met or not met.
        broken: Those of them that are not met.
        unseen: How many more there are that can't be observed from outside.
        missing: Why the others were not: a phrase such as "need the feature `binary`", and the ids.
    """

    side: str
    level: str
    all: list[str] = field(default_factory=list)
    exercised: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unseen: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)


def coverage(run: Run, under_test: str) -> list[Coverage]:
    """What was exercised, by side and level; nothing of what the specification does not have.

    Args:
        run: The run.
        under_test: `server` or `client`: those of the other side are none that it could meet.
    """
    sides = (under_test, BOTH)
    found = {(side, level): Coverage(side, level) for side in sides for level in LEVELS}
    stood = standings(requirements(), map(Judged, run.outcomes), under_test)
    for requirement in requirements().values():
        group = found.get((requirement.side, requirement.level.partition(" ")[0]))
        if group is None:
            continue
        if requirement.not_observable:
            group.unseen += 1
            continue
        group.all.append(requirement.id)
        standing = stood[requirement.id].standing
        if standing is RequirementStatus.UNJUDGED:
            group.missing.setdefault(_reason(requirement, run), []).append(requirement.id)
            continue
        group.exercised.append(requirement.id)
        if standing is not RequirementStatus.MET:
            group.broken.append(requirement.id)
    return [group for group in found.values() if group.all]


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome, as the rule of standings sees it."""

    outcome: Outcome

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.outcome.case.id

    @property
    def requirement(self) -> str:
        """The id of the requirement that it is bound to."""
        return self.outcome.case.requirement.id

    @property
    def verdict(self) -> Verdict:
        """What the kit says of it."""
        return self.outcome.verdict

    @property
    def reason(self) -> str:
        """Why it is not a pass."""
        return self.outcome.reason

    def blamed(self) -> Iterator[tuple[str, Verdict]]:
        """The ids of the requirements that it found unmet, each with what that means."""
        for requirement in dict.fromkeys(found.requirement for found in self.outcome.findings):
            yield requirement, self.outcome.verdict
        if self.outcome.closing is not None:
            yield self.outcome.closing.requirement, self.outcome.closing.verdict


def _reason(requirement: Requirement, run: Run) -> str:
    """Why no case of a requirement ran."""
    cases = [case for case in run.cases if case.requirement.id == requirement.id]
    outcomes = [o for o in run.outcomes if o.case.requirement.id == requirement.id]
    if not cases:
        return "have no case"
    if not outcomes:
        return "were not selected"
    return Counter(_of_outcome(outcome) for outcome in outcomes).most_common(1)[0][0]


def _of_outcome(outcome: Outcome) -> str:
    match outcome.verdict:
        case Verdict.NOT_APPLICABLE:
            return f"need {_features(outcome.case, outcome.missing)}"
        case Verdict.BLOCKED:
            return f"are blocked by {outcome.blocked_by}"
        case Verdict.NOT_TESTABLE:
            return f"need {outcome.lacks}"
        case Verdict.KIT_ERROR:
            return "were not judged"
        case _:
            return "were not reached by a case"


def _features(case: Case, missing: Iterable[str]) -> str:
    names = sorted(missing or case.needs)
    which = ", ".join(f"`{name}`" for name in names)
    return f"the feature{'s' if len(names) > 1 else ''} {which}"
