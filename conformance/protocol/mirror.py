"""The client's copies of the documents on one connection, as the protocol defines them.

Patches are applied by the `jsonpatch` library: an oracle that shares no code with any server.
"""

from __future__ import annotations

import jsonpatch
from jsonpointer import JsonPointerException, resolve_pointer

from conformance.protocol.wire import JSON, compact

FEW_COPIES = 4
"""The number of `copy` operations in a patch that can't make a document grow much."""
LARGEST_DOCUMENT = 32 << 20
"""The size of a document, in characters, up to which a patch with more copies is applied."""


class Inapplicable(Exception):
    """A patch can't be applied to the copy; the text says why."""


class Mirror:
    """The copies by key, with all `_SET`s, all patches and the client's own edits applied."""

    def __init__(self) -> None:
        self._copies: dict[str, JSON] = {}
        self._before_set: dict[str, JSON] = {}
        self._versions: dict[str, list[JSON]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._copies

    def __getitem__(self, key: str) -> JSON:
        return self._copies[key]

    def known_keys(self) -> list[str]:
        """The keys of all copies."""
        return list(self._copies)

    def before_set(self, key: str) -> JSON:
        """The copy before the last `_SET`; after the first one, the state in it."""
        return self._before_set[key]

    def versions(self, key: str) -> list[JSON]:
        """All states of the copy, the oldest first."""
        return self._versions[key]

    def set(self, key: str, state: JSON) -> None:
        """Replace a copy (state-set-replaces)."""
        self._before_set[key] = self._copies.get(key, state)
        self._keep(key, state)

    def merge(self, key: str, members: JSON) -> None:
        """Set some attributes, as an edit of the client."""
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
    """The document after a patch.

    Each copy may double the document, so a patch with many is applied one operation at a time.

    Raises:
        Inapplicable: The document grows beyond `LARGEST_DOCUMENT`.
    """
    copies = isinstance(operations, list) and sum(
        isinstance(one, dict) and one.get("op") == "copy" for one in operations
    )
    if copies <= FEW_COPIES:
        return jsonpatch.apply_patch(document, operations)
    size = len(compact(document))
    for one in operations:
        if one.get("op") == "copy":
            size += len(compact(resolve_pointer(document, one["from"])))
            if size > LARGEST_DOCUMENT:
                mebibytes = LARGEST_DOCUMENT >> 20
                raise Inapplicable(f"its copies make the document larger than {mebibytes} MiB")
        document = jsonpatch.apply_patch(document, [one])
    return document
