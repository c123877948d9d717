"""The text of a failure: the requirement, what was sent, expected and received, the dialogue.

A finding holds facts; here they become lines, as wide as the place is where they are read. Nothing
is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import wrap

from conformance.spec import requirements
from conformance.trace import harmless, shown
from conformance.verdict import Finding, Manner, Outcome, Verdict
from conformance.wire import compact

WIDTH = 96
"""Columns of a text that is kept; sentences are wrapped to it, and what was sent is not."""
LABELS = 15
"""Columns in front of what a label stands for."""
HANGING = 6
"""Columns in front of what goes on from the line before."""
DIALOGUE = "(seconds, connection, -> sent by the kit, <- by the server)"

Paint = Callable[[str, str], str]
"""Marks a text as being of a kind, such as `label` or `hint`."""


def plain(text: str, kind: str) -> str:  # noqa: ARG001 - a Paint
    """Mark nothing."""
    return text


def explain(
    outcome: Outcome,
    finding: Finding,
    *,
    width: int | None = None,
    paint: Paint = plain,
) -> str:
    """The text of a failure.

    Args:
        outcome: What became of the case that has found it.
        finding: What was found.
        width: Columns that there are, or None to leave long frames on one line.
        paint: Marks the parts.
    """
    case, closing = outcome.case, outcome.closing
    requirement = requirements()[finding.requirement]
    head = f"{requirement.id} ({requirement.side}, {requirement.level}), {requirement.place}"
    place = _Place(width, paint)
    lines = [
        paint(case.id, "case"),
        *place.field("requirement", head),
        *place.sentence(requirement.sentence),
    ]
    if case.requirement.id != requirement.id:
        lines += [f"  in a case of {case.requirement.id}, {case.requirement.place}"]
    lines += [
        *place.field("sent", finding.sent),
        *place.field("expected", finding.expected),
        *place.field("received", finding.received, "received"),
    ]
    bad = closing is not None and closing.verdict is not Verdict.PASS
    if closing and bad and closing.requirement != finding.requirement:
        lines += place.field("closing", manner(closing))
    if finding.hint:
        lines += place.field("hint", finding.hint, "hint")
    if dialogue := finding.trace.dialogue():
        lines += place.field("dialogue", DIALOGUE)
        lines += [line for entry in dialogue for line in place.line(entry)]
    if outcome.death:
        lines += place.field("died", outcome.death, "received")
    if finding.steps is not None:
        lines.append(paint("  steps", "label"))
        for number, step in enumerate(finding.steps, 1):
            lines += place.line(f"{number}. {shown(compact(step))}")
    if finding.seed is not None:
        lines += place.field("seed", str(finding.seed))
    if finding.replay:
        # On one line, whatever the width: it is there to be copied.
        lines.append(paint("  replay       ", "label") + finding.replay)
    return "\n".join(lines)


def manner(closing: Manner) -> str:
    """How the server closed a connection, and what it should have done."""
    requirement = requirements()[closing.requirement]
    return (
        f"{closing.how}; {closing.expected} was expected "
        f"({requirement.id}, {requirement.level}), {requirement.place}"
    )


class _Place:
    """Where the lines go: how wide it is, and how parts are marked there."""

    def __init__(self, width: int | None, paint: Paint) -> None:
        self.width = width
        self.paint = paint

    def field(self, label: str, text: str, kind: str = "") -> Iterator[str]:
        """A label, and what stands behind it."""
        first, *more = self._wrapped(harmless(text), " " * LABELS)
        yield self.paint(f"  {label:<{LABELS - 2}}", "label") + self.paint(first.lstrip(), kind)
        yield from (self.paint(line, kind) for line in more)

    def sentence(self, text: str) -> Iterator[str]:
        """A sentence of the specification."""
        indent = " " * LABELS
        columns = min(self.width or WIDTH, WIDTH)
        yield from (
            self.paint(line, "sentence")
            for line in wrap(text, columns, initial_indent=indent, subsequent_indent=indent)
        )

    def line(self, text: str) -> list[str]:
        """A line of the dialogue."""
        if self.width is None:
            return [f"    {text}"]
        return wrap(
            text,
            self.width,
            initial_indent="    ",
            subsequent_indent=" " * (4 + HANGING),
            drop_whitespace=False,
            break_on_hyphens=False,
        )

    def _wrapped(self, text: str, indent: str) -> list[str]:
        if self.width is None:
            return [text]
        found = wrap(
            text,
            self.width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        return found or [""]
