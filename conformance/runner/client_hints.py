"""Hints about clients: the table of `hints` for that side.

A client reports its state, so most patterns can be proven: the state that it reports is exactly the
one that the fault would make. The mutants name the hint that they expect (tests/mutants/clients).
"""

from __future__ import annotations

from dataclasses import replace

from conformance.runner import client_patterns as patterns
from conformance.runner import hints
from conformance.runner.verdict import Hint

UNFIT = frozenset(
    {"state-ask-again", "patch-missing-target", "patch-index", "patch-append", "patch-malformed"}
)
"""The requirements that are unmet when a patch that can't be applied leads to no `_GET`."""

OF_SERVERS = {one.name: one for one in hints.HINTS}
"""The hints about servers; some faults are the same on both sides."""

HINTS = (
    replace(OF_SERVERS["never-unescaped"], shows=patterns.raw_token),
    Hint(
        "never-escaped",
        frozenset({"patch-escaping", "patch-shape", "state-client-patch"}),
        patterns.raw_name,
        "this looks like names that are put into pointers without escaping: replace ~ by ~0 and"
        " then / by ~1",
    ),
    replace(OF_SERVERS["half-applied"], shows=patterns.half_applied),
    replace(OF_SERVERS["loose-index"], shows=patterns.loose_index),
    Hint(
        "over-element",
        frozenset({"patch-operations", "patch-index", "patch-sequence"}),
        patterns.over_element,
        "this looks like `add` replacing an element of an array, as it replaces a member of an "
        "object: insert the value before that element",
    ),
    OF_SERVERS["true-is-one"],
    Hint(
        "merged-state",
        frozenset({"state-set-replaces"}),
        patterns.merged_state,
        "this looks like a received state that is merged into the copy: replace the copy, so "
        "that members that are missing in the state are gone",
    ),
    Hint(
        "dropped-patch",
        UNFIT,
        patterns.dropped,
        "this looks like a patch that can't be applied being ignored: send _GET, and no patch "
        "before its answer",
    ),
    Hint(
        "stale-edits",
        frozenset({"state-client-patch"}),
        patterns.stale_edits,
        "this looks like edits that are kept as a patch and sent unchanged after a reconnect: "
        "keep the edits, and make their patch from the new state",
    ),
    Hint(
        "base-outlives",
        frozenset({"state-client-base"}),
        patterns.base_outlives,
        "this looks like the copy of an earlier connection being taken for the server's state: "
        "forget it when a connection ends, and send patches only after _SET",
    ),
    Hint(
        "removes-ascending",
        frozenset({"state-client-patch"}),
        patterns.ascending,
        "this looks like elements that are removed from the first to the last by their old "
        "indexes: each removal moves the elements after it, so remove the last one first",
    ),
    Hint(
        "base-stays",
        frozenset({"state-client-patch"}),
        patterns.base_stays,
        "this looks like patches that are made from an outdated state: apply every received "
        "_PATCH and every sent patch to the state that the next patch is made from",
    ),
    Hint(
        "null-left-out",
        frozenset({"patch-shape"}),
        patterns.without_null,
        "this looks like an encoder that leaves out members that are null: null is a value",
    ),
    Hint(
        "bytes-for-text",
        frozenset({"binary-pair", "connection-text"}),
        patterns.bytes_for_text,
        "this looks like an event that is sent as a binary frame, because the encoder returns "
        "bytes: decode them to text before sending",
    ),
    Hint(
        "constant-wait",
        frozenset({"session-backoff"}),
        patterns.constant,
        "this looks like the same wait before every attempt: increase it with each failed "
        "attempt, and wait a random part of it",
    ),
    Hint(
        "32-bits",
        frozenset({"events-integers"}),
        patterns.wraps,
        "this looks like integers that are stored in 32 bits: integers up to 2^53 - 1 have to "
        "stay exact",
    ),
    Hint(
        "loses-proto",
        frozenset({"events-member-names"}),
        patterns.loses_proto,
        "this looks like members that are copied by assignment, which in JavaScript sets the "
        "prototype if the name is __proto__: define them as properties, or use a Map",
    ),
)
