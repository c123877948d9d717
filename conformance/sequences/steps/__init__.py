"""The steps of generated sequences, by the name in their `do`.

A step is a JSON object, so a program can be written to a file and replayed. Each module has the
steps of one family; `STEPS` has all. `strategies` draws them.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.sequences.steps import binary, calls, documents, links, tasks
from conformance.sequences.steps.family import Kind, Step

STEPS: Mapping[str, Kind] = {
    name: kind
    for module in (documents, calls, tasks, binary, links)
    for name, kind in module.family.kinds.items()
}
"""Every kind of step."""

FAULTS = frozenset(links.family.kinds)
"""The kinds that break or replace a connection."""

__all__ = ["FAULTS", "STEPS", "Kind", "Step"]
