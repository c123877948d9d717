"""Known patterns of client failures: the table of `runner.hints` for that side.

A client reports what it holds, so most patterns can be proven: what it reports is what the fault
would have made, to the last member. Mutants say which hint they want (tests/mutants/clients).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import quantiles
from typing import Any

from jsonpointer import JsonPointerException, resolve_pointer

from conformance.client_mode.client_under_test import KEY
from conformance.client_mode.trace_reader import ClientTrace, Passed, applied, is_patch
from conformance.errors import Kind
from conformance.protocol.wire import JSON, same
from conformance.runner import hints
from conformance.runner.hints import is_loose_index
from conformance.runner.verdict import Finding, Hint

Operations = list[dict[str, Any]]


def _of_patch(shows: Callable[[Operations, JSON, JSON], bool]) -> Callable[[Finding], bool]:
    """A pattern of the kit's last patch, the state in front of it, and what is reported then."""

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


# What it takes in


@_of_patch
def _raw_token(operations: Operations, before: JSON, reported: JSON) -> bool:
    """The client holds a member that is named as the pointer is written."""
    raw = {token for token in _tokens(operations) if "~" in token}
    return bool(raw & (_names(reported) - _names(before)))


@_of_patch
def _half_applied(operations: Operations, before: JSON, reported: JSON) -> bool:
    """It holds what the first operations make, of a patch that can't be applied."""
    if applied(operations, before) is not None or same(reported, before):
        return False
    halves = (applied(operations[:count], before) for count in range(1, len(operations)))
    return any(same(half, reported) for half in halves if half is not None)


@_of_patch
def _loose_index(operations: Operations, before: JSON, reported: JSON) -> bool:
    """It holds what a patch makes if an index that is none is read as an integer."""
    pointers = [{n: _read_loosely(o[n]) for n in ("path", "from") if n in o} for o in operations]
    read = [{**one, **loosely} for one, loosely in zip(operations, pointers, strict=True)]
    made = applied(read, before) if read != operations else None
    return made is not None and same(made, reported) and not same(before, reported)


def _read_loosely(pointer: str) -> str:
    """A pointer in which integers that are no indexes are such."""
    tokens = pointer.split("/")
    return "/".join(str(int(token)) if is_loose_index(token) else token for token in tokens)


@_of_patch
def _over_element(operations: Operations, before: JSON, reported: JSON) -> bool:
    """It holds what comes of `add` if that replaces an element of an array."""
    state, right = before, applied(operations, before)
    for one in operations:
        over = {**one, "op": "replace"} if one.get("op") == "add" else one
        in_array = isinstance(_at(state, one.get("path", "").rpartition("/")[0]), list)
        made = applied([over], state) if in_array else None
        state = applied([one], state) if made is None else made
    return state is not None and same(state, reported) and not same(right, reported)


def _merged_state(finding: Finding) -> bool:
    """It holds both, the state that has come over the one that was there."""
    account = ClientTrace(finding.trace)
    place = account.last("_SET", sent=True)
    if place is None or account.behind(place, "_PATCH", sent=True) is not None:
        return False
    event, reported = account.events[place], account.behind(place, "_SET", sent=False)
    if reported is None or not isinstance(event.before, dict):
        return False
    both = _merged(event.before, event.data)
    return same(both, reported.data) and not same(event.data, reported.data)


def _dropped(finding: Finding) -> bool:
    """It goes on with what it had, behind a patch that can't be applied and would have shown."""
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


def _wraps(finding: Finding) -> bool:
    """It holds what 32 bits leave of a number."""
    account = ClientTrace(finding.trace)
    place = account.last("_SET", sent=False)
    if place is None:
        return False
    event = account.events[place]
    held, reported = (_at(state, "/number") for state in (event.before, event.data))
    if not all(type(number) is int for number in (held, reported)):
        return False
    wrapped: int = (held + 2**31) % 2**32 - 2**31
    return bool(reported == wrapped != held)


