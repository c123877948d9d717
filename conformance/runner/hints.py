"""Hints: known patterns of server failures, each with a sentence about the likely cause.

A hint is a guess from outside, and a wrong one is worse than none. So each pattern is limited to
some requirements, and needs evidence in the dialogue that other faults do not leave. Only facts are
read, never sentences. `hints.toml` has the sentences and the requirements. The mutants name the
hint that they expect (tests/mutants/kinds.py).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from conformance.errors import Kind
from conformance.protocol.wire import JSON, same
from conformance.runner.verdict import Finding, Hint


def table(patterns: dict[str, Callable[[Finding], bool]]) -> tuple[Hint, ...]:
    """The hints of these patterns, by their names in `hints.toml`."""
    text = Path(__file__).with_name("hints.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    return tuple(
        Hint(name, frozenset(rows[name]["requirements"]), shows, rows[name]["sentence"])
        for name, shows in patterns.items()
    )


def hint(finding: Finding, known: Iterable[Hint]) -> Hint | None:
    """The first known pattern that a finding has, or None."""
    with suppress(RecursionError):  # values too deep for this process to walk through
        for one in known:
            if finding.requirement in one.requirements and one.shows(finding):
                return one
    return None


# Facts of a dialogue


def sent(finding: Finding) -> Iterator[dict[str, Any]]:
    """The events that the kit sent, as far as they are JSON objects."""
    return _events(finding, "sent")


def received(finding: Finding) -> Iterator[dict[str, Any]]:
    """The events that the server sent, as far as they are JSON objects."""
    return _events(finding, "received")


def _events(finding: Finding, direction: str) -> Iterator[dict[str, Any]]:
    for entry in finding.trace.entries:
        if entry.direction == direction and isinstance(entry.payload, str) and not entry.left_out:
            try:
                event = json.loads(entry.payload)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict) and isinstance(event.get("type"), str):
                yield event


NO_FRAME = 1006
"""The close code of a connection that ended without a close frame."""


def last_patch(finding: Finding) -> list[dict[str, Any]]:
    """The operations of the last patch that the kit sent."""
    patches = [e.get("data") for e in sent(finding) if e["type"].startswith("_PATCH:")]
    operations = patches[-1] if patches else []
    return [one for one in operations if isinstance(one, dict)] if operations else []


def pointers(finding: Finding) -> list[str]:
    """The pointers in the last patch that the kit sent."""
    found = (one.get(name) for one in last_patch(finding) for name in ("path", "from"))
    return [pointer for pointer in found if isinstance(pointer, str)]


def calls(finding: Finding) -> list[str]:
    """The names of the actions and tasks that the kit called, started and cancelled, in order."""
    found = (e.get("data") for e in sent(finding) if e["type"].startswith(("_ACTION:", "_TASK_")))
    return [data["type"] for data in found if isinstance(data, dict) and "type" in data]


def closed(finding: Finding, code: int | None = None) -> bool:
    """Whether a connection was closed by a close frame, with a code if one is given."""
    found = finding.violation.close_code
    return found not in (None, NO_FRAME) if code is None else found == code


def differing(finding: Finding) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Of the value that was received, and of the expected one, the members that differ.

    Values that are not objects count as the member "" of one.
    """
    violation = finding.violation
    found, wanted = (
        value if isinstance(value, dict) else {"": value}
        for value in (violation.received_value, violation.expected_value)
    )
    return (
        {name: v for name, v in found.items() if name not in wanted or not same(v, wanted[name])},
        {name: v for name, v in wanted.items() if name not in found or not same(v, found[name])},
    )


# The patterns


def _newer_closed(finding: Finding) -> bool:
    disconnected = any('"_DISCONNECT"' in str(e.payload) for e in finding.trace.entries)
    ends = [e for e in finding.trace.entries if e.change == "closed"]
    return disconnected and closed(finding) and len({e.connection for e in ends}) > 1


def _patch_first(finding: Finding) -> bool:
    opened = [e for e in finding.trace.entries if e.change == "opened"]
    return len(opened) > 1 and finding.violation.event == "_PATCH:TESTEE"


def _not_finite(finding: Finding) -> bool:
    return finding.violation.kind is Kind.NOT_FINITE


def _poisoned(finding: Finding) -> bool:
    lone = re.compile(r"\\u[dD][89a-fA-F]")
    entries = [e for e in finding.trace.entries if e.direction == "sent"]
    missing = finding.violation.kind is Kind.MISSING_EVENT
    return missing and any(lone.search(str(e.payload)) for e in entries)


def _raw_token(finding: Finding) -> bool:
    tokens = {token for p in pointers(finding) for token in p.split("/") if "~" in token}
    return not tokens.isdisjoint(differing(finding)[0])


def _half_applied(finding: Finding) -> bool:
    return 1 < len(last_patch(finding)) < MANY


MANY = 1000
"""Operations from which on a limit is the more likely cause."""


def _echoed(finding: Finding) -> bool:
    written = [e["data"] for e in sent(finding) if e["type"].startswith(("_SET:", "_PATCH:"))]
    received = finding.violation.received_value
    operations = received if isinstance(received, list) else []
    return bool(written) and any(isinstance(one, dict) and "op" in one for one in operations)


def _cancelled_early(finding: Finding) -> bool:
    names = calls(finding)
    twice = any(name in names[place + 1 :] for place, name in enumerate(names))
    wrong = {*finding.violation.attributes}.union(*differing(finding))
    return twice and "runningTasks" in wrong


def _between(finding: Finding) -> bool:
    events = [e for e in finding.trace.entries if e.direction == "received"]
    for one, other in pairwise(events):
        if '"_BIN_META"' in str(one.payload) and isinstance(other.payload, str):
            return True
    return False


def _stale_start(finding: Finding) -> bool:
    return finding.violation.kind is Kind.INITIAL_STATE and "assignQuietly" in calls(finding)


def _hyphen(finding: Finding) -> bool:
    return any(pointer.endswith("/-") for pointer in pointers(finding))


def _loose_index(finding: Finding) -> bool:
    tokens = {token for pointer in pointers(finding) for token in pointer.split("/")[2:]}
    return any(map(is_loose_index, tokens))


def is_loose_index(token: str) -> bool:
    """Whether a token is not an index, although some language reads it as an integer."""
    return re.fullmatch(r"0\d+|[+]\d+|\d+_\d+|\s*\d+\s+|\s+\d+", token) is not None


def bool_as_int(finding: Finding) -> bool:
    """Whether the values differ only for a comparison in which true equals 1."""
    found, wanted = differing(finding)
    loosely = bool(found == wanted)  # to Python, true is 1
    return loosely and any(map(_has_true, (found, wanted)))


def _has_true(value: JSON) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_true, value.values() if isinstance(value, dict) else value))
    return value is True


def _always(_: Finding) -> bool:
    return True


HINTS = table(
    {
        "newer-closed": _newer_closed,
        "patch-first": _patch_first,
        "not-finite": _not_finite,
        "poisoned": _poisoned,
        "never-unescaped": _raw_token,
        "half-applied": _half_applied,
        "echo": _echoed,
        "cancelled-early": _cancelled_early,
        "interleaved": _between,
        "loop-ends": lambda finding: closed(finding, 1000),
        "stale-start": _stale_start,
        "hyphen-append": _hyphen,
        "hyphen-index": _hyphen,
        "loose-index": _loose_index,
        "true-is-one": bool_as_int,
        "snapshot-written-back": _always,
        "waits-for-older": _always,
    }
)
