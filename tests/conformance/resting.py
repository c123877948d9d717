"""A plugin that reports which case depends on one that does not exist."""

from __future__ import annotations

import pytest

from conformance.runner.keys import RUN


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Check all cases, selected or not."""
    run = session.config.stash[RUN]
    known = {case.id for case in run.cases}
    run.problems += [
        f"{case.id} depends on nothing: there is no {name}"
        for case in run.cases
        for name in case.after - known
    ]
    session.exitstatus = run.exit_status()
