"""What cases rest on: where a basic case is not met, those that rest on it are blocked.

A server that never answers `_GET` would fail hundreds of cases for that one reason, each after a
deadline. They are not run, are counted, and name the culprit; the run is not conformant because of
the culprit, so nothing is hidden. A culprit that the known-failing list has blocks nothing: then
what rests on it has to be listed too, and is judged.
"""

from __future__ import annotations

from collections.abc import Iterable

EVERY = (
    "state/get-is-answered",
    "actions/action-has-an-effect",
)
"""What every case rests on that drives a testee."""
FEATURES = {
    "tasks": "tasks/task-starts",
    "binary": "binary/bytes-of-the-client-have-an-effect",
    "user-session": "session/identification-leads-to-the-state",
}
"""What every case rests on that needs a feature."""
ALONE = ("application", "replays")
"""Sections whose cases rest on none: they need no testee, or were asked for one by one."""


def of_case(case: str, needs: Iterable[str], named: Iterable[str]) -> frozenset[str]:
    """The ids of the cases that a case rests on.

    Args:
        case: Its id.
        needs: The features that it needs.
        named: The ids of those that it names itself.
    """
    if case.partition("/")[0] in ALONE or case in EVERY:
        return frozenset(named)
    found = {*EVERY, *named, *(FEATURES[name] for name in needs if name in FEATURES)}
    return frozenset(found - {case})
