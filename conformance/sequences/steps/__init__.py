"""What a step of a generated sequence does, by the name that stands in its `do`.

A step is a JSON object, so that a program can be kept in a file and taken again. Each module holds
the steps of one family; `STEPS` has all of them. How steps are drawn is in `strategies`.
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
"""The kinds that break a connection, or open another."""

__all__ = ["FAULTS", "STEPS", "Kind", "Step"]
