"""The keys of pytest's stashes under which hooks keep the state of a run and of a case."""

from __future__ import annotations

import pytest

from conformance.driver.dialogue import Dialogue
from conformance.runner.case import Case
from conformance.runner.options import Options
from conformance.runner.verdict import Run, Searched

OPTIONS = pytest.StashKey[Options]()
SEARCHED = pytest.StashKey[Searched]()
RUN = pytest.StashKey[Run]()
BEGAN = pytest.StashKey[float]()
"""When the run began, by the monotonic clock."""
CASE = pytest.StashKey[Case]()
DIALOGUE = pytest.StashKey[Dialogue]()
