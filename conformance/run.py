"""Runs pytest on the cases, with the kit's hooks and options known from the start.

Where pytest meets them only in the folder's `conftest.py`, it takes the value of an option for a
path of tests until then.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from conformance import plugin
from conformance.clients import plugin as clients
from conformance.replay import collect
from conformance.watch import FIXED


def run(arguments: Sequence[str], *watching: object) -> int:
    """Run the cases.

    Args:
        arguments: pytest's and the kit's options.
        watching: Further plugins.

    Returns:
        The exit status: that of `verdict.Run`, of `probe.Unusable`, or pytest's own.
    """
    return int(pytest.main([*FIXED, *arguments], plugins=[plugin, collect, clients, *watching]))
