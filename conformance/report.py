"""What a run says at its end: the summary in the terminal.

Everything here is formatting; nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from conformance.spec import SECTIONS
from conformance.tally import TALLY
from conformance.target import Target
from conformance.verdict import Run, Verdict, count

WIDTH = 96
COLUMNS = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.DIED: "died",
    Verdict.BLOCKED: "blocked",
    Verdict.KIT_ERROR: "kit error",
    Verdict.WARN: "warned",
    Verdict.KNOWN: "known",
    Verdict.NOT_APPLICABLE: "n/a",
    Verdict.NOT_TESTABLE: "not tested",
}


def summary(run: Run, target: Target, seconds: float) -> Iterator[str]:
    """The lines at the end of a run."""
    columns = [v for v in COLUMNS if run.counts()[v] or v in (Verdict.PASS, Verdict.FAIL)]
    yield f"{'section':<12}" + "".join(f"{COLUMNS[v]:>11}" for v in columns)
    others = sorted({o.case.section for o in run.outcomes} - set(SECTIONS))
    for section in (*SECTIONS, *others):
        outcomes = [o for o in run.outcomes if o.case.section == section]
        if outcomes:
            counts = count(outcomes)
            yield f"{section:<12}" + "".join(f"{counts[v] or '·':>11}" for v in columns)
    total = run.counts()
    yield f"{'all':<12}" + "".join(f"{total[v]:>11}" for v in columns)
    yield ""
    yield from _left_out(run)
    yield from _limits(run)
    yield from (note for outcome in run.outcomes for note in outcome.notes)
    yield from (f"warning: {warning}" for warning in run.warnings)
    yield from (f"problem: {problem}" for problem in run.problems)
    yield from _kept(run)
    yield (
        f"{len(run.collected)} cases collected, {run.ran()} ran: {TALLY.comparisons} comparisons, "
        f"{TALLY.frames} frames judged"
    )
    ran = len({o.case.requirement.id for o in run.outcomes if o.trace})
    if not target.testee:
        documents = ", ".join(target.application.announced)
        yield f"{target.url} is judged as an application without a testee; it announces {documents}"
    yield f"{target.url}: {len(run.outcomes)} cases, {ran} requirements exercised, {seconds:.1f} s"
    yield conclusion(run)


def conclusion(run: Run) -> str:
    """What the run says of the server, in one sentence."""
    counts = run.counts()
    status = run.exit_status()
    if status:
        return "NOT conformant" if status == 1 else "nothing ran, so nothing is known"
    if counts[Verdict.KNOWN]:
        return f"as its known-failing list says: {counts[Verdict.KNOWN]} cases fail, no others"
    if counts[Verdict.WARN]:
        return (
            f"conformant: every MUST that was exercised is met, {counts[Verdict.WARN]} cases "
            "warn of a SHOULD that is not"
        )
    return "conformant: every requirement that was exercised is met"


def _kept(run: Run) -> Iterator[str]:
    """Where the replay files are of what is not known to fail."""
    files = [path for o in run.outcomes if o.verdict is not Verdict.KNOWN for path in o.replays]
    if files:
        yield f"replay files: {len(files)} in {files[0].parent}"


def _left_out(run: Run) -> Iterator[str]:
    for verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE):
        reasons = {o.reason for o in run.outcomes if o.verdict is verdict}
        for reason in sorted(reasons):
            number = sum(o.reason == reason and o.verdict is verdict for o in run.outcomes)
            yield f"{verdict.value}: {number} {'case' if number == 1 else 'cases'}, {reason}"


def _limits(run: Run) -> Iterator[str]:
    figures = "; ".join(str(figure) for outcome in run.outcomes for figure in outcome.figures)
    if figures:
        yield from wrap(f"limits: {figures}", WIDTH, subsequent_indent=" " * len("limits: "))
