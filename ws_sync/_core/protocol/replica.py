"""A client's replica of one document, with the edits that are not sent yet.

`shared` is what both sides hold after everything has arrived: the last `_SET` and every patch after
it, also those that were sent. `value` is `shared` with the edits that are not sent yet.

The edits that were sent may be lost with the connection. So the replica keeps one version of the
document for each unconfirmed send: first the state that the server certainly has, then the state
after each send. The last one equals `shared`.

A new connection starts with a new `_SET`. No patch is sent before it (state-client-base). The new
state is compared with the versions to find out how many of the sends have arrived: the server has
applied them in order. The edits of the other sends were lost, and are sent again unless others have
written to their places. Edits that were not sent are merged into the new state. `three_way_merge`
has the rule for that, and `docs/clients.md` describes all of it for users.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, encode, is_deeper, kind_of
from ws_sync._core.json.diff import Operation, diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import Draft, apply, may_be_deep, measure
from ws_sync._core.json.pointer import join, parse
from ws_sync._core.json.three_way_merge import merge
from ws_sync.exceptions import RefusedPatch, RefusedState

State = dict[str, JSON]

MAX_GROWN = 1 << 26
"""Size up to which patches may make a document grow by copies, in about characters of JSON text.

A single patch may make the document at most three times as large.
"""

MAX_VERSIONS = 64
"""Versions kept of one document. If more sends are unconfirmed, some share a version."""

_ABSENT: Any = object()
"""Marks a member that an object does not have."""


class Replica:
    """The replica of one document.

    Attributes:
        value: what the user sees. It must not be changed in place.
        is_following: whether the state of this connection has arrived, so that patches apply.
        is_due: whether there is an edit to be sent as soon as possible.
    """

    def __init__(self) -> None:
        self.value: State = {}
        self.is_following = False
        self.is_due = False
        self._shared: State | None = None
        self._sent = 0
        self._versions: dict[int, State] = {}  # by the number of sends before

    @property
    def has_state(self) -> bool:
        """Whether a state has ever arrived."""
        return self._shared is not None

    @property
    def is_pending(self) -> bool:
        """Whether there are edits that are not sent yet, or may have been lost."""
        return self._shared is not self.value or len(self._versions) > 1

    def apply_state(self, state: JSON) -> None:
        """Take the state of a `_SET`, and merge the edits that are not sent yet into it.

        Raises:
            RefusedState: it is not an object.
        """
        if type(state) is not dict:
            raise RefusedState(None, f"a state must be an object, not {kind_of(state)}")
        if self._shared is None:
            self.value = state
        else:
            arrived = state
            if not self.is_following:
                arrived = merge(self._arrived(state), self._shared, state, prefer_mine=False)
                self.is_due |= not equal(arrived, state)
            value = merge(self._shared, self.value, arrived, prefer_mine=True)
            self.value = state if equal(value, state) else value
        self._shared = state
        self._versions = {self._sent: state}
        self.is_following = True

    def apply_patch(self, patch: JSON) -> None:
        """Apply a patch of the server.

        Raises:
            RefusedPatch: it can't be applied. Nothing has changed. The caller asks for the state;
                until the next `_SET`, no patch is sent (state-ask-again).
        """
        if self._shared is None or not self.is_following:
            raise RefusedPatch(None, patch, "no state has arrived that it applies to")
        try:
            shared = _followed(self._shared, patch)
        except RefusedPatch:
            self.is_following = False
            self._versions = {self._sent: self._shared}  # the answer shows what has arrived
            raise
        self._versions = _followed_versions(self._versions, patch, shared)
        if self.value is self._shared:
            self.value = shared
        else:
            value = merge(self._shared, self.value, shared, prefer_mine=True)
            self.value = shared if equal(value, shared) else value
        self._shared = shared

    def edit(self, value: State, *, send: bool) -> None:
        """Take an edit of the user.

        Args:
            value: the document after the edit: JSON that is changed nowhere else.
            send: whether to send it; otherwise it is sent with a later edit or `publish`.
        """
        if not equal(value, self.value):
            self.value = value
        self.is_due |= send

    def take_patch(self) -> list[Operation] | None:
        """Return the patch of all edits, which counts as sent; None if there is nothing to send."""
        if self._shared is None or not self.is_following:
            return None
        self.is_due = False
        if self.value is self._shared:
            return None
        patch = changes(self._shared, self.value)
        self._add_version({parse(operation["path"])[0] for operation in patch})
        return patch or None

    def take_state(self) -> State:
        """Return the whole state to be sent as `_SET`, with all edits."""
        self.is_due = False
        if self._shared is not None and self.is_following:
            self._add_version(self.value.keys())
        return self.value

    def mark(self) -> int:
        """Return the mark that `confirm` takes after everything sent so far has arrived."""
        return self._sent

    def confirm(self, mark: int) -> None:
        """Record that the server has everything sent before a mark."""
        while len(self._versions) > 1 and [*self._versions][1] <= mark:
            del self._versions[next(iter(self._versions))]

    def disconnect(self) -> None:
        """Record that the connection has ended."""
        self.is_following = False

    def _add_version(self, names: Collection[str]) -> None:
        """Record that `value` was sent; only the attributes `names` differ from the last version.

        The versions share the others: a document may be large, and there may be many versions.
        """
        shared = self._versions[[*self._versions][-1]]
        self._shared = self.value
        self._sent += 1
        self._versions[self._sent] = {
            name: member if name in names else shared[name] for name, member in self.value.items()
        }
        if len(self._versions) > MAX_VERSIONS:
            del self._versions[[*self._versions][1]]

    def _arrived(self, state: State) -> State:
        """Return the version with the sends that have arrived, as far as `state` shows it.

        If `state` contradicts all versions, nothing is known, and it is the confirmed one.
        """
        versions = [*self._versions.values()]
        found = _explaining(versions, state)
        # All versions in `found` have the same values at the places that decided. Of the other
        # places, which others have written to, the earliest version loses the fewest edits.
        return versions[min(found, default=0) if found is not None else 0]


def changes(old: State, new: State) -> list[Operation]:
    """Return a patch that turns `old` into `new`, never longer than replacing the attributes."""
    found: list[Operation] = [
        {"op": "remove", "path": join(name)} for name in old if name not in new
    ]
    for name, value in new.items():
        path = join(name)
        if name not in old:
            found.append({"op": "add", "path": path, "value": value})
        elif operations := diff(old[name], value, path):
            whole: Operation = {"op": "replace", "path": path, "value": value}
            longer = len(encode(operations)) > len(encode([whole]))  # patch-size
            found += [whole] if longer else operations
    return found


def _followed(shared: State, patch: JSON) -> State:
    """Return a state after a patch of the server.

    Raises:
        RefusedPatch: it can't be applied, or its result is not a state or is too large.
    """
    draft = Draft(shared)
    draft.apply(patch)
    state = draft.document
    if type(state) is not dict:
        raise RefusedPatch(None, patch, f"its result must be an object, not {kind_of(state)}")
    if may_be_deep(patch) and any(is_deeper(value, MAX_VALUE_DEPTH) for value in state.values()):
        raise RefusedPatch(None, patch, "the document would be nested too deeply")
    if draft.growth and measure(state) > MAX_GROWN:
        raise RefusedPatch(None, patch, f"copies would make the document larger than {MAX_GROWN}")
    return state


def _followed_versions(versions: dict[int, State], patch: JSON, shared: State) -> dict[int, State]:
    """Return the versions after a patch of the server; the last one becomes `shared`.

    A patch that does not apply to a version proves that a later send has arrived.
    """
    *earlier, last = versions
    followed: dict[int, State] = {}
    for sent in earlier:
        try:
            version = apply(versions[sent], patch)
        except RefusedPatch:
            followed.clear()
        else:
            if type(version) is dict:
                followed[sent] = version
    followed[last] = shared
    return followed


def _explaining(versions: Sequence[JSON], value: JSON) -> set[int] | None:
    """Return the indices of the versions that agree with a value at the places that sends changed.

    A place that agrees with no version does not count, because others have written to it.

    Returns:
        The indices; None if no place counts; empty if two places contradict each other.
    """
    distinct = {id(version): version for version in versions}  # most are shared
    equals = {key for key, version in distinct.items() if _same(version, value)}
    same = {index for index, version in enumerate(versions) if id(version) in equals}
    if same:
        return same if len(same) < len(versions) else None
    if type(value) is not dict or any(type(version) is not dict for version in versions):
        return None
    found: set[int] | None = None
    for name in dict.fromkeys(name for version in versions for name in version):
        members = [version.get(name, _ABSENT) for version in versions]
        indices = _explaining(members, value.get(name, _ABSENT))
        if indices is not None:
            found = indices if found is None else found & indices
    return found


def _same(left: JSON, right: JSON) -> bool:
    if left is _ABSENT or right is _ABSENT:
        return left is right
    return equal(left, right)
