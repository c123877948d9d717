"""What the cases of a run say of each requirement.

A case is bound to one requirement, and may find another unmet: a requirement is met if a case that
is bound to it passes and none, of whatever requirement, finds it unmet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from conformance.runner.verdict import Verdict
from conformance.spec import Requirement


class RequirementStatus(StrEnum):
    """How a requirement stands."""

    BROKEN = "not met"
    WARNED = "not met, as a SHOULD may be"
    KNOWN = "not met, as its list says"
    MET = "met"
    UNJUDGED = "not exercised"


MEANS = {
    Verdict.FAIL: RequirementStatus.BROKEN,
    Verdict.DIED: RequirementStatus.BROKEN,
    Verdict.WARN: RequirementStatus.WARNED,
    Verdict.KNOWN: RequirementStatus.KNOWN,
}
"""What a verdict means for a requirement that the case found unmet."""


class Judged(Protocol):
    """What has to be known of a case."""

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
    """How one requirement stands.

    Attributes:
        standing: Whether it is met.
        why: Why it was not exercised; empty if it was.
        cases: The ids of the cases that are bound to it.
        against: The ids of the cases that found it unmet.
    """

    standing: RequirementStatus = RequirementStatus.UNJUDGED
    why: str = ""
    cases: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)


def standings(
    requirements: Mapping[str, Requirement], cases: Iterable[Judged], side: str
) -> dict[str, RequirementResult]:
    """How each requirement stands, by its id.

    Args:
        requirements: All that there are, by their ids.
        cases: The cases of the run.
        side: Which side was judged, `server` or `client`.
    """
    found = {id_: RequirementResult() for id_ in requirements}
    left: dict[str, set[str]] = {}
    for case in cases:
        bound = found.setdefault(case.requirement, RequirementResult())
        bound.cases.append(case.id)
        if case.verdict is Verdict.PASS:
            _worsen(bound, RequirementStatus.MET)
        else:
            left.setdefault(case.requirement, set()).add(_left(case))
        for requirement, verdict in case.blamed():
            if verdict in MEANS:
                blamed = found.setdefault(requirement, RequirementResult())
                blamed.against.append(case.id)
                _worsen(blamed, MEANS[verdict])
    for id_, stood in found.items():
        if stood.standing is RequirementStatus.UNJUDGED:
            stood.why = _why(requirements.get(id_), left.get(id_, set()), side)
    return found


def _worsen(stood: RequirementResult, standing: RequirementStatus) -> None:
    order = list(RequirementStatus)
    stood.standing = min(stood.standing, standing, key=order.index)


def _left(case: Judged) -> str:
    if case.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE):
        return case.reason
    return "its cases end before they come to it"


def _why(requirement: Requirement | None, left: set[str], side: str) -> str:
    if left:
        return "; ".join(sorted(left))
    if requirement is None:
        return ""
    if not requirement.binds(side):
        return f"binds {requirement.side}s"
    if requirement.not_observable:
        return f"not observable: {requirement.not_observable}"
    return "has no case" if requirement.level == "MAY" else "no case of it was selected"