def _loses_proto(finding: Finding) -> bool:
    """It holds all of a state but the members that are named `__proto__`."""
    account = ClientTrace(finding.trace)
    place = account.last("_SET", sent=False)
    if place is None:
        return False
    event = account.events[place]
    left = _without(event.before, "__proto__")
    return same(left, event.data) and not same(event.before, event.data)


# What it sends


@_of_edit
def _raw_name(attribute: str, wanted: JSON, patch: Passed) -> bool:
    """It was told to change one member, and its pointer has the name of that as it is."""
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
def _without_null(_: str, wanted: JSON, patch: Passed) -> bool:
    """It was told to send null, and its operation has no value."""
    writes = [one for one in patch.data if one.get("op") in ("add", "replace")]
    return wanted is None and any("value" not in one for one in writes)


@_of_edit
def _ascending(attribute: str, wanted: JSON, patch: Passed) -> bool:
    """It removes elements from the first to the last, where the last to the first is right."""
    places = [one.get("path", "").rpartition("/") for one in patch.data]
    if len(places) < 2 or any(one.get("op") != "remove" for one in patch.data):
        return False
    indexes = [int(token) for _, _, token in places if re.fullmatch("[0-9]{1,9}", token)]
    of_one = len({parent for parent, _, _ in places}) == 1 and len(indexes) == len(places)
    if not of_one or indexes != sorted(set(indexes)):
        return False
    other_way = applied(patch.data[::-1], patch.before)
    return other_way is not None and same(other_way.get(attribute), wanted)


def _stale_edits(finding: Finding) -> bool:
    """It sends unasked, behind a reconnect, what fits the state before and not the new one."""
    account = ClientTrace(finding.trace)
    place = account.last("_PATCH", sent=False)
    if place is None:
        return False
    patch = account.events[place]
    here = [e for e in account.events[:place] if e.connection == patch.connection]
    earlier = [e for e in account.events[:place] if e.connection != patch.connection]
    if not earlier or not here or any(e.call not in (None, "call") for e in here):
        return False
    fits = applied(patch.data, here[0].before) is not None
    return fits and applied(patch.data, patch.before) is None


def _base_outlives(finding: Finding) -> bool:
    """It had a state on an earlier connection, and has none on this one."""
    account = ClientTrace(finding.trace)
    place = account.last("_PATCH", sent=False)
    if place is None:
        return False
    connection = account.events[place].connection
    given = {e.connection for e in account.events if e.sent and e.type.startswith("_SET:")}
    earlier = account.events[:place]
    return any(e.connection in given for e in earlier if e.connection != connection)


WRITES = ("assign", "edit", "assignQuietly")


def _base_stays(finding: Finding) -> bool:
    """Its patch leads to what it holds from an earlier state of the connection, not from this."""
    account = ClientTrace(finding.trace)
    place = account.last("_PATCH", sent=False)
    if place is None or not is_patch(account.events[place].data):
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
    """What the client says that it holds at a place: in a report with no write in between."""
    for events in (reversed(account.events[:place]), account.events[place + 1 :]):
        for event in events:
            if event.type.startswith("_SET:") and not event.sent:
                yield event.data
            if event.type.startswith(("_SET:", "_PATCH:")) or event.call in WRITES:
                break


def _bytes_for_text(finding: Finding) -> bool:
    """A binary frame is an event, and no announcement waits for bytes, whatever came between."""
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


def _constant(finding: Finding) -> bool:
    """Its waits are all of a length, but for a few that a busy machine has made longer."""
    violation = finding.violation
    if violation.kind is not Kind.CONDITION or not isinstance(violation.received_value, list):
        return False
    waits: list[float] = [wait for row in violation.received_value for wait in row]
    if len(waits) < 8:
        return False
    tenths = quantiles(waits, n=10)
    return tenths[6] < 1.4 * tenths[0]


# What is looked at


def _tokens(operations: Operations) -> set[str]:
    """The tokens of the pointers of a patch, as they are written."""
    pointers = [one.get(name, "") for one in operations for name in ("path", "from")]
    return {token for pointer in pointers for token in pointer.split("/")[1:]}


def _names(value: JSON) -> set[str]:
    """The names of all members, however deep."""
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if isinstance(value, dict):
        return {*value}.union(*map(_names, value.values()))
    return set()


