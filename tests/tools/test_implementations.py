"""The page of implementations says what their reports say."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.runner.verdict import Verdict
from conformance.spec import requirements
from tests.conformance.reports.made import case, report
from tools.implementations import PAGE, TITLES, page

ROOT = Path(__file__).parents[2]
REPORTS = {name: report(case(), name=title) for name, title in TITLES.items()}


def test_page_shows_the_verdicts_of_its_reports() -> None:
    assert "✗ 1 of 1" not in page(REPORTS)
    assert "✗ 1 of 1" in page(REPORTS | {"node": report(case(verdict=Verdict.FAIL))})


def test_page_needs_all_implementations() -> None:
    with pytest.raises(ValueError, match="missing: node"):
        page({name: found for name, found in REPORTS.items() if name != "node"})


def test_committed_page_has_every_implementation_and_only_known_requirements() -> None:
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    assert all(title in text for title in TITLES.values())
    rows = [line for line in text.splitlines() if line.startswith("| [`")]
    assert len(rows) > 100
    assert {line[4:].partition("`")[0] for line in rows} <= requirements().keys()
