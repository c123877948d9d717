"""Hints about clients: the patterns of `hints` for that side.

A client reports its state, so most patterns can be proven: the reported state is exactly the one
that the fault would make. The mutants name the hint that they expect (tests/mutants/clients).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from statistics import quantiles
from typing import Any

from jsonpointer import JsonPointerException, resolve_pointer

from conformance.client_mode.client_under_test import KEY
from conformance.client_mode.trace_reader import ClientTrace, Passed, applied, is_patch
from conformance.errors import Kind
from conformance.protocol.wire import JSON, same
from conformance.runner.hints import bool_as_int, is_loose_index, table
from conformance.runner.verdict import Finding

Operations = list[dict[str, Any]]


def _of_patch(shows: Callable[[Operations, JSON, JSON], bool]) -> Callable[[Finding], bool]:
    """A pattern of the kit's last patch, the state before it, and the state reported after it."""

    def shown(finding: Finding) -> bool:
        found = ClientTrace(finding.trace).patch()
        return found is not None and shows(*found)

    return shown


def _of_edit(shows: Callable[[str, JSON, Passed], bool]) -> Callable[[Finding], bool]:
    """A pattern of the attribute that was to be set last, its value, and the client's patch."""

    def shown(finding: Finding) -> bool:
        found = ClientTrace(finding.trace).asked()
        return found is not None and shows(*found)

    return shown


def _of_state(shows: Callable[[JSON, JSON], bool]) -> Callable[[Finding], bool]:
    """A pattern of what the client held by the mirror, and the state that it reported last."""

    def shown(finding: Finding) -> bool:
        account = ClientTrace(finding.trace)
        place = account.last("_SET", sent=False)
        return place is not None and shows(account.events[place].before, account.events[place].data)

    return shown


def _of_last_patch(shows: Callable[[ClientTrace, int], bool]) -> Callable[[Finding], bool]:
    """A pattern of the dialogue and the place of the client's last patch in it."""

    def shown(finding: Finding) -> bool:
        account = ClientTrace(finding.trace)
        place = account.last("_PATCH", sent=False)
        return place is not None and shows(account, place)

    return shown


# What it does with what it receives


@_of_patch
def raw_token(operations: Operations, before: JSON, reported: JSON) -> bool:
    """The client has a member whose name is the token of the pointer before unescaping."""
    raw = {token for token in _tokens(operations) if "~" in token}
    return bool(raw & (_names(reported) - _names(before)))


@_of_patch
def half_applied(operations: Operations, before: JSON, reported: JSON) -> bool:
    """It has applied the first operations of a patch that can't be applied."""
    if applied(operations, before) is not None or same(reported, before):
        return False
    halves = (applied(operations[:count], before) for count in range(1, len(operations)))
    return any(same(half, reported) for half in halves if half is not None)


@_of_patch
def loose_index(operations: Operations, before: JSON, reported: JSON) -> bool:
    """Its state is that of a patch in which an invalid index is read as an integer."""
    pointers = [{n: _read_loosely(o[n]) for n in ("path", "from") if n in o} for o in operations]
    read = [{**one, **loosely} for one, loosely in zip(operations, pointers, strict=True)]
    made = applied(read, before) if read != operations else None
    return made is not None and same(made, reported) and not same(before, reported)


def _read_loosely(pointer: str) -> str:
    """The pointer with its invalid indexes read as integers."""
    tokens = pointer.split("/")
    return "/".join(str(int(token)) if is_loose_index(token) else token for token in tokens)


@_of_patch
def over_element(operations: Operations, before: JSON, reported: JSON) -> bool:
    """Its state is that of a patch in which `add` replaces an element of an array."""
    state, right = before, applied(operations, before)
    for one in operations:
        over = {**one, "op": "replace"} if one.get("op") == "add" else one
        in_array = isinstance(_at(state, one.get("path", "").rpartition("/")[0]), list)
        made = applied([over], state) if in_array else None
        state = applied([one], state) if made is None else made
    return state is not None and same(state, reported) and not same(right, reported)


