"""A report, of a run that has just ended or from a file.

Numbers are counted from the cases, not taken from the footer, because a report that was cut off has
no footer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.runner.requirement_status import (
    RequirementResult,
    RequirementStatus,
    results_by_requirement,
)
from conformance.runner.verdict import NOT_CONFORMANT, RAN, Verdict
from conformance.spec import SECTIONS, Requirement

JSONObject = dict[str, Any]

FORMAT = "ws-sync-report"
VERSION = 2
HEADER = ("format", "version", "kit", "began", "target", "options", "selected", "requirements")
"""The members before the cases, in their order."""
FOOTER = (
    "seconds",
    "counts",
    "checks",
    "coverage",
    "limits",
    "slowest",
    "warnings",
    "problems",
    "exitStatus",
    "end",
)
"""The members after the cases, in their order."""
MEMBERS = (*HEADER, "cases", *FOOTER)

ORDER = (
    Verdict.DIED,
    Verdict.FAIL,
    Verdict.KIT_ERROR,
    Verdict.BLOCKED,
    Verdict.WARN,
    Verdict.KNOWN,
    Verdict.PASS,
    Verdict.NOT_TESTABLE,
    Verdict.NOT_APPLICABLE,
)
"""The order in which verdicts are shown, the worst first."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case of a report.

    Attributes:
        requirement: The id of the requirement that it is bound to.
        broken: The id of the requirement that is not met, or None.
        reason: Why it does not pass, for people.
        known: Its reason in the known-failing list, or None.
        blocked_by: The id of the unmet case that it depends on, or None.
        death: How the side under test has died during it, or None.
        closing: How a connection was closed, if that was judged: `verdict`, `how`, `requirement`,
            `expected`.
        findings: The findings: `requirement`, `sent`, `expected`, `received`, `hint`, `steps`,
            `seed`, `replay`, and `dialogue` if it is not that of the case.
        dialogue: The frames, in the form of `trace.json`.
    """

    id: str
    requirement: str
    level: str
    needs: list[str]
    verdict: Verdict
    seconds: float
    broken: str | None
    reason: str
    known: str | None
    blocked_by: str | None
    death: str | None
    closing: JSONObject | None
    findings: list[JSONObject]
    dialogue: list[JSONObject]

    @classmethod
    def of(cls, case: JSONObject) -> CaseView:
        """Return a member of `cases`."""
        members = {name: case[name] for name in cls.__slots__ if name in case}
        return cls(
            **members | {"verdict": Verdict(case["verdict"]), "blocked_by": case["blockedBy"]}
        )

    @property
    def section(self) -> str:
        """Its section."""
        return self.id.partition("/")[0]

    @property
    def closes_badly(self) -> bool:
        """Whether the side under test is not conformant because of how it closed a connection."""
        return self.closing is not None and Verdict(self.closing["verdict"]) in NOT_CONFORMANT

    @property
    def fails(self) -> bool:
        """Whether the run is not conformant because of it."""
        return self.verdict in NOT_CONFORMANT or self.closes_badly

    def blamed(self) -> Iterator[tuple[str, Verdict]]:
        """Yield the ids of the requirements that it found unmet, each with the verdict."""
        found = [finding["requirement"] for finding in self.findings]
        for requirement in dict.fromkeys([*found, *([self.broken] if self.broken else [])]):
            yield requirement, self.verdict
        if self.closing is not None:
            yield self.closing["requirement"], Verdict(self.closing["verdict"])


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        kit: The version of the kit that wrote it.
        began: The time at which the run began, by RFC 3339.
        target: What was judged: `url`, `side`, `command`, `authUrl`, `testee`, `features`,
            `documents`, `roundTrip`.
        selected: The number of cases that were to be judged.
        footer: The members after the cases; empty if the report was cut off before.
        damage: Where the report ends, if it is incomplete.
    """

    kit: str
    began: str
    target: JSONObject
    options: JSONObject
    selected: int
    requirements: dict[str, Requirement]
    cases: list[CaseView]
    footer: JSONObject
    damage: str | None = None
    name: str = ""

    @classmethod
    def of(cls, document: JSONObject, *, damage: str | None = None, name: str = "") -> Report:
        """Return the report of a document in the form of `report.json`."""
        target = document["target"]
        return cls(
            kit=document["kit"],
            began=document["began"],
            target=target,
            options=document["options"],
            selected=document["selected"],
            requirements={
                found["id"]: Requirement(
                    **{name: found[name] for name in ("id", "side", "level", "sentence", "page")},
                    not_observable=found["notObservable"],
                )
                for found in document["requirements"]
            },
            cases=[CaseView.of(case) for case in document["cases"]],
            footer={name: document[name] for name in FOOTER if name in document},
            damage=damage,
            name=name or _judged(target),
        )

    @property
    def side(self) -> str:
        """The side that was judged, `server` or `client`; `server`, if the report has none."""
        found: str = self.target.get("side", "server")
        return found

    @property
    def judged(self) -> str:
        """The URL of the server, or the command of the client, which has no URL."""
        return _judged(self.target)

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """The number of cases with each verdict."""
        return counted(self.cases)

    @cached_property
    def requirement_results(self) -> dict[str, RequirementResult]:
        """The result of each requirement."""
        return results_by_requirement(self.requirements, self.cases, self.side)

    @property
    def sections(self) -> list[str]:
        """The sections of its cases, in the order of the specification."""
        found = dict.fromkeys(case.section for case in self.cases)
        return [s for s in SECTIONS if s in found] + sorted(found.keys() - set(SECTIONS))

    @property
    def seconds(self) -> float:
        """The duration of the run, or of the cases if the report was cut off."""
        found: float = self.footer.get("seconds", sum(case.seconds for case in self.cases))
        return found

    @property
    def status(self) -> int | None:
        """The exit status of the run, or None if the report was cut off."""
        found: int | None = self.footer.get("exitStatus")
        return found

    @property
    def ran(self) -> int:
        """The number of cases that ran."""
        return sum(case.verdict in RAN for case in self.cases)

    def sentences(self, name: str) -> list[str]:
        """Return the `warnings` or the `problems` of the run."""
        found: list[str] = self.footer.get(name, [])
        return found

    def of_section(self, section: str) -> list[CaseView]:
        """Return the cases of a section."""
        return [case for case in self.cases if case.section == section]

    def failures(self) -> dict[str, list[CaseView]]:
        """Return the cases that fail the run, by the requirement that is not met."""
        return self._by_blame(case for case in self.cases if case.fails)

    def unmet(self, verdict: Verdict) -> dict[str, list[CaseView]]:
        """Return the other cases with a verdict, by the requirement that is not met."""
        return self._by_blame(c for c in self.cases if c.verdict is verdict and not c.fails)

    def _by_blame(self, cases: Iterable[CaseView]) -> dict[str, list[CaseView]]:
        found: dict[str, list[CaseView]] = {}
        for case in cases:
            closing = case.closing if case.closes_badly and not case.broken else None
            blamed = closing["requirement"] if closing else case.broken or case.requirement
            found.setdefault(blamed, []).append(case)
        order = {id_: place for place, id_ in enumerate(self.requirements)}
        return dict(sorted(found.items(), key=lambda each: order.get(each[0], len(order))))

    def coverage(self) -> list[JSONObject]:
        """Count the requirements of each side and level: all, exercised, met."""
        rows: dict[tuple[str, str], JSONObject] = {}
        for requirement in self.requirements.values():
            row = rows.setdefault(
                (requirement.side, requirement.level),
                {
                    "side": requirement.side,
                    "level": requirement.level,
                    "requirements": 0,
                    "observable": 0,
                    "exercised": 0,
                    "met": 0,
                },
            )
            status = self.requirement_results[requirement.id].status
            row["requirements"] += 1
            row["observable"] += requirement.not_observable is None
            row["exercised"] += status is not RequirementStatus.UNJUDGED
            row["met"] += status is RequirementStatus.MET
        return sorted(
            rows.values(), key=lambda row: (SIDES.index(row["side"]), LEVELS.index(row["level"]))
        )


SIDES = ("server", "both", "client")
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")


def _judged(target: JSONObject) -> str:
    command: str | None = target.get("command")
    url: str = target["url"]
    return command if command and target.get("side") == "client" else url


def counted(cases: Iterable[CaseView]) -> Counter[Verdict]:
    """Count the cases with each verdict."""
    return Counter(case.verdict for case in cases)
