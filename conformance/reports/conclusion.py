"""What a run says: its conclusion.

Everything here is formatting; nothing is judged.
"""

from __future__ import annotations

from collections import Counter

from conformance.runner.verdict import Run, Verdict


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
