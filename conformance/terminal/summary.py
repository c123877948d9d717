"""The lines at the end of a run: the failures, then the numbers, then the conclusion.

The conclusion is the last line, because people look there first. Nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.driver.counters import TALLY
from conformance.driver.target import Target
from conformance.protocol.display import escape_control_chars
from conformance.runner.console import Console
from conformance.runner.explain import conclusion, describe_closing, explain
from conformance.runner.verdict import Finding, Outcome, Run, Verdict, count
from conformance.spec import SECTIONS, requirements
from conformance.terminal.coverage import Missing, Why, coverage

COLUMNS = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.DIED: "died",
    Verdict.KIT_ERROR: "kit error",
    Verdict.BLOCKED: "blocked",
    Verdict.WARN: "warned",
    Verdict.KNOWN: "known",
    Verdict.NOT_APPLICABLE: "n/a",
    Verdict.NOT_TESTABLE: "not tested",
}
KINDS = {
    Verdict.PASS: "good",
    Verdict.FAIL: "bad",
    Verdict.DIED: "bad",
    Verdict.KIT_ERROR: "bad",
    Verdict.BLOCKED: "bad",
    Verdict.WARN: "hint",
}
FIRST, COLUMN = 12, 11
"""The columns of a section's name, and of each number."""
GROUPS = {"bad": 8, "hint": 2}
"""The number of requirements whose shortest dialogue is shown; of the others one case is named."""
NAMED = 6
"""The number of cases that are named beside the one that is shown."""
FRAMES = 12
"""The entries of a dialogue that are shown without --full."""
SLOWEST = 3
SLOW = 0.1
"""The seconds from which on a case is slow."""


@dataclass(slots=True)
class Group:
    """The cases that found one requirement unmet."""

    requirement: str
    found: list[tuple[Outcome, Finding]]


def groups(outcomes: list[Outcome]) -> list[Group]:
    """Group findings by requirement.

    The requirements for which the target died come first, and then those that most cases found.
    """
    by_id: dict[str, list[tuple[Outcome, Finding]]] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            by_id.setdefault(finding.requirement, []).append((outcome, finding))
    for found in by_id.values():
        found.sort(key=lambda one: (one[0].case.requirement.id != one[1].requirement, _length(one)))
    fatal = {name for name, found in by_id.items() if any(outcome.death for outcome, _ in found)}
    order = sorted(by_id, key=lambda name: (name not in fatal, -len(by_id[name])))
    return [Group(name, by_id[name]) for name in order]


def _length(found: tuple[Outcome, Finding]) -> int:
    return len(found[1].trace.entries)


def findings(run: Run, side: str, page: Console, *, full: bool) -> Iterator[str]:
    """Yield what is wrong with the target, and with the run."""
    wrong = [o for o in run.outcomes if o.verdict in (Verdict.FAIL, Verdict.DIED)]
    warned = [o for o in run.outcomes if o.verdict is Verdict.WARN]
    yield from _part("failures, by requirement", "bad", wrong, page, full=full)
    yield from _part(
        "warnings: a SHOULD is not met (fails with --strict)", "hint", warned, page, full=full
    )
    yield from _closings(run, page, full=full)
    errors = [o for o in run.outcomes if o.verdict is Verdict.KIT_ERROR]
    stale = [o for o in run.outcomes if o.not_as_listed]
    if stale:
        yield from page.heading("the known-failing list is out of date", "bad")
        yield from (line for o in stale for line in page.wrap(o.not_as_listed or ""))
        yield ""
    if errors:
        yield from page.heading(f"errors of the kit, not of the {side}", "bad")
        yield from (f"{o.reason}\n" for o in (errors if full else errors[:NAMED]))
        yield from _more(len(errors) - NAMED, full=full)


def _part(
    title: str, kind: str, outcomes: list[Outcome], page: Console, *, full: bool
) -> Iterator[str]:
    found = groups(outcomes)
    if not found:
        return
    yield from page.heading(title, kind)
    shown = len(found) if full else GROUPS[kind]
    for group in found[:shown]:
        yield from _group(group, kind, page, full=full)
    for group in found[shown:]:
        yield page.paint(_head(group), kind)
        yield from page.wrap(group.found[0][0].case.id, "  for example ", "    ")
    if found[shown:]:
        yield "(their dialogues: --full)"
        yield ""


