"""Compares reports of implementations, or of versions of one, by requirement and by case.

All reports are about servers, or all about clients: the two have no case in common.

A requirement is counted by the cases that are bound to it, because those are the same in each run.
The requirement that a failing case finds unmet may vary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from conformance.reports.markdown import code, plain
from conformance.reports.model import ORDER, CaseView, Report
from conformance.reports.templates import digest, file, rendered, scripts
from conformance.reports.wording import CLASSES, SIGNS, conclusion, escape_control_chars
from conformance.runner.verdict import NOT_CONFORMANT, Verdict
from conformance.spec import Requirement

GOOD, BAD, POOR, NONE, ABSENT = "pass", "fail", "warn", "na", "absent"
CELL_SIGNS = {GOOD: "✓", BAD: "✗", POOR: "!", NONE: "-", ABSENT: ""}
UNMET = NOT_CONFORMANT | {Verdict.WARN, Verdict.KNOWN}


class MixedSides(ValueError):
    """Reports of servers and of clients can't be compared."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.first, *others = reports
        self.other = next(each for each in others if each.side != self.first.side)

    def __str__(self) -> str:
        sides = " and ".join(
            f"{escape_control_chars(report.name)} judges a {report.side}"
            for report in (self.first, self.other)
        )
        return f"can't compare: {sides}, which have no case in common"


