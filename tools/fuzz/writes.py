"""Writes of a client into objects of drawn classes; see `tests.ws_sync._binding.write.cases`.

Hypothesis would draw a few hundred inputs a second. Here a seed gives classes, each class gets many
writes, and only a finding is made smaller.
"""

from __future__ import annotations

import time

from hypothesis import strategies as st

from tests.ws_sync._binding.write.cases import Case, Classes, judge
from tests.ws_sync._binding.write.choices import Choices, minimised
from tools.fuzz.target import Report, Target

WRITES_EACH = 50
"""Writes into objects of one class."""
STRIDE = 1 << 32
"""Distance of the seeds of two classes."""


class Writes(Target):
    """Tries writes, many for each class."""

    def run_batch(self, report: Report, number: int, size: int, shrink: bool) -> None:
        """Try the writes that belong to a seed, until something is found."""
        for first in range(0, size, WRITES_EACH):
            seed = (number * size + first) * STRIDE
            drawn = Choices(seed)
            owner = Classes(drawn).root()
            for each in range(1, 1 + min(WRITES_EACH, size - first)):
                draw = Choices(seed + each)
                report.inputs += 1
                began = time.thread_time()
                try:
                    case = Case(owner, draw)
                    judge(case)
                except Exception as error:  # noqa: BLE001  # any error is a finding
                    found = smallest(drawn.made, draw.made, error) if shrink else repr(error)
                    report.findings.append(f"{found}\n(seed {number})")
                    return
                report.add_time(time.thread_time() - began, case)


def smallest(of_class: list[int], of_write: list[int], error: Exception) -> str:
    """Return the smallest class and write with the same kind of error, as text."""
    wanted = _kind(error)

    def fails(class_draws: list[int], draws: list[int]) -> bool:
        try:
            judge(Case(Classes(Choices(class_draws)).root(), Choices(draws)))
        except Exception as other:  # noqa: BLE001  # any error is a finding
            return _kind(other) == wanted
        return False

    if not fails(of_class, of_write):
        return f"{error!r}, and not when it is repeated"
    of_write = minimised(of_write, lambda draws: fails(of_class, draws))
    of_class = minimised(of_class, lambda draws: fails(draws, of_write))
    of_write = minimised(of_write, lambda draws: fails(of_class, draws))
    case = Case(Classes(Choices(of_class)).root(), Choices(of_write))
    shown = repr(case)
    try:
        judge(case)
    except Exception as smaller:  # noqa: BLE001  # it fails
        error = smaller
    return f"{type(error).__name__}: {error}\n{shown}"


def _kind(error: Exception) -> tuple[str, str]:
    return type(error).__name__, str(error).split(":")[0].split("{")[0][:20]


TARGETS = {
    "writes": Writes(
        "A client's write changes what it names and nothing else.", st.nothing(), judge, share=2
    )
}
