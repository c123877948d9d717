"""Whether each requirement is met, from the verdicts of the cases.

A case is bound to one requirement, and may find another one unmet. A requirement is met if a case
that is bound to it passes, and no case, of any requirement, finds it unmet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from conformance.runner.verdict import Verdict
from conformance.spec import Requirement


class RequirementStatus(StrEnum):
    """Whether a requirement is met; the worst status first."""

    BROKEN = "not met"
    WARNED = "not met (a SHOULD)"
    KNOWN = "not met, as listed"
    MET = "met"
    UNJUDGED = "not exercised"


STATUS_BY_VERDICT = {
    Verdict.FAIL: RequirementStatus.BROKEN,
    Verdict.DIED: RequirementStatus.BROKEN,
    Verdict.WARN: RequirementStatus.WARNED,
    Verdict.KNOWN: RequirementStatus.KNOWN,
}
"""The status of a requirement that a case with this verdict found unmet."""


class Judged(Protocol):
    """What this module reads of a case."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as in CaseView
    @property
    def requirement(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    def blamed(self) -> Iterator[tuple[str, Verdict]]: ...  # noqa: D102


@dataclass(slots=True)
class RequirementResult:
    """What the cases found about one requirement.

    Attributes:
        why: Why it was not exercised; empty if it was.
        cases: The ids of the cases that are bound to it.
        against: The ids of the cases that found it unmet.
    """

    status: RequirementStatus = RequirementStatus.UNJUDGED
    why: str = ""
    cases: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)

    def worsen(self, status: RequirementStatus) -> None:
        """Set the status, unless the result has a worse one."""
        self.status = min(self.status, status, key=list(RequirementStatus).index)


def results_by_requirement(
    requirements: Mapping[str, Requirement], cases: Iterable[Judged], side: str
) -> dict[str, RequirementResult]:
    """Return the result of each requirement, by its id."""
    found = {id_: RequirementResult() for id_ in requirements}
    reasons: dict[str, set[str]] = {}
    for case in cases:
        bound = found.setdefault(case.requirement, RequirementResult())
        bound.cases.append(case.id)
        if case.verdict is Verdict.PASS:
            bound.worsen(RequirementStatus.MET)
        else:
            reasons.setdefault(case.requirement, set()).add(_reason(case))
        for requirement, verdict in case.blamed():
            if verdict in STATUS_BY_VERDICT:
                blamed = found.setdefault(requirement, RequirementResult())
                blamed.against.append(case.id)
                blamed.worsen(STATUS_BY_VERDICT[verdict])
    for id_, result in found.items():
        if result.status is RequirementStatus.UNJUDGED:
            result.why = _why(requirements.get(id_), reasons.get(id_, set()), side)
    return found


def _reason(case: Judged) -> str:
    if case.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE):
        return case.reason
    return "its cases ended before they exercised it"


def _why(requirement: Requirement | None, reasons: set[str], side: str) -> str:
    if reasons:
        return "; ".join(sorted(reasons))
    if requirement is None:
        return ""
    if not requirement.binds(side):
        return f"binds {requirement.side}s"
    if requirement.not_observable:
        return f"not observable: {requirement.not_observable}"
    return "has no case" if requirement.level == "MAY" else "no case of it was selected"