def merged_state(finding: Finding) -> bool:
    """Its state is the received state merged into the previous one."""
    account = ClientTrace(finding.trace)
    place = account.last("_SET", sent=True)
    if place is None or account.after(place, "_PATCH", sent=True) is not None:
        return False
    event, reported = account.events[place], account.after(place, "_SET", sent=False)
    if reported is None or not isinstance(event.before, dict):
        return False
    both = _merged(event.before, event.data)
    return same(both, reported.data) and not same(event.data, reported.data)


def dropped(finding: Finding) -> bool:
    """It keeps its state, and sends no `_GET`, after a patch that can't be applied."""
    violation = finding.violation
    if violation.kind is not Kind.MISSING_EVENT or violation.event != f"_GET:{KEY}":
        return False
    if (found := ClientTrace(finding.trace).patch()) is None:
        return False
    operations, before, reported = found
    shows = all(
        one.get("op") != "test" and not (one.get("op") == "move" and one.get("from") == one["path"])
        for one in operations
        if "path" in one
    )
    return shows and applied(operations, before) is None and same(reported, before)


@_of_state
def wraps(before: JSON, after: JSON) -> bool:
    """Its number is the lowest 32 bits of the right one."""
    held, reported = (_at(state, "/number") for state in (before, after))
    if not all(type(number) is int for number in (held, reported)):
        return False
    wrapped: int = (held + 2**31) % 2**32 - 2**31
    return bool(reported == wrapped != held)


@_of_state
def loses_proto(before: JSON, after: JSON) -> bool:
    """It has all members except those that are named `__proto__`."""
    return same(_without(before, "__proto__"), after) and not same(before, after)


# What it sends


@_of_edit
def raw_name(attribute: str, wanted: JSON, patch: Passed) -> bool:
    """It was to change one member, and its pointer has the name of that without escaping."""
    before = patch.before.get(attribute) if isinstance(patch.before, dict) else None
    if not isinstance(before, dict) or not isinstance(wanted, dict):
        return False
    names = before.keys() | wanted.keys()
    changed = [n for n in names if n not in before or not same(before[n], wanted.get(n))]
    if len(changed) != 1 or not re.search("[~/]", changed[0]):
        return False
    raw = f"/{attribute}/{changed[0]}"
    return any(f"{one.get('path')}/".startswith(f"{raw}/") for one in patch.data)


@_of_edit
def without_null(_: str, wanted: JSON, patch: Passed) -> bool:
    """It was to send null, and its operation has no `value`."""
    writes = [one for one in patch.data if one.get("op") in ("add", "replace")]
    return wanted is None and any("value" not in one for one in writes)


@_of_edit
def ascending(attribute: str, wanted: JSON, patch: Passed) -> bool:
    """It removes elements from the first to the last; from the last to the first is right."""
    places = [one.get("path", "").rpartition("/") for one in patch.data]
    if len(places) < 2 or any(one.get("op") != "remove" for one in patch.data):
        return False
    indexes = [int(token) for _, _, token in places if re.fullmatch("[0-9]{1,9}", token)]
    of_one = len({parent for parent, _, _ in places}) == 1 and len(indexes) == len(places)
    if not of_one or indexes != sorted(set(indexes)):
        return False
    other_way = applied(patch.data[::-1], patch.before)
    return other_way is not None and same(other_way.get(attribute), wanted)


@_of_last_patch
def stale_edits(account: ClientTrace, place: int) -> bool:
    """After a reconnect it sends, unasked, a patch of the old state that does not fit the new."""
    patch = account.events[place]
    here = [e for e in account.events[:place] if e.connection == patch.connection]
    earlier = [e for e in account.events[:place] if e.connection != patch.connection]
    if not earlier or not here or any(e.call not in (None, "call") for e in here):
        return False
    fits = applied(patch.data, here[0].before) is not None
    return fits and applied(patch.data, patch.before) is None


