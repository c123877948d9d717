"""The deadline of everything that tests wait for.

A deadline ends a test that hangs; it never judges speed, so it is longer than a busy machine needs.
"""

from __future__ import annotations

import os

DEADLINE = 60.0 * float(os.environ.get("TEST_TIME_SCALE", "1"))
"""Seconds for anything that must happen; the environment variable `TEST_TIME_SCALE` scales it."""
HANGS = 3 * DEADLINE
"""Seconds for a whole run of the kit."""
