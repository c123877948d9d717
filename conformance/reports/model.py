"""A report as the writers see it, whether its run has just ended or was read from a file.

Numbers are counted from the cases, never taken from the footer: a report that was cut off has none.
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
"""Verdicts as people want to see them, the worst first."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case of a report.

    Attributes:
        id: Its permanent name.
        requirement: The id of the requirement that it is bound to.
        level: The level of that requirement.
        needs: The features that it needs.
        verdict: What the kit says of it.
        seconds: How long it took.
        broken: The id of the requirement that is not met, or None.
        reason: Why it is not a pass, for people.
        known: What the known-failing list says of it, or None.
        blocked_by: The id of the case that it rests on and that is not met, or None.
        death: What ails the side under test after it, or None.
        closing: How a connection was closed, if that was judged: `verdict`, `how`, `requirement`,
            `expected`.
        findings: What was found: `requirement`, `sent`, `expected`, `received`, `hint`, `steps`,
            `seed`, `replay`, and `dialogue` where it is another than that of the case.
        dialogue: What passed, in the form of `trace.json`.
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
        """The case that a member of `cases` is."""
        members = {name: case[name] for name in cls.__slots__ if name in case}
        return cls(
            **members | {"verdict": Verdict(case["verdict"]), "blocked_by": case["blockedBy"]}
        )

    @property
    def section(self) -> str:
        """The section that it stands under."""
        return self.id.partition("/")[0]

    @property
    def closes_badly(self) -> bool:
        """Whether how a connection was closed makes the side under test non-conformant."""
        return self.closing is not None and Verdict(self.closing["verdict"]) in NOT_CONFORMANT

    @property
    def fails(self) -> bool:
        """Whether the run is not conformant because of it."""
        return self.verdict in NOT_CONFORMANT or self.closes_badly

    def blamed(self) -> Iterator[tuple[str, Verdict]]:
        """The ids of the requirements that it found unmet, each with what that means."""
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
        began: When the run began, as RFC 3339 has it.
        target: What was judged: `url`, `side`, `command`, `authUrl`, `testee`, `features`,
            `documents`, `roundTrip`.
        options: How it was judged.
        selected: How many cases were to be judged.
        requirements: The requirements that the kit knew, by id.
        cases: Those that the report has.
        footer: What stands behind the cases; empty if the report was cut off before.
        damage: Where the report ends, if it is not whole.
        name: What to call it where there are several.
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
        """The report that a document of `report.json` is."""
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
        """Which side was judged, `server` or `client`; a server, if the report does not say."""
        found: str = self.target.get("side", "server")
        return found

    @property
    def judged(self) -> str:
        """What was judged, as people know it: a client has no URL of its own."""
        return _judged(self.target)

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """How many cases have each verdict."""
        return counted(self.cases)

    @cached_property
    def requirement_results(self) -> dict[str, RequirementResult]:
        """What the cases say of each requirement."""
        return results_by_requirement(self.requirements, self.cases, self.side)

    @property
    def sections(self) -> list[str]:
        """The sections that it has cases of, in the order of the specification."""
        found = dict.fromkeys(case.section for case in self.cases)
        return [s for s in SECTIONS if s in found] + sorted(found.keys() - set(SECTIONS))

    @property
    def seconds(self) -> float:
        """How long the run took; that of the cases, if it was cut off."""
        found: float = self.footer.get("seconds", sum(case.seconds for case in self.cases))
        return found

    @property
    def status(self) -> int | None:
        """The exit status of the run, or None if the report was cut off before."""
        found: int | None = self.footer.get("exitStatus")
        return found

    @property
    def ran(self) -> int:
        """How many cases said something of the side under test."""
        return sum(case.verdict in RAN for case in self.cases)

    def sentences(self, name: str) -> list[str]:
        """The `warnings` or the `problems` of the run."""
        found: list[str] = self.footer.get(name, [])
        return found

    def of_section(self, section: str) -> list[CaseView]:
        """The cases of a section."""
        return [case for case in self.cases if case.section == section]

    def failures(self) -> dict[str, list[CaseView]]:
        """The cases that make what is judged non-conformant, by the requirement that is not met."""
        return self._by_blame(case for case in self.cases if case.fails)

    def unmet(self, verdict: Verdict) -> dict[str, list[CaseView]]:
        """The cases with a verdict, by the requirement that is not met."""
        return self._by_blame(c for c in self.cases if c.verdict is verdict and not c.fails)

    def _by_blame(self, cases: Iterable[CaseView]) -> dict[str, list[CaseView]]:
        found: dict[str, list[CaseView]] = {}
        for case in cases:
            closing = case.closing if case.closes_badly and not case.broken else None
            blamed = closing["requirement"] if closing else case.broken or case.requirement
            found.setdefault(blamed, []).append(case)
        order = list(self.requirements)
        return dict(sorted(found.items(), key=lambda each: _place(order, each[0])))

    def coverage(self) -> list[JSONObject]:
        """For each side and level how many requirements there are, were exercised, and are met."""
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
            standing = self.requirement_results[requirement.id].status
            row["requirements"] += 1
            row["observable"] += requirement.not_observable is None
            row["exercised"] += standing is not RequirementStatus.UNJUDGED
            row["met"] += standing is RequirementStatus.MET
        return sorted(rows.values(), key=lambda row: (SIDES.index(row["side"]), _rank(row)))


SIDES = ("server", "both", "client")
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")


def _judged(target: JSONObject) -> str:
    command: str | None = target.get("command")
    url: str = target["url"]
    return command if command and target.get("side") == "client" else url


def _place(order: list[str], id_: str) -> int:
    return order.index(id_) if id_ in order else len(order)


def _rank(row: JSONObject) -> int:
    return LEVELS.index(row["level"])


def counted(cases: Iterable[CaseView]) -> Counter[Verdict]:
    """How many of the cases have each verdict."""
    return Counter(case.verdict for case in cases)
