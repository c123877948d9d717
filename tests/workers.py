"""Distributes the tests over several workers.

xdist has `--dist loadgroup` for that, but pytest 9.2 ignores how it marks the tests of a group.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]


class Distribution(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the tests of a module that share a fixture to one worker, so that it is made once.

    These modules come first, because they take longest. Other tests are distributed one by one.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if shares_a_fixture(module) else nodeid


@cache
def shares_a_fixture(module: str) -> bool:
    """Whether a module, given by its path, has a fixture for all its tests."""
    return 'scope="module"' in (ROOT / module).read_text("utf-8")