def _head(group: Group) -> str:
    found = requirements()[group.requirement]
    number = len({outcome.case.id for outcome, _ in group.found})
    return f"{found.id} ({found.level}): {cases(number)}"


def _group(group: Group, kind: str, page: Console, *, full: bool) -> Iterator[str]:
    yield page.paint(_head(group), kind)
    shown = group.found if full else group.found[:1]
    for outcome, finding in shown:
        yield explain(outcome, finding, page, last=None if full else FRAMES)
        yield ""
    shown_ids = {outcome.case.id for outcome, _ in shown}
    others = [*dict.fromkeys(o.case.id for o, _ in group.found if o.case.id not in shown_ids)]
    if others:
        yield page.paint("  also in", "label")
        yield from (line for name in others[:NAMED] for line in page.wrap(name, "    "))
        yield from _more(len(others) - NAMED, full=False)
        yield ""


def _more(number: int, *, full: bool) -> Iterator[str]:
    if number > 0 and not full:
        yield f"    … and {number} more (all: --full)"


def _closings(run: Run, page: Console, *, full: bool) -> Iterator[str]:
    bad = (Verdict.WARN, Verdict.FAIL)
    found = [o for o in run.outcomes if o.closing and o.closing.verdict in bad]
    if not found:
        return
    yield from page.heading("how connections were closed (judged separately)", "hint")
    by_id = Counter(o.closing.requirement for o in found if o.closing)
    for name in by_id:
        group = [o for o in found if o.closing and o.closing.requirement == name]
        yield page.paint(f"{name} ({requirements()[name].level}): {cases(len(group))}", "hint")
        first = group[0].closing
        assert first is not None
        yield from page.wrap(f"{group[0].case.id}: {describe_closing(first)}", "  ", "    ")
        for outcome in group[1:] if full else group[1:NAMED]:
            yield from page.wrap(outcome.case.id, "  ")
        yield from _more(len(group) - NAMED, full=full)
    yield ""


def summary(run: Run, target: Target, seconds: float, page: Console) -> Iterator[str]:
    """Yield how much was judged, and the conclusion."""
    yield from page.heading(f"ws-sync conformance: {escape_control_chars(target.name)}")
    yield from sections(run, page)
    yield ""
    yield from covered(run, target, page)
    yield ""
    yield from _left_out(run, page)
    yield from _slowest(run, page)
    yield from _limits(run, page)
    for searched in (o.searched for o in run.outcomes if o.searched):
        yield from page.wrap(f"sequences: {searched}")
    for kind, sentences in (("warning", run.warnings), ("problem", run.problems)):
        for sentence in sentences:
            lines = page.wrap(sentence, f"{kind}: ", "  ")
            yield from (page.paint(line, "hint" if kind == "warning" else "bad") for line in lines)
    yield from _kept(run, page)
    if run.fixed or run.new:
        yield from _changes(run, page)
    yield from page.wrap(_how_much(run, seconds))
    if not target.testee:
        documents = ", ".join(target.application.announced)
        yield from page.wrap(
            f"judged as an application without a testee, with the documents {documents}"
        )
    kind = "bad" if run.exit_status() else "good"
    yield from (page.paint(line, "strong") for line in page.wrap(totals(run, target.side)))
    yield from (page.paint(line, kind) for line in page.wrap(conclusion(run)))


def _how_much(run: Run, seconds: float) -> str:
    selected = len(run.collected)
    of_all = f" of {len(run.cases)}" if len(run.cases) > selected else ""
    return (
        f"{selected}{of_all} cases collected, {run.ran()} ran: {TALLY.comparisons} comparisons, "
        f"{TALLY.frames} frames judged, {seconds:.1f} s"
    )


def totals(run: Run, side: str) -> str:
    """Return the number of cases with each verdict, in words."""
    counts = run.counts()
    return ", ".join(f"{counts[v]} {v.called(side)}" for v in COLUMNS if counts[v]) or "no case ran"


