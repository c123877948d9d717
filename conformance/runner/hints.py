"""Hints: a table of known patterns of server failures, with a sentence about the likely cause.

A hint is a guess from what can be seen from outside, and a wrong one is worse than none. So each
pattern is limited to some requirements, and needs evidence in the dialogue that other faults do not
leave. Only facts are read, never sentences. The mutants name the hint that they expect
(tests/mutants/kinds.py). `client_hints` has the table for clients.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from conformance.errors import Kind
from conformance.protocol.wire import JSON, same
from conformance.runner.verdict import Finding, Hint


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


def _bool_as_int(finding: Finding) -> bool:
    found, wanted = differing(finding)
    loosely = bool(found == wanted)  # to Python, true is 1
    return loosely and any(map(_has_true, (found, wanted)))


def _has_true(value: JSON) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_true, value.values() if isinstance(value, dict) else value))
    return value is True


def _always(_: Finding) -> bool:
    return True


REFUSING = frozenset(
    {
        "connection-refusal-survives",
        "actions-malformed",
        "actions-unknown",
        "actions-error",
        "tasks-malformed",
        "patch-malformed",
        "binary-malformed",
        "events-unknown-type",
        "events-unknown-key",
    }
)

HINTS = (
    Hint(
        "newer-closed",
        frozenset({"session-takeover"}),
        _newer_closed,
        "this looks like the clean-up of the older connection closing the newer one: close the "
        "connection that it served, not the current connection of the session",
    ),
    Hint(
        "patch-first",
        frozenset({"connection-state-before-patch"}),
        _patch_first,
        "this looks like changes being sent on a connection as soon as it is registered: send "
        "its initial states first",
    ),
    Hint(
        "not-finite",
        frozenset({"events-strict-json", "events-not-finite"}),
        _not_finite,
        "this looks like an encoder that writes NaN and Infinity, as Python's json does without"
        " allow_nan=False: reject such numbers when they are assigned",
    ),
    Hint(
        "poisoned",
        frozenset({"events-lone-surrogate", "state-get", "connection-initial-state"}),
        _poisoned,
        "this looks like a lone surrogate that was stored: a frame with it can't be encoded as "
        "UTF-8, so every later frame with this value is lost without an error",
    ),
    Hint(
        "never-unescaped",
        frozenset({"patch-unescape"}),
        _raw_token,
        "this looks like pointers whose tokens are not unescaped: replace ~1 by / and then ~0 by ~",
    ),
    Hint(
        "half-applied",
        frozenset({"patch-atomic"}),
        _half_applied,
        "this looks like a patch that is applied in place: apply it to a copy, and keep the "
        "copy if all operations succeed",
    ),
    Hint(
        "echo",
        frozenset({"state-no-echo"}),
        _echoed,
        "this looks like a snapshot that is not updated by the writes of a client: the next "
        "sync sends the write back as a change",
    ),
    Hint(
        "cancelled-early",
        frozenset({"tasks-cancel-early"}),
        _cancelled_early,
        "this looks like a task that was cancelled before its first step: the code that removes"
        " it from the list never ran",
    ),
    Hint(
        "interleaved",
        frozenset({"binary-pair"}),
        _between,
        "this looks like _BIN_META and its bytes being sent in two steps without a lock: "
        "another sender sends in between",
    ),
    Hint(
        "loop-ends",
        REFUSING,
        lambda finding: closed(finding, 1000),
        "this looks like an error that ends the receiving loop, after which the connection is "
        "closed with 1000: reject the one event and continue",
    ),
    Hint(
        "stale-start",
        frozenset({"session-resumes"}),
        _stale_start,
        "this looks like an initial state that is made from the last synced state: make it from"
        " the current values of the objects",
    ),
    Hint(
        "hyphen-append",
        frozenset({"patch-append"}),
        _hyphen,
        "this looks like `-` being read as an index from the end: it is the position after the "
        "last element",
    ),
    Hint(
        "hyphen-index",
        frozenset({"patch-index"}),
        _hyphen,
        "this looks like `-` being read as the last element: it names no element, and only "
        "`add` may use it",
    ),
    Hint(
        "loose-index",
        frozenset({"patch-index"}),
        _loose_index,
        "this looks like an index that is parsed by the language's integer parser: an index is "
        "0, or digits without a leading 0",
    ),
    Hint(
        "true-is-one",
        frozenset({"patch-type-changes", "events-json-types"}),
        _bool_as_int,
        "this looks like a comparison in which true equals 1, as in Python: in JSON they differ",
    ),
    Hint(
        "snapshot-written-back",
        frozenset({"state-unsynced-kept"}),
        _always,
        "this looks like a write that is applied to the last synced state, after which the "
        "whole state is assigned to the objects: assign only what was written",
    ),
    Hint(
        "waits-for-older",
        frozenset({"session-takeover-prompt"}),
        _always,
        "this looks like the newer connection waiting until the older one has closed, or has "
        "read its pending data: replace it first, and close it in the background",
    ),
)
