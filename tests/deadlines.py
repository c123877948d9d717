"""The deadlines of the tests.

A deadline ends a test that hangs. It never judges speed, so it is longer than a busy machine needs.
"""

from __future__ import annotations

import os

FACTOR = float(os.environ.get("TEST_TIME_SCALE", "1"))
"""The factor of every deadline, for a machine that is slower than any that we know."""
DEADLINE = 60 * FACTOR
"""Seconds for anything that must happen."""
HANGS = 3 * DEADLINE
"""Seconds for a whole run of the kit."""
