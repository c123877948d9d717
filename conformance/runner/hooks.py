"""Hooks that the runner calls, and that plugins which import the runner implement."""

from __future__ import annotations

import pytest

from conformance.runner.case import Case
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome


@pytest.hookspec(firstresult=True)
def pytest_conformance_case(item: pytest.Item) -> Case | None:
    """Return the case of an item that has no `@case`; the first answer counts."""


@pytest.hookspec(firstresult=True)
def pytest_conformance_keep(outcome: Outcome, finding: Finding, chosen: Options) -> str | None:
    """Keep a failure, and return the command that runs it again; the first answer counts."""
