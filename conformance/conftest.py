"""Makes the kit of this folder: `pytest conformance --server-url ws://…`.

The hooks are registered apart from this file, because those of a `conftest.py` hold for what lies
in its folder only, and replay files lie anywhere.
"""

from __future__ import annotations

import pytest

from conformance.replay import collect
from conformance.runner import client_plugin as clients
from conformance.runner import plugin


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hooks, if `python -m conformance` has not done so."""
    for module in (plugin, collect, clients):
        if not pluginmanager.is_registered(module):
            pluginmanager.register(module, module.__name__)
