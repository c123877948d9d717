"""The problems of a run that has ended: what its outcomes alone do not show."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.driver.target import Target
from conformance.runner.verdict import Run

PROMISED = "user-session"
"""The feature that a user expects to be judged who gives `--auth-url`."""
NAMED = 5
"""Cases without an outcome that are named."""


def problems(
    run: Run, target: Target, *, stopped: str, died: str | None, promised: bool
) -> Iterator[str]:
    """Yield each problem as a sentence.

    Args:
        run: The run.
        target: The server or client under test.
        stopped: Why the run ended early, or an empty text.
        died: How the target died after the last case, or None.
        promised: Whether the user gave `--auth-url`.
    """
    left = run.without_outcome()
    if target.lacks:
        names = ", ".join(f"`{name}`" for name in target.lacks)
        yield f"the client lacks {names} of spec/testee.md; the cases that need it were not tested"
    if stopped:
        yield f"{stopped}; the run ended early: {len(left)} cases did not run"
        return
    if left and run.outcomes:  # pytest starts no case if it could not collect all
        named = ", ".join(left[:NAMED]) + (", …" if left[NAMED:] else "")
        how_many = "1 case has" if len(left) == 1 else f"{len(left)} cases have"
        yield f"{how_many} no outcome: {named}"
    if promised and target.testee and PROMISED not in target.features:
        yield (
            f"--auth-url is given, but the testee does not list `{PROMISED}`: its cases were not "
            "judged"
        )
    if died:
        yield f"the {target.side} died after the last case: {died}"