@dataclass(frozen=True, slots=True)
class Cell:
    """A requirement in one report.

    Attributes:
        kind: `GOOD` if all cases pass, `BAD` or `POOR` if some cases of a MUST or a SHOULD do not,
            `NONE` if no case was judged, `ABSENT` without a case.
        unmet: The number of cases that do not pass.
        judged: The number of cases that were judged.
    """

    kind: str
    unmet: int = 0
    judged: int = 0

    def __str__(self) -> str:
        some = f" {self.unmet} of {self.judged}" if self.unmet else ""
        return f"{CELL_SIGNS[self.kind]}{some}"


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement in all reports."""

    requirement: Requirement
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the reports differ."""
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in all reports, with None for a report without it."""

    id: str
    verdicts: tuple[Verdict | None, ...]

    @property
    def change(self) -> str:
        """The change from the first report to the last."""
        first, last = self.verdicts[0], self.verdicts[-1]
        if first is None or last is None:
            return "new" if first is None else "gone"
        if (first in UNMET) != (last in UNMET):
            return "no longer passes" if last in UNMET else "no longer fails"
        return "another verdict"


@dataclass(frozen=True)
class Comparison:
    """A comparison of reports, in the given order.

    Raises:
        MixedSides: Some are about servers and some about clients.
    """

    reports: Sequence[Report]

    def __post_init__(self) -> None:
        if len({report.side for report in self.reports}) > 1:
            raise MixedSides(self.reports)

    @cached_property
    def rows(self) -> list[Row]:
        """The requirements that have a case in one of the reports."""
        known: dict[str, Requirement] = {}
        for report in self.reports:
            known |= {id_: each for id_, each in report.requirements.items() if id_ not in known}
        bound = [_by_requirement(report.cases) for report in self.reports]
        return [
            Row(each, tuple(_cell(each, cases.get(each.id, [])) for cases in bound))
            for each in known.values()
            if any(each.id in cases for cases in bound)
        ]

    @cached_property
    def cases(self) -> list[CaseRow]:
        """The cases, in the order of the first report that has each."""
        verdicts = [{case.id: case.verdict for case in report.cases} for report in self.reports]
        ids = dict.fromkeys(id_ for found in verdicts for id_ in found)
        return [CaseRow(id_, tuple(found.get(id_) for found in verdicts)) for id_ in ids]

    @property
    def different(self) -> list[CaseRow]:
        """The cases whose verdicts differ."""
        return [row for row in self.cases if len(set(row.verdicts)) > 1]

    @property
    def worse(self) -> bool:
        """Whether a case that passes in the first report does not in a later one."""
        return any(
            row.verdicts[0] is Verdict.PASS and any(v in UNMET for v in row.verdicts[1:])
            for row in self.cases
        )

    def called(self, verdict: Verdict | None) -> str:
        """Return a verdict for people; None is a case that a report does not have."""
        return verdict.called(self.reports[0].side) if verdict else "absent"

    @property
    def names(self) -> list[str]:
        """The names of the reports."""
        return [escape_control_chars(report.name) for report in self.reports]


def _by_requirement(cases: Iterable[CaseView]) -> dict[str, list[CaseView]]:
    found: dict[str, list[CaseView]] = {}
    for case in cases:
        found.setdefault(case.requirement, []).append(case)
    return found


def _cell(requirement: Requirement, cases: list[CaseView]) -> Cell:
    if not cases:
        return Cell(ABSENT)
    unmet = sum(case.verdict in UNMET for case in cases)
    judged = unmet + sum(case.verdict is Verdict.PASS for case in cases)
    if unmet:
        return Cell(BAD if requirement.binding else POOR, unmet, judged)
    return Cell(GOOD if judged else NONE, 0, judged)


# In a terminal


def text(comparison: Comparison, width: int | None) -> Iterator[str]:
    """Yield the lines for a terminal of this width; None for no limit."""
    numbers = [f"{number}" for number in range(1, len(comparison.reports) + 1)]
    for number, report in zip(numbers, comparison.reports, strict=True):
        yield f"{number}  {escape_control_chars(report.name)}: {conclusion(report)}"
        if report.damage:
            yield f"   {report.damage}"
    yield ""
    yield _line("cases", numbers, 30)
    for verdict in ORDER:
        counts = [report.counts[verdict] for report in comparison.reports]
        if any(counts):
            yield _line(f"{SIGNS[verdict]} {comparison.called(verdict)}", map(str, counts), 30)
    rows = [row for row in comparison.rows if row.differs]
    yield ""
    yield f"requirements that differ: {len(rows)} of {len(comparison.rows)}"
    longest = max((len(escape_control_chars(row.requirement.id)) for row in rows), default=0) + 12
    if rows:
        yield _line("", numbers, longest)
    for row in rows:
        name = f"{escape_control_chars(row.requirement.id)} {row.requirement.level}"
        yield _line(name, map(str, row.cells), longest)
    yield ""
    different = comparison.different
    yield f"cases that differ: {len(different)} of {len(comparison.cases)}"
    for change, found in _by_change(different):
        yield f"  {change}: {len(found)}"
        for each in found[:SHOWN]:
            verdicts = " → ".join(map(comparison.called, each.verdicts))
            line = f"    {escape_control_chars(each.id)}: {verdicts}"
            yield line if width is None or len(line) <= width else f"{line[: width - 1]}…"
        if len(found) > SHOWN:
            yield f"    … and {len(found) - SHOWN} more"


SHOWN = 15
"""The most cases of one change that the terminal shows."""


def _line(name: str, cells: Iterable[str], width: int) -> str:
    return f"  {name:<{width}}" + "".join(f"{cell:>12}" for cell in cells)


def _by_change(rows: Iterable[CaseRow]) -> list[tuple[str, list[CaseRow]]]:
    found: dict[str, list[CaseRow]] = {}
    for row in rows:
        found.setdefault(row.change, []).append(row)
    return sorted(found.items())


# As Markdown


def markdown(comparison: Comparison, *, link: str = "spec/", all_rows: bool = False) -> str:
    """Return the comparison as Markdown, which is the same for two runs with the same verdicts."""
    names = [plain(name) for name in comparison.names]
    head = f"| | {' | '.join(names)} |\n|---|{'---:|' * len(names)}\n"
    lines = [head]
    for verdict in ORDER:
        counts = [report.counts[verdict] for report in comparison.reports]
        if any(counts):
            cells = " | ".join(str(count or "·") for count in counts)
            lines.append(f"| {SIGNS[verdict]} {comparison.called(verdict)} | {cells} |\n")
    page = ""
    for row in comparison.rows:
        if not (row.differs or all_rows):
            continue
        requirement = row.requirement
        if requirement.page != page:
            page = requirement.page
            title = page.removesuffix(".md").capitalize()
            lines.append(f"\n## {plain(title)}\n\n| requirement | level | {' | '.join(names)} |\n")
            lines.append(f"|---|---|{':---:|' * len(names)}\n")
        place = f"[{code(requirement.id)}]({link}{_quoted(page)}#{_quoted(requirement.id)})"
        cells = " | ".join(str(cell) for cell in row.cells)
        lines.append(f"| {place} | {requirement.level} | {cells} |\n")
    if not all_rows:
        lines.append(_changes(comparison))
    return "".join(lines)


def _quoted(text: str) -> str:
    return quote(escape_control_chars(text))


def _changes(comparison: Comparison) -> str:
    different = comparison.different
    lines = [f"\n## Cases that differ: {len(different)}\n"]
    for change, found in _by_change(different):
        lines.append(f"\n### {len(found)}: {change}\n\n")
        for row in found:
            verdicts = " → ".join(map(comparison.called, row.verdicts))
            lines.append(f"- {plain(row.id)}: {verdicts}\n")
    return "".join(lines)


# As a page


def html(comparison: Comparison) -> str:
    """Return the comparison as a page that works from a disk."""
    script = scripts("theme.js", "comparison.js")
    return rendered(
        "comparison.html",
        comparison=comparison,
        conclusion=conclusion,
        style=file("report.css"),
        script=script,
        digest=digest(script),
        signs=SIGNS,
        verdicts=[v for v in ORDER if any(report.counts[v] for report in comparison.reports)],
        classes=CLASSES,
    )
