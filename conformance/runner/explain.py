"""The text of a failure: the requirement, what was sent, expected and received, the dialogue.

A finding holds facts; here they become lines, as wide as the place is where they are read. Nothing
is judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.driver.trace import SHOWN_ENTRIES
from conformance.protocol.display import escape_control_chars, show_payload
from conformance.protocol.wire import compact
from conformance.runner.console import Console
from conformance.runner.verdict import ClosingVerdict, Finding, Outcome, Run, Verdict
from conformance.spec import requirements

UNBROKEN = Console()
LABELS = 15
"""Columns in front of what a label stands for."""
INDENTS = (" " * 4, " " * 18)
"""In front of an entry or a step, and in front of what goes on from the line before."""
DIALOGUE = "(seconds, connection, -> sent by the kit, <- by what it judges)"


def explain(
    outcome: Outcome, finding: Finding, page: Console = UNBROKEN, *, last: int | None = None
) -> str:
    """The text of a failure.

    Args:
        outcome: What became of the case that has found it.
        finding: What was found.
        page: Where it is read.
        last: How many entries of the dialogue are shown, each on two lines at most; None for as
            many as a text that is kept has, and whole.
    """
    return "\n".join(
        [
            *(page.paint(line, "case") for line in page.wrapped(outcome.case.id)),
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
        yield from page.wrapped(f"in a case of {own.id}, {own.place}", "  ")


def _circumstances(outcome: Outcome, finding: Finding, page: Console) -> Iterator[str]:
    """How the connection was closed, and what all this looks like."""
    closing = outcome.closing
    bad = closing is not None and closing.verdict is not Verdict.PASS
    if closing and bad and closing.requirement != finding.requirement:
        yield from _field(page, "closing", manner(closing))
    if finding.hint:
        yield from _field(page, "hint", finding.hint.sentence, "hint")
    if finding.printed:
        first, *more = map(escape_control_chars, finding.printed.splitlines())
        yield from _field(page, "printed", first)
        yield from (line for each in more for line in page.wrapped(each, " " * LABELS))


def _dialogue(finding: Finding, page: Console, last: int | None) -> Iterator[str]:
    lines = finding.trace.dialogue(last or SHOWN_ENTRIES)
    told = page.brief if last else page.wrapped
    if lines:
        yield from _field(page, "dialogue", DIALOGUE)
        yield from (line for entry in lines for line in told(entry, *INDENTS))


def _again(outcome: Outcome, finding: Finding, page: Console) -> Iterator[str]:
    """What became of the side under test, and how the same is seen once more."""
    if outcome.death:
        yield from (
            line for told in outcome.death.splitlines() for line in page.wrapped(told, "  ")
        )
    if finding.steps is not None:
        yield page.paint("  steps", "label")
        for number, step in enumerate(finding.steps, 1):
            yield from page.wrapped(f"{number}. {show_payload(compact(step))}", *INDENTS)
    if finding.seed is not None:
        yield from _field(page, "seed", str(finding.seed))
    if finding.replay:
        # On one line, whatever the width: it is there to be copied.
        yield page.paint(f"  {'replay':<{LABELS - 2}}", "label") + finding.replay


def manner(closing: ClosingVerdict) -> str:
    """How a connection was closed, and how it should have been."""
    requirement = requirements()[closing.requirement]
    return (
        f"{closing.how}; {closing.expected} was expected "
        f"({requirement.id}, {requirement.level}), {requirement.place}"
    )


def _field(page: Console, label: str, text: str, kind: str = "") -> Iterator[str]:
    """A label, and what stands behind it."""
    first, *more = page.wrapped(text, " " * LABELS)
    yield page.paint(f"  {label:<{LABELS - 2}}", "label") + page.paint(first[LABELS:], kind)
    yield from (page.paint(line, kind) for line in more)


def conclusion(run: Run) -> str:
    """What the run says of the side under test, in one sentence."""
    return concluded(run.counts(), run.exit_status())


def concluded(counts: Counter[Verdict], status: int) -> str:
    """The same, of how many cases have each verdict and the exit status."""
    if status:
        return "NOT conformant" if status == 1 else "nothing ran, so nothing is known"
    if counts[Verdict.KNOWN]:
        return f"as its known-failing list says: {counts[Verdict.KNOWN]} cases fail, no others"
    if counts[Verdict.WARN]:
        warn = "case warns" if counts[Verdict.WARN] == 1 else "cases warn"
        return (
            f"conformant: every MUST that was exercised is met, {counts[Verdict.WARN]} {warn} of a "
            "SHOULD that is not"
        )
    return "conformant: every requirement that was exercised is met"
