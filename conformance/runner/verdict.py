"""The outcome of a case, and of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.runner.case import Case
from conformance.runner.measurements import Figure


class Verdict(StrEnum):
    """The outcome of one case."""

    PASS = "passed"
    FAIL = "failed"
    WARN = "warned"
    """A SHOULD is not met; with `--strict` that fails."""
    KNOWN = "known failing"
    """It fails as the known-failing list says."""
    NOT_APPLICABLE = "not applicable"
    """It needs a feature that the testee does not list."""
    NOT_TESTABLE = "not testable"
    """It needs something that the run was not given."""
    DIED = "server died"
    """The target died in it, a client too: see `called`."""
    BLOCKED = "blocked"
    """It depends on a case that failed, and would fail for the same reason."""
    KIT_ERROR = "kit error"
    """An error of the kit, which does not count against the target."""

    def called(self, side: str) -> str:
        """The text for people; the value, which is published, says "server" for a client too."""
        return self.value.replace("server", side)


IDENTIFIES = "user-session"
"""The feature whose cases need `--auth-url`."""
NAMED = 5
"""The number of cases without an outcome that are named."""
RAN = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.KNOWN, Verdict.DIED})
NOT_CONFORMANT = frozenset({Verdict.FAIL, Verdict.DIED, Verdict.BLOCKED, Verdict.KIT_ERROR})


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement that is not met, as facts; `explain` makes the text of it.

    Attributes:
        sent: What the kit sent, for people: the connection, an arrow, the frame.
        trace: The dialogue up to then.
        steps: The generated program that led to it, if there is one.
        seed: The seed of the search that found the program.
        replay: The command that runs it again, if a file was written.
        printed: The last lines that the target printed during the case, if the kit started it.
    """

    requirement: str
    violation: Violation
    sent: str
    trace: Trace
    steps: list[dict[str, Any]] | None = None
    seed: int | None = None
    replay: str | None = None
    hint: Hint | None = None
    printed: str = ""

    @property
    def expected(self) -> str:
        """What the side under test had to do, for people."""
        return self.violation.expected

    @property
    def received(self) -> str:
        """What it did, for people."""
        return self.violation.received


@dataclass(frozen=True, slots=True)
class Hint:
    """A known pattern of failures.

    Attributes:
        requirements: The ids of the requirements that it speaks of.
        shows: Whether a finding of one of them has it.
        sentence: What it looks like.
    """

    name: str
    requirements: frozenset[str]
    shows: Callable[[Finding], bool]
    sentence: str


@dataclass(frozen=True, slots=True)
class Searched:
    """How much a search with generated sequences did.

    Attributes:
        text: The same for people, with all that was counted.
    """

    programs: int
    steps: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ClosingVerdict:
    """How a connection of a case was closed, judged separately from the case itself.

    Attributes:
        verdict: `PASS`; `WARN` or `FAIL` by the level of the requirement that it breaks; `KNOWN` if
            the known-failing list has the case.
        how: What happened: "connection A closed with code 1000".
        requirement: The id of the requirement that it is judged by.
        expected: What the requirement demands.
    """

    verdict: Verdict
    how: str
    requirement: str
    expected: str


@dataclass(slots=True)
class Outcome:
    """The outcome of one case.

    Attributes:
        reason: Why it is not a pass, for people; empty for a pass.
        broken: The id of the requirement that is not met, if any.
        findings: What is wrong; several only for generated sequences.
        closing: How a connection was closed, if that was judged; it does not change `verdict`.
        blocked_by: The id of the failed case that blocks it, if it is blocked.
        known: The reason in the known-failing list, if it is listed.
        death: How the target died and what it printed, if it died.
        missing: The features that the case needs and the testee does not list.
        lacks: What else the run lacks for it, a noun phrase, if it is not testable for that.
        searched: How much its generated sequences did, if it has any.
        kit_error: The text of an error of the kit, if there was one.
        not_as_listed: Why its entry in the known-failing list is out of date, if it is.
    """

    case: Case
    verdict: Verdict
    seconds: float = 0.0
    reason: str = ""
    broken: str | None = None
    trace: Trace | None = None
    replays: list[Path] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    closing: ClosingVerdict | None = None
    blocked_by: str | None = None
    known: str | None = None
    death: str | None = None
    missing: frozenset[str] = frozenset()
    lacks: str | None = None
    searched: Searched | None = None
    kit_error: str = ""
    not_as_listed: str | None = None

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.case.id

    @property
    def requirement(self) -> str:
        """The id of the requirement that the case is bound to."""
        return self.case.requirement.id

    def blamed(self) -> Iterator[tuple[str, Verdict]]:
        """The ids of the requirements that it found unmet, each with a verdict."""
        for requirement in dict.fromkeys(found.requirement for found in self.findings):
            yield requirement, self.verdict
        if self.closing is not None:
            yield self.closing.requirement, self.closing.verdict


