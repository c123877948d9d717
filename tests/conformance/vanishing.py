"""A plugin of pytest that makes one case vanish: it is collected and never run."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Say of the first case that it was run."""
    return True if item.session.items[0] is item else None
