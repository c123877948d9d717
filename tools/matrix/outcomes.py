"""A pytest plugin that writes the verdict of each case, and ends a run after its first kill.

The kit's own report has the dialogues too, which are megabytes.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from conformance.runner.keys import RUN
from conformance.runner.verdict import NOT_CONFORMANT


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.addoption("--outcomes", metavar="FILE", help="write the outcomes there")
    parser.addoption("--until", metavar="ID", help="end after the case that finds it broken")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """End the run after the case that kills the mutant."""
    done = yield
    last = item.config.stash[RUN].outcomes[-1]
    if last.verdict in NOT_CONFORMANT and last.broken == item.config.getoption("until"):
        item.session.shouldstop = "killed"
    return done


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write a list with an object for each case that ran."""
    outcomes = [
        {
            "id": outcome.case.id,
            "verdict": outcome.verdict.value,
            "broken": outcome.broken,
            "reason": outcome.reason,
            "hints": [found.hint.name for found in outcome.findings if found.hint],
        }
        for outcome in session.config.stash[RUN].outcomes
    ]
    Path(session.config.getoption("outcomes")).write_text(json.dumps(outcomes), encoding="utf-8")
