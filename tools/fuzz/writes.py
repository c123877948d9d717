"""Writes of a client into objects of drawn classes; see `tests.ws_sync._binding.write.oracle`."""

from __future__ import annotations

from tests.ws_sync._binding.write.oracle import cases, check
from tools.fuzz.target import Target

TARGETS = {
    "writes": Target(
        "A client's write changes what it names and nothing else.", cases(), check, share=2
    )
}
