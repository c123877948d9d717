"""The text of a failure, of a closing and of a whole run.

Findings and verdicts hold facts; here they become sentences and lines. Nothing is judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.driver.trace import SHOWN_ENTRIES
from conformance.errors import NOT_CONFORMANT
from conformance.protocol.display import escape_control_chars, show_payload
from conformance.protocol.wire import compact
from conformance.runner.console import Console
from conformance.runner.verdict import ClosingVerdict, Finding, Outcome, Run, Verdict
from conformance.spec import requirements

UNBROKEN = Console()
LABELS = 15
"""Columns of a label and the spaces around it."""
INDENTS = (" " * 4, " " * 18)
"""The indents of an entry or a step: of its first line, and of the others."""
DIALOGUE = "(seconds, connection, -> sent by the kit, <- received by it)"


def explain(
    outcome: Outcome, finding: Finding, page: Console = UNBROKEN, *, last: int | None = None
) -> str:
    """Return the text of a failure.

    It shows the `last` entries of the dialogue, each on at most two lines. With None it shows as
    many as the text in a report has, each whole.
    """
    return "\n".join(
        [
            *(page.paint(line, "case") for line in page.wrap(outcome.case.id)),
            *_requirement(outcome, finding, page),
            *_field(page, "sent", finding.sent),
            *_field(page, "expected", finding.expected),
            *_field(page, "received", finding.received, "bad"),
            *_circumstances(outcome, finding, page),
            *_dialogue(finding, page, last),
            *_again(outcome, finding, page),
        ]
    )


def _requirement(outcome: Outcome, finding: Finding, page: Console) -> Iterator[str]:
    found = requirements()[finding.requirement]
    head = f"{found.id} ({found.side}, {found.level}), {found.place}"
    yield from _field(page, "requirement", head)
    yield from page.sentence(found.sentence, " " * LABELS)
    own = outcome.case.requirement
    if own.id != found.id:
        yield from page.wrap(f"in a case of {own.id}, {own.place}", "  ")


def _circumstances(outcome: Outcome, finding: Finding, page: Console) -> Iterator[str]:
    """How the connection was closed, the hint, and what the process printed."""
    closing = outcome.closing
    bad = closing is not None and closing.verdict is not Verdict.PASS
    if closing and bad and closing.requirement != finding.requirement:
        yield from _field(page, "closing", describe_closing(closing))
    if finding.hint:
        yield from _field(page, "hint", finding.hint.sentence, "hint")
    if finding.printed:
        first, *more = map(escape_control_chars, finding.printed.splitlines())
        yield from _field(page, "printed", first)
        yield from (line for each in more for line in page.wrap(each, " " * LABELS))


def _dialogue(finding: Finding, page: Console, last: int | None) -> Iterator[str]:
    lines = finding.trace.dialogue(last or SHOWN_ENTRIES)
    layout = page.shorten if last else page.wrap
    if lines:
        yield from _field(page, "dialogue", DIALOGUE)
        yield from (line for entry in lines for line in layout(entry, *INDENTS))


def _again(outcome: Outcome, finding: Finding, page: Console) -> Iterator[str]:
    """How the target died, the steps of the program, and how to run the failure again."""
    for line in (outcome.death or "").splitlines():
        yield from page.wrap(line, "  ")
    if finding.steps is not None:
        yield page.paint("  steps", "label")
        for number, step in enumerate(finding.steps, 1):
            yield from page.wrap(f"{number}. {show_payload(compact(step))}", *INDENTS)
    if finding.seed is not None:
        yield from _field(page, "seed", str(finding.seed))
    if finding.replay:
        # On one line whatever the width, so that it can be copied.
        yield page.paint(f"  {'replay':<{LABELS - 2}}", "label") + finding.replay


def _field(page: Console, label: str, text: str, kind: str = "") -> Iterator[str]:
    first, *more = page.wrap(text, " " * LABELS)
    yield page.paint(f"  {label:<{LABELS - 2}}", "label") + page.paint(first[LABELS:], kind)
    yield from (page.paint(line, kind) for line in more)


def describe_closing(closing: ClosingVerdict) -> str:
    """Return how a connection was closed, and what was expected."""
    requirement = requirements()[closing.requirement]
    return (
        f"{closing.how}; expected {closing.expected} "
        f"({requirement.id}, {requirement.level}), {requirement.place}"
    )


def conclusion(run: Run) -> str:
    """Return what a run says of the side under test, in one sentence."""
    return concluded(run.counts(), run.exit_status())


def concluded(counts: Counter[Verdict], status: int) -> str:
    """Return the same for the number of cases with each verdict, and the exit status."""
    known, warned = counts[Verdict.KNOWN], counts[Verdict.WARN]
    if status == NOT_CONFORMANT:
        return "NOT conformant"
    if status:
        return "no result: nothing ran"
    if known:
        return "1 known failure, no other" if known == 1 else f"{known} known failures, no others"
    if warned:
        cases = "1 case warns" if warned == 1 else f"{warned} cases warn"
        return f"conformant: every exercised MUST is met; {cases} of a SHOULD that is not"
    return "conformant: every exercised requirement is met"
