"""Hooks that the runner calls and that plugins implement."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from conformance.driver.dialogue import Dialogue
from conformance.runner.case import Case
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome

Program = list[dict[str, Any]]


class ProgramRun(Protocol):
    """A run of the program of a replay file."""

    position: int

    async def run(self, program: Program) -> None:
        """Take all steps; raises `Violation` if the server breaks a requirement."""


@pytest.hookspec(firstresult=True)
def pytest_conformance_case(item: pytest.Item) -> Case | None:
    """Return the case of an item that has no `@case`; the first answer counts."""


@pytest.hookspec(firstresult=True)
def pytest_conformance_keep(outcome: Outcome, finding: Finding, chosen: Options) -> str | None:
    """Keep a failure, and return the command that runs it again; the first answer counts."""


@pytest.hookspec(firstresult=True)
def pytest_conformance_program(
    program: Program, requirement: str, dialogue: Dialogue
) -> ProgramRun | None:
    """Return a runner of a program that no generator has made; the first answer counts."""
