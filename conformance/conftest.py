"""Registers the kit's plugins for `pytest conformance --server-url ws://…`.

They are not in this file, because the hooks of a `conftest.py` hold only for its folder, and replay
files may be anywhere.
"""

from __future__ import annotations

import pytest

from conformance.runner.run import plugins


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the plugins, if `python -m conformance` has not done so."""
    for module in plugins():
        if not pluginmanager.is_registered(module):
            pluginmanager.register(module, module.__name__)
