"""Figures in the summary and in the report."""

from __future__ import annotations

import pytest

from conformance.runner.measurements import Figure


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure("largest frame taken", 16 << 20, "bytes"), "largest frame taken 16 MiB"),
        (Figure("largest frame taken", 0, "bytes"), "largest frame taken 0 bytes"),
        (Figure("takeover", 0.00412, "seconds"), "takeover 4.1 ms"),
        (Figure("deepest value taken", 125, "levels"), "deepest value taken 125 levels"),
        (Figure("connections at once", 200, "connections"), "connections at once 200"),
        (Figure("taken", 10_000, "operations", at_least=True), "taken 10,000 operations or more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_figure_is_told_with_its_unit(figure: Figure, said: str) -> None:
    assert str(figure) == said


def test_figure_in_the_report_names_its_case() -> None:
    assert Figure("wait", 0.123456789, "seconds").as_json("transport/a") == {
        "name": "wait",
        "value": 0.123457,
        "unit": "seconds",
        "atLeast": False,
        "case": "transport/a",
    }