@dataclass(slots=True)
class Run:
    """The outcomes of a run, and its own problems.

    Attributes:
        outcomes: One for each case that was reached.
        problems: Sentences about the run itself: a stale known-failing entry, an early end.
        warnings: Sentences about weak evidence, and about values that were not restored.
        collected: The ids of the cases to judge.
        cases: All cases of the kit, selected or not.
        selects_nothing: Why no case is selected, a sentence; None if one is.
        fixed: The ids of the cases that pass and failed in the last run of the same target.
        new: Those that fail and did not.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    selects_nothing: str | None = None
    fixed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def culprit(self, case: Case) -> str | None:
        """The id of the case that blocks another one, or None if it is not blocked.

        A target that died has been started again, so a death blocks nothing.
        """
        for outcome in self.outcomes if case.after else ():
            if outcome.case.id not in case.after:
                continue
            if outcome.verdict is Verdict.FAIL and outcome.findings:
                return outcome.case.id
            if outcome.verdict is Verdict.BLOCKED:
                return outcome.blocked_by
        return None

    def without_outcome(self) -> list[str]:
        """The ids of the cases to judge that have no outcome."""
        judged = {outcome.case.id for outcome in self.outcomes}
        return [case for case in self.collected if case not in judged]

    def ran(self) -> int:
        """The number of cases that judged the target."""
        return sum(outcome.verdict in RAN for outcome in self.outcomes)

    def counts(self) -> Counter[Verdict]:
        """The number of cases with each verdict."""
        return count(self.outcomes)

    def finish(
        self, target: Target, *, stopped: str, died: str | None, promised: bool
    ) -> Iterator[str]:
        """Yield the problems of a run that has ended; it is for the caller to add them.

        Args:
            target: The server or client under test.
            stopped: Why the run ended early, or an empty text.
            died: How the target died after the last case, or None.
            promised: Whether the user gave `--auth-url`.
        """
        left = self.without_outcome()
        how_many = "1 case" if len(left) == 1 else f"{len(left)} cases"
        if target.lacks:
            names = ", ".join(f"`{name}`" for name in target.lacks)
            yield f"the client lacks {names} of spec/testee.md; cases that need it were not tested"
        if stopped:
            yield f"{stopped}; the run ended early: {how_many} without an outcome"
            return
        if left and self.outcomes:  # pytest starts no case if it could not collect all
            named = ", ".join(left[:NAMED]) + (", …" if left[NAMED:] else "")
            yield f"{how_many} without an outcome: {named}"
        if promised and target.testee and IDENTIFIES not in target.features:
            yield (
                f"--auth-url is given, but the testee does not list `{IDENTIFIES}`: its cases were "
                "not judged"
            )
        if died:
            yield f"the {target.side} died after the last case: {died}"

    def exit_status(self) -> int:
        """0 conformant, 1 not, 2 nothing ran."""
        if self.selects_nothing:
            return 2
        counts = self.counts()
        closings = {outcome.closing.verdict for outcome in self.outcomes if outcome.closing}
        if self.problems or closings & NOT_CONFORMANT or counts.keys() & NOT_CONFORMANT:
            return 1
        return 0 if any(counts[verdict] for verdict in RAN) else 2


def count(outcomes: Iterable[Outcome]) -> Counter[Verdict]:
    """Return the number of outcomes with each verdict."""
    return Counter(outcome.verdict for outcome in outcomes)
