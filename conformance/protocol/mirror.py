"""What a client holds after every `_SET` and `_PATCH` that it received and every edit that it made.

Patches are applied by the `jsonpatch` library: an oracle that shares nothing with any server.
"""

from __future__ import annotations

import jsonpatch
from jsonpointer import JsonPointerException, resolve_pointer

from conformance.protocol.wire import JSON, compact

FEW = 4
"""Copies in a patch that can't let a document grow much."""
MOST = 32 << 20
"""Characters of a document beyond which a patch that copies is not followed."""


class Inapplicable(Exception):
    """A patch can't be applied to what the client holds; the text says why."""


class Mirror:
    """The client's copies of the documents on one connection, by key."""

    def __init__(self) -> None:
        self._copies: dict[str, JSON] = {}
        self._before_set: dict[str, JSON] = {}
        self._versions: dict[str, list[JSON]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._copies

    def __getitem__(self, key: str) -> JSON:
        return self._copies[key]

    def followed(self) -> list[str]:
        """The keys of the copies."""
        return list(self._copies)

    def before_set(self, key: str) -> JSON:
        """The copy as it was when the last `_SET` replaced it; that state if it was the first."""
        return self._before_set[key]

    def versions(self, key: str) -> list[JSON]:
        """All states that the copy has had, the oldest first."""
        return self._versions[key]

    def set(self, key: str, state: JSON) -> None:
        """Replace a copy (state-set-replaces)."""
        self._before_set[key] = self._copies.get(key, state)
        self._keep(key, state)

    def merge(self, key: str, members: JSON) -> None:
        """Make the client's own edit of some attributes."""
        self._keep(key, {**self._copies[key], **members})

    def patch(self, key: str, operations: JSON) -> None:
        """Apply a patch, as a whole or not at all (patch-atomic).

        Raises:
            Inapplicable: One of its operations can't be applied.
        """
        try:
            patched = _applied(self._copies[key], operations)
        except (
            jsonpatch.JsonPatchException,
            JsonPointerException,
            LookupError,
            TypeError,
            RecursionError,
        ) as error:
            raise Inapplicable(f"{type(error).__name__}: {error}") from error
        self._keep(key, patched)

    def _keep(self, key: str, state: JSON) -> None:
        self._copies[key] = state
        self._versions.setdefault(key, []).append(state)


def _applied(document: JSON, operations: JSON) -> JSON:
    """The document after a patch; copies are looked at one by one, since each may double it.

    Raises:
        Inapplicable: It grows beyond what this process is to hold.
    """
    copies = isinstance(operations, list) and sum(
        isinstance(one, dict) and one.get("op") == "copy" for one in operations
    )
    if copies <= FEW:
        return jsonpatch.apply_patch(document, operations)
    size = len(compact(document))
    for one in operations:
        if one.get("op") == "copy":
            size += len(compact(resolve_pointer(document, one["from"])))
            if size > MOST:
                raise Inapplicable(f"copies let the document grow beyond {MOST >> 20} MiB")
        document = jsonpatch.apply_patch(document, [one])
    return document
