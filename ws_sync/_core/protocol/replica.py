"""A client's copy of one document, and the edits on top of it.

`shared` is what both sides hold when everything has arrived: the last `_SET`, and every patch
since, those that were sent included. `value` is that with the edits that were not sent yet.
`confirmed` is what the server certainly had, and differs from `shared` by edits that may have been
lost with a connection.

A new connection begins with a new `_SET`, and a patch is never sent before it (state-client-base).
What was not sent is expressed against it anew. What was sent, and is not confirmed, is sent again
only in places where the new state is just what it was before the edit; elsewhere it has arrived, or
others have written since. `merging` has the rule; `docs/clients.md` tells it to users.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, encode, is_deeper
from ws_sync._core.json.diff import Operation, diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import Draft, apply, may_be_deep, measure
from ws_sync._core.json.pointer import join
from ws_sync._core.json.three_way_merge import merge
from ws_sync.exceptions import RefusedPatch, RefusedState

State = dict[str, JSON]

MAX_GROWN = 1 << 26
"""What a document may have at most when a patch copies, in about the characters of JSON text.

Each patch alone may make it three times as large.
"""


class Replica:
    """The copy of one document.

    Attributes:
        value: what the user sees. The replica never changes it in place, nor may anyone else.
        is_following: whether the copy is one of this connection, so that patches can be made.
        is_due: whether an edit waits that is to be sent as soon as that is possible.
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
        """Whether there are edits that were not sent, or may have been lost."""
        return self._shared is not self.value or self._confirmed is not self._shared

    def apply_state(self, state: JSON) -> None:
        """Take the state of a `_SET`, with the edits that were not sent on top of it.

        Raises:
            RefusedState: it is no object.
        """
        if type(state) is not dict:
            raise RefusedState(None, "a state is an object")
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
        """Take a patch of the server.

        Raises:
            RefusedPatch: it can't be applied. Nothing has changed, and no patch may be made until
                the next `_SET` (state-ask-again).
        """
        if self._shared is None or not self.is_following:
            raise RefusedPatch(None, patch, "there is no state to apply it to")
        try:
            shared = _followed(self._shared, patch)
        except RefusedPatch:
            self.is_following = False
            self._confirmed = (
                self._shared
            )  # what was sent on this connection is judged by its answer
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
            value: the document as it shall be: JSON, and nobody else's.
            send: whether it is to be sent; else it waits for a later edit, or for `publish`.
        """
        if not equal(value, self.value):
            self.value = value
        self.is_due |= send

    def take_patch(self) -> list[Operation] | None:
        """Return the patch that sends all edits, and count it as sent; None when there is none."""
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
        """Return the whole state to be sent as `_SET`, which sends all edits too."""
        self.is_due = False
        if self._shared is not None and self.is_following:
            self._shared = self.value
            self._sent += 1
        return self.value

    def mark(self) -> int:
        """Return what `confirm` is told when all that was sent so far has arrived."""
        return self._sent

    def confirm(self, mark: int) -> None:
        """Note that the server has what was sent up to a mark."""
        if mark == self._sent and self._shared is not None:
            self._confirmed = self._shared

    def disconnect(self) -> None:
        """Note that the connection has ended."""
        self.is_following = False


def changes(old: State, new: State) -> list[Operation]:
    """Return a patch that makes `new` of `old`; for no attribute longer than to replace it."""
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
    """Return what a patch of the server makes of a state.

    Raises:
        RefusedPatch: it can't be applied, or makes something that is no state, or too much of it.
    """
    draft = Draft(shared)
    draft.apply(patch)
    state = draft.document
    if type(state) is not dict:
        raise RefusedPatch(None, patch, "what it leaves is no object")
    if may_be_deep(patch) and any(is_deeper(value, MAX_VALUE_DEPTH) for value in state.values()):
        raise RefusedPatch(None, patch, "the document would be nested too deep")
    if draft.growth and measure(state) > MAX_GROWN:
        raise RefusedPatch(None, patch, f"copies would make the document larger than {MAX_GROWN}")
    return state


def _confirmed(confirmed: State, patch: JSON, shared: State) -> State:
    """Return what the server certainly has after its own patch.

    A patch that fits only what was sent proves that it has arrived.
    """
    try:
        followed = apply(confirmed, patch)
    except RefusedPatch:
        return shared
    return followed if type(followed) is dict else shared