def _at(document: JSON, pointer: str) -> JSON:
    """What a pointer leads to, or None."""
    try:
        return resolve_pointer(document, pointer, None)
    except (JsonPointerException, TypeError):
        return None


def _merged(before: JSON, after: JSON) -> JSON:
    """Both, the latter over the former, members of members too."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    return {**before, **{name: _merged(before.get(name), value) for name, value in after.items()}}


def _without(value: JSON, left: str) -> JSON:
    """A value without the members of a name, however deep."""
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


UNFIT = frozenset(
    {"state-ask-again", "patch-missing-target", "patch-index", "patch-append", "patch-malformed"}
)
"""What is found unmet when a patch that can't be applied leads to no `_GET`."""

OF_SERVERS = {one.name: one for one in hints.HINTS}
"""Some faults are the same on both sides, and told in the same words."""

HINTS = (
    replace(OF_SERVERS["never-unescaped"], shows=_raw_token),
    Hint(
        "never-escaped",
        frozenset({"patch-escaping", "patch-shape", "state-client-patch"}),
        _raw_name,
        "this looks like names that are put into pointers as they are: ~ has to become ~0 and "
        "then / has to become ~1",
    ),
    replace(OF_SERVERS["half-applied"], shows=_half_applied),
    replace(OF_SERVERS["loose-index"], shows=_loose_index),
    Hint(
        "over-element",
        frozenset({"patch-operations", "patch-index", "patch-sequence"}),
        _over_element,
        "this looks like `add` writing over an element of an array, as into an object: it has to "
        "be put in front of that element",
    ),
    OF_SERVERS["true-is-one"],
    Hint(
        "merged-state",
        frozenset({"state-set-replaces"}),
        _merged_state,
        "this looks like a state that is merged into the copy: it has to take its place, so that "
        "what it does not name is gone",
    ),
    Hint(
        "dropped-patch",
        UNFIT,
        _dropped,
        "this looks like a patch that can't be applied being dropped without a word: send _GET "
        "there, and no patch before the answer",
    ),
    Hint(
        "stale-edits",
        frozenset({"state-client-patch"}),
        _stale_edits,
        "this looks like edits that were kept as a patch and sent behind the reconnect as they "
        "were: keep the edits, and make their patch from the state that has come",
    ),
    Hint(
        "base-outlives",
        frozenset({"state-client-base"}),
        _base_outlives,
        "this looks like the copy of the connection before being taken for what the server holds: "
        "forget it when a connection ends, and send patches when _SET has come",
    ),
    Hint(
        "removes-ascending",
        frozenset({"state-client-patch"}),
        _ascending,
        "this looks like elements that are removed from the first to the last, by the indexes that "
        "they had: each removal moves those behind it, so begin with the last",
    ),
    Hint(
        "base-stays",
        frozenset({"state-client-patch"}),
        _base_stays,
        "this looks like patches that are made from an older state: what has come by _PATCH and "
        "what was sent belong to what the next patch is made from",
    ),
    Hint(
        "null-left-out",
        frozenset({"patch-shape"}),
        _without_null,
        "this looks like an encoder that leaves out members that are null: null is a value",
    ),
    Hint(
        "bytes-for-text",
        frozenset({"binary-pair", "connection-text"}),
        _bytes_for_text,
        "this looks like an event that is sent as bytes, as WebSocket libraries do with what an "
        "encoder returns as bytes: make a text of it first",
    ),
    Hint(
        "constant-wait",
        frozenset({"session-backoff"}),
        _constant,
        "this looks like the same wait before every attempt: let it grow with each that fails, and "
        "take a random part of it",
    ),
    Hint(
        "32-bits",
        frozenset({"events-integers"}),
        _wraps,
        "this looks like integers that are kept in 32 bits: up to 2^53 - 1 they have to stay exact",
    ),
    Hint(
        "loses-proto",
        frozenset({"events-member-names"}),
        _loses_proto,
        "this looks like members that are copied by assignment, which in JavaScript sets the "
        "prototype where the name is __proto__: define them as properties, or use a Map",
    ),
)