def sections(run: Run, page: Console) -> Iterator[str]:
    """Yield a line for each section: a table, or words if a table is too wide."""
    counts = run.counts()
    columns = [v for v in COLUMNS if counts[v] or v in (Verdict.PASS, Verdict.FAIL)]
    rows = [(name, count(outcomes)) for name, outcomes in _by_section(run)] + [("all", counts)]
    if page.width is not None and FIRST + COLUMN * len(columns) > page.width:
        for name, numbers in rows:
            words = ", ".join(f"{numbers[v]} {COLUMNS[v]}" for v in columns if numbers[v])
            yield from page.wrap(words, f"{name:<{FIRST}}")
        return
    heads = "".join(f"{COLUMNS[v]:>{COLUMN}}" for v in columns)
    yield page.paint(f"{'section':<{FIRST}}{heads}", "label")
    for name, numbers in rows:
        cells = (_cell(numbers[v], v, page) for v in columns)
        yield f"{name:<{FIRST}}" + "".join(cells)


def _cell(number: int, verdict: Verdict, page: Console) -> str:
    text = f"{number or '·':>{COLUMN}}"
    return page.paint(text, KINDS.get(verdict, "")) if number else text


def _by_section(run: Run) -> Iterator[tuple[str, list[Outcome]]]:
    others = sorted({o.case.section for o in run.outcomes} - set(SECTIONS))
    for section in (*SECTIONS, *others):
        outcomes = [o for o in run.outcomes if o.case.section == section]
        if outcomes:
            yield section, outcomes


def covered(run: Run, target: Target, page: Console) -> Iterator[str]:
    """Yield how many requirements were exercised, a line for each side and level."""
    for group in coverage(run, target.side):
        if not group.exercised and {*group.missing} == {Missing(Why.NOT_SELECTED)}:
            continue
        text = f"{len(group.exercised)} of {len(group.all)} exercised"
        if group.broken:
            text += f", {len(group.broken)} of them not met"
        if group.unseen:
            text += f" ({group.unseen} more {'is' if group.unseen == 1 else 'are'} not observable)"
        missing = [f"{len(ids)} {why.phrase(len(ids))}" for why, ids in group.missing.items()]
        if missing:
            text += "; " + ", ".join(missing)
        yield from page.wrap(text, f"{f'{group.side} {group.level}':<15}")


def _left_out(run: Run, page: Console) -> Iterator[str]:
    for verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE, Verdict.BLOCKED):
        reasons = Counter(o.reason for o in run.outcomes if o.verdict is verdict)
        for reason, number in sorted(reasons.items()):
            yield from page.wrap(f"{cases(number)} ({reason})", f"{verdict.value}: ", "  ")


def _slowest(run: Run, page: Console) -> Iterator[str]:
    slow = sorted((o for o in run.outcomes if o.seconds >= SLOW), key=lambda o: -o.seconds)
    if slow:
        items = [f"{o.case.id} {o.seconds:.1f} s" for o in slow[:SLOWEST]]
        yield from page.wrap("; ".join(items), "slowest: ", "  ")


def _limits(run: Run, page: Console) -> Iterator[str]:
    figures = [str(figure) for outcome in run.outcomes for figure in outcome.figures]
    if figures:
        yield from page.wrap("; ".join(figures), "limits: ", "  ")


def _changes(run: Run, page: Console) -> Iterator[str]:
    yield page.paint(f"since the last run: {len(run.fixed)} fixed, {len(run.new)} new", "strong")
    for what, names in (("fixed", run.fixed), ("new", run.new)):
        for name in names[:NAMED]:
            yield from page.wrap(name, f"  {what}: ", "    ")
        yield from _more(len(names) - NAMED, full=False)


def _kept(run: Run, page: Console) -> Iterator[str]:
    """The folder of the replay files, except those of known failures."""
    files = [path for o in run.outcomes if o.verdict is not Verdict.KNOWN for path in o.replays]
    if files:
        yield from page.wrap(f"{len(files)} in {files[0].parent}", "replay files: ", "  ")


def cases(number: int) -> str:
    """Return a number of cases, in words."""
    return "1 case" if number == 1 else f"{number} cases"
