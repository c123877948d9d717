"""A client's replica of one document, with the edits that are not sent yet.

`shared` is what both sides hold after everything has arrived: the last `_SET` and every patch after
it, also those that were sent. `value` is `shared` with the edits that are not sent yet. `confirmed`
is what the server certainly has. It differs from `shared` by edits that may have been lost with a
connection.

A new connection starts with a new `_SET`. No patch is sent before it (state-client-base). Edits
that were not sent are merged into the new state. Edits that were sent but not confirmed are sent
again only at places where the new state is as it was before the edit. Elsewhere the edit has
arrived, or others have written since. `three_way_merge` has the rule, and `docs/clients.md`
describes it for users.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, encode, is_deeper, kind_of
from ws_sync._core.json.diff import Operation, diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import Draft, apply, may_be_deep, measure
from ws_sync._core.json.pointer import join
from ws_sync._core.json.three_way_merge import merge
from ws_sync.exceptions import RefusedPatch, RefusedState

State = dict[str, JSON]

MAX_GROWN = 1 << 26
"""Size up to which patches may make a document grow by copies, in about characters of JSON text.

A single patch may make the document at most three times as large.
"""


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
        self._confirmed: State = {}
        self._sent = 0

    @property
    def has_state(self) -> bool:
        """Whether a state has ever arrived."""
        return self._shared is not None

    @property
    def is_pending(self) -> bool:
        """Whether there are edits that are not sent yet, or may have been lost."""
        return self._shared is not self.value or self._confirmed is not self._shared

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
                arrived = merge(self._confirmed, self._shared, state, prefer_mine=False)
                self.is_due |= not equal(arrived, state)
            value = merge(self._shared, self.value, arrived, prefer_mine=True)
            self.value = state if equal(value, state) else value
        self._shared = self._confirmed = state
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
            self._confirmed = self._shared  # the answer shows what has arrived
            raise
        if self._confirmed is self._shared:
            self._confirmed = shared
        else:
            self._confirmed = _confirmed(self._confirmed, patch, shared)
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
        self._shared = self.value
        self._sent += 1
        return patch or None

    def take_state(self) -> State:
        """Return the whole state to be sent as `_SET`, with all edits."""
        self.is_due = False
        if self._shared is not None and self.is_following:
            self._shared = self.value
            self._sent += 1
        return self.value

    def mark(self) -> int:
        """Return the mark that `confirm` takes after everything sent so far has arrived."""
        return self._sent

    def confirm(self, mark: int) -> None:
        """Record that the server has everything sent before a mark."""
        if mark == self._sent and self._shared is not None:
            self._confirmed = self._shared

    def disconnect(self) -> None:
        """Record that the connection has ended."""
        self.is_following = False


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


def _confirmed(confirmed: State, patch: JSON, shared: State) -> State:
    """Return what the server certainly has after its own patch.

    A patch that applies only to what was sent proves that this has arrived.
    """
    try:
        followed = apply(confirmed, patch)
    except RefusedPatch:
        return shared
    return followed if type(followed) is dict else shared