@_of_last_patch
def base_outlives(account: ClientTrace, place: int) -> bool:
    """It got a state on an earlier connection, and none on this one."""
    connection = account.events[place].connection
    given = {e.connection for e in account.events if e.sent and e.type.startswith("_SET:")}
    earlier = account.events[:place]
    return any(e.connection in given for e in earlier if e.connection != connection)


WRITES = ("assign", "edit", "assignQuietly")


@_of_last_patch
def base_stays(account: ClientTrace, place: int) -> bool:
    """Its patch makes its state from an earlier state of the connection, not from this one."""
    if not is_patch(account.events[place].data):
        return False
    patch = account.events[place]
    before = [e for e in account.events[:place] if e.connection == patch.connection]
    bases = [e.before for e in before[1:] if not same(e.before, patch.before)]
    for own in _own_states(account, place):
        if same(applied(patch.data, patch.before), own):
            continue
        if any(same(applied(patch.data, base), own) for base in bases):
            return True
    return False


def _own_states(account: ClientTrace, place: int) -> Iterable[JSON]:
    """The states that the client reports around a place, with no write in between."""
    for events in (reversed(account.events[:place]), account.events[place + 1 :]):
        for event in events:
            if event.type.startswith("_SET:") and not event.sent:
                yield event.data
            if event.type.startswith(("_SET:", "_PATCH:")) or event.call in WRITES:
                break


def bytes_for_text(finding: Finding) -> bool:
    """A binary frame is an event, and there is no `_BIN_META` that it could belong to."""
    announced = False
    for entry in finding.trace.entries:
        if entry.direction != "received":
            continue
        if isinstance(entry.payload, bytes):
            if not announced and _is_event(entry.payload):
                return True
            announced = False
        else:
            announced |= '"_BIN_META"' in entry.payload
    return False


def constant(finding: Finding) -> bool:
    """Its waits are equal, except for a few that a busy machine has made longer."""
    violation = finding.violation
    if violation.kind is not Kind.CONDITION or not isinstance(violation.received_value, list):
        return False
    waits: list[float] = [wait for row in violation.received_value for wait in row]
    if len(waits) < 8:
        return False
    tenths = quantiles(waits, n=10)
    return tenths[6] < 1.4 * tenths[0]


# Values


def _tokens(operations: Operations) -> set[str]:
    """The tokens of the pointers of a patch, as they are written."""
    pointers = [one.get(name, "") for one in operations for name in ("path", "from")]
    return {token for pointer in pointers for token in pointer.split("/")[1:]}


def _names(value: JSON) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if isinstance(value, dict):
        return {*value}.union(*map(_names, value.values()))
    return set()


def _at(document: JSON, pointer: str) -> JSON:
    try:
        return resolve_pointer(document, pointer, None)
    except (JsonPointerException, TypeError):
        return None


def _merged(before: JSON, after: JSON) -> JSON:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    return {**before, **{name: _merged(before.get(name), value) for name, value in after.items()}}


def _without(value: JSON, left: str) -> JSON:
    if isinstance(value, list):
        return [_without(item, left) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, left) for name, item in value.items() if name != left}
    return value


def _is_event(content: bytes) -> bool:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("type"), str)


HINTS = table(
    {
        "never-unescaped": raw_token,
        "never-escaped": raw_name,
        "half-applied": half_applied,
        "loose-index": loose_index,
        "over-element": over_element,
        "true-is-one": bool_as_int,
        "merged-state": merged_state,
        "dropped-patch": dropped,
        "stale-edits": stale_edits,
        "base-outlives": base_outlives,
        "removes-ascending": ascending,
        "base-stays": base_stays,
        "null-left-out": without_null,
        "bytes-for-text": bytes_for_text,
        "constant-wait": constant,
        "32-bits": wraps,
        "loses-proto": loses_proto,
    }
)
